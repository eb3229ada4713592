/** Tries again by itself what failed for a reason that passes, at the latest when the network is back. */
import { useEffect } from "react";
import type { Failure, FailureName } from "../protocol/failure";

const PASSING: ReadonlySet<FailureName> = new Set(["offline", "no_directory", "busy", "deadline", "line_lost"]);
const RETRY_MS = 5000;
const SOONEST_MS = 1000;

/** Whether a failure may be gone by itself in a moment. */
export function passes(failure: Failure): boolean {
  return PASSING.has(failure.reason);
}

export function useRetry(failure: Failure | null, retry: () => void): void {
  useEffect(() => {
    if (!failure || !passes(failure)) return;
    const timer = setTimeout(retry, Math.max(failure.retryAfterMs ?? RETRY_MS, SOONEST_MS));
    window.addEventListener("online", retry);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", retry);
    };
  }, [failure, retry]);
}
