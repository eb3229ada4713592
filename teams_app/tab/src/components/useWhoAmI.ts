/** What the directory says of itself: asked once at the start, which also warms the line up. */
import { useCallback, useEffect, useState } from "react";
import type { Directory, WhoAmI } from "../protocol/directory";
import { asFailure, type Failure } from "../protocol/failure";
import { useRetry } from "./useRetry";

export interface WhoAmIState {
  readonly whoami: WhoAmI | null;
  readonly failure: Failure | null;
  readonly retry: () => void;
}

export function useWhoAmI(directory: Directory): WhoAmIState {
  const [whoami, setWhoami] = useState<WhoAmI | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let current = true;
    directory.whoami().then(
      (answer) => {
        if (!current) return;
        setWhoami(answer);
        setFailure(null);
      },
      (error: unknown) => {
        if (current) setFailure(asFailure(error));
      },
    );
    return () => {
      current = false;
    };
  }, [directory, attempt]);

  const retry = useCallback(() => {
    setAttempt((before) => before + 1);
  }, []);
  useRetry(failure, retry);

  return { whoami, failure, retry };
}
