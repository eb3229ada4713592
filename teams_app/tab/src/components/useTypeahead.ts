/** Search as you type, as React state. */
import { useEffect, useMemo, useState } from "react";
import type { Directory } from "../protocol/directory";
import type { Failure, FailureName } from "../protocol/failure";
import { LIMIT } from "../search/pane";
import { NOTHING_ASKED, type SearchState, Typeahead } from "../search/typeahead";

const PASSING: ReadonlySet<FailureName> = new Set(["offline", "no_directory", "busy", "deadline", "line_lost"]);
const RETRY_MS = 5000;

/** Whether a failure may be gone by itself in a moment. */
export function passes(failure: Failure): boolean {
  return PASSING.has(failure.reason);
}

/** The state and its engine; failures that pass are tried again, at the latest when the network is back. */
export function useTypeahead(directory: Directory): readonly [SearchState, Typeahead] {
  const [state, setState] = useState<SearchState>(NOTHING_ASKED);
  const typeahead = useMemo(
    () => new Typeahead((text, signal) => directory.search(text, LIMIT, signal), setState),
    [directory],
  );
  const { failure } = state;

  useEffect(() => {
    if (!failure || !passes(failure)) return;
    const again = () => {
      typeahead.retry();
    };
    const timer = setTimeout(again, Math.max(failure.retryAfterMs ?? RETRY_MS, 1000));
    window.addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", again);
    };
  }, [failure, typeahead]);

  return [state, typeahead];
}
