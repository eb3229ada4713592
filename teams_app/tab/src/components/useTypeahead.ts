/** Search as you type, as React state. */
import { useCallback, useMemo, useState } from "react";
import type { Directory } from "../protocol/directory";
import { LIMIT } from "../search/pane";
import { NOTHING_ASKED, type SearchState, Typeahead } from "../search/typeahead";
import { useRetry } from "./useRetry";

/** The state and its engine; failures that pass are tried again. */
export function useTypeahead(directory: Directory): readonly [SearchState, Typeahead] {
  const [state, setState] = useState<SearchState>(NOTHING_ASKED);
  const typeahead = useMemo(
    () => new Typeahead((text, signal) => directory.search(text, LIMIT, signal), setState),
    [directory],
  );
  const retry = useCallback(() => {
    typeahead.retry();
  }, [typeahead]);
  useRetry(state.failure, retry);
  return [state, typeahead];
}
