/** Enter opens the first person found; pressed before the answer is there, it waits for it. */
import { useEffect, useRef } from "react";
import type { Person } from "../protocol/person";
import type { SearchState } from "../search/typeahead";

export interface Enter {
  readonly press: () => void;
  /** Typing on takes the wish back. */
  readonly forget: () => void;
}

export function useEnter(state: SearchState, open: (person: Person) => void): Enter {
  const wished = useRef(false);

  useEffect(() => {
    if (!wished.current || state.searching) return;
    wished.current = false;
    const first = state.found?.persons[0];
    if (first) open(first);
  }, [state, open]);

  return {
    press: () => {
      const first = state.found?.persons[0];
      if (state.searching) wished.current = true;
      else if (first) open(first);
    },
    forget: () => {
      wished.current = false;
    },
  };
}
