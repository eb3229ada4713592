/** On narrow pages list and card replace each other: the focus follows, and comes back to the row it left. */
import { type RefObject, useEffect, useRef } from "react";

interface Places {
  readonly results: RefObject<HTMLElement | null>;
  readonly pane: RefObject<HTMLElement | null>;
  readonly box: RefObject<HTMLElement | null>;
}

export function useCardFocus(wide: boolean, openId: number | null, { results, pane, box }: Places): void {
  const left = useRef<number | null>(null);

  useEffect(() => {
    if (wide) return;
    if (openId !== null) {
      left.current = openId;
      pane.current?.querySelector<HTMLElement>("[data-card-name]")?.focus();
    } else if (left.current !== null) {
      const row = results.current?.querySelector<HTMLElement>(`[data-row="${left.current}"]`);
      (row ?? box.current)?.focus();
      left.current = null;
    }
  }, [wide, openId, results, pane, box]);
}
