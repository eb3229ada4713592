/** Which card is open; opening refreshes it from the directory. On narrow pages the browser's back button closes it. */
import { useCallback, useEffect, useState } from "react";
import type { Directory } from "../protocol/directory";
import { isAbort } from "../protocol/failure";
import type { Person } from "../protocol/person";

export type Remark = "gone" | "stale" | null;

export interface OpenCard {
  readonly person: Person | null;
  readonly remark: Remark;
  readonly open: (person: Person) => void;
  readonly close: () => void;
}

export function useOpenCard(directory: Directory, wide: boolean): OpenCard {
  const [person, setPerson] = useState<Person | null>(null);
  const [remark, setRemark] = useState<Remark>(null);
  const id = person?.id ?? null;

  useEffect(() => {
    if (id === null) return;
    const running = new AbortController();
    directory.person(id, running.signal).then(
      (fresh) => {
        if (running.signal.aborted) return;
        if (fresh) setPerson({ ...fresh, id });
        setRemark(fresh ? null : "gone");
      },
      (error: unknown) => {
        if (!running.signal.aborted && !isAbort(error)) setRemark("stale");
      },
    );
    return () => {
      running.abort();
    };
  }, [directory, id]);

  const open = useCallback(
    (next: Person) => {
      setPerson(next);
      setRemark(null);
      if (!wide && !cardInHistory()) window.history.pushState({ card: true }, "");
    },
    [wide],
  );

  const close = useCallback(() => {
    if (cardInHistory()) window.history.back();
    else setPerson(null);
  }, []);

  useEffect(() => {
    const back = () => {
      if (!cardInHistory()) setPerson(null);
    };
    window.addEventListener("popstate", back);
    return () => {
      window.removeEventListener("popstate", back);
    };
  }, []);

  return { person, remark, open, close };
}

function cardInHistory(): boolean {
  return (window.history.state as { card?: boolean } | null)?.card === true;
}
