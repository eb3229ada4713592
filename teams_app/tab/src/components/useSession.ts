/** The session as React state: connecting, signing in and out, theme, and changes of the directory's identity. */
import { useCallback, useEffect, useState } from "react";
import { asFailure, Failure } from "../protocol/failure";
import type { IdentityChange } from "../protocol/keyring";
import { type Session, startSession } from "../session";

export type Phase = "starting" | "broken" | "signedOut" | "ready";

/** A change of the directory's identity key, and whether it was accepted already. */
export interface NoticedChange extends IdentityChange {
  readonly accepted: boolean;
}

export interface SessionState {
  readonly phase: Phase;
  readonly session: Session | null;
  readonly failure: Failure | null;
  /** The theme Teams shows, null outside. */
  readonly hostTheme: string | null;
  readonly change: NoticedChange | null;
  /** Connects again after `broken`. */
  readonly restart: () => void;
  readonly signIn: () => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Takes note of a change; one that was refused is accepted by it. */
  readonly closeChange: () => void;
}

interface Stage {
  readonly phase: Phase;
  readonly failure: Failure | null;
}

export function useSession(): SessionState {
  const [{ phase, failure }, setStage] = useState<Stage>({ phase: "starting", failure: null });
  const [session, setSession] = useState<Session | null>(null);
  const [hostTheme, setHostTheme] = useState<string | null>(null);
  const [change, setChange] = useState<NoticedChange | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let current = true;
    const onChange = (seen: IdentityChange, accepted: boolean) => {
      setChange({ ...seen, accepted });
    };
    const connect = async (): Promise<Stage> => {
      const started = await startSession(window, onChange);
      if (current) {
        setSession(started);
        setHostTheme(started.around.teamsTheme);
        started.around.onThemeChange(setHostTheme);
      }
      return entered(started);
    };
    connect().then(
      (stage) => {
        if (current) setStage(stage);
      },
      (error: unknown) => {
        if (current) setStage({ phase: "broken", failure: asFailure(error) });
      },
    );
    return () => {
      current = false;
    };
  }, [attempt]);

  const signIn = useCallback(async () => {
    if (!session) return;
    try {
      await session.around.identity.signIn();
      if (session.around.inTeams) setStage(await entered(session));
    } catch (error) {
      setStage({ phase: "signedOut", failure: asFailure(error) });
    }
  }, [session]);

  const signOut = useCallback(async () => {
    await session?.around.identity.signOut?.();
    session?.forget();
    setStage({ phase: "signedOut", failure: null });
  }, [session]);

  const closeChange = useCallback(() => {
    if (change?.accepted === false) session?.acceptChange();
    setChange(null);
  }, [change, session]);

  const restart = useCallback(() => {
    setStage({ phase: "starting", failure: null });
    setAttempt((before) => before + 1);
  }, []);

  return { phase, session, failure, hostTheme, change, restart, signIn, signOut, closeChange };
}

/** Whether the user is signed in already; tells the host how it went. */
async function entered(started: Session): Promise<Stage> {
  const { identity, inTeams, refused, ready, failed } = started.around;
  try {
    const signedIn = await identity.signedIn();
    ready();
    if (signedIn) return { phase: "ready", failure: null };
    return { phase: "signedOut", failure: inTeams ? new Failure("consent_needed") : refused };
  } catch (error) {
    const failure = asFailure(error);
    failed(failure.reason);
    return { phase: "signedOut", failure };
  }
}
