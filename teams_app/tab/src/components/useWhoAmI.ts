/** What the directory says of itself: asked once at the start, which also warms the line up. */
import { useEffect, useState } from "react";
import type { Directory, WhoAmI } from "../protocol/directory";
import { asFailure, type Failure } from "../protocol/failure";

export function useWhoAmI(directory: Directory, attempt: number): { whoami: WhoAmI | null; failure: Failure | null } {
  const [whoami, setWhoami] = useState<WhoAmI | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

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

  return { whoami, failure };
}
