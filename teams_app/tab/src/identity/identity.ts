/** Who the user is: how a token is got, in Teams and outside. */
import type { Failure } from "../protocol/failure";

export interface Identity {
  /** Whether a token can be had without asking the user first. */
  signedIn(): Promise<boolean>;
  /** An access token for our API; `fresh` renews it. Throws Failure. */
  token(fresh: boolean): Promise<string>;
  /** Lets the user sign in or consent; may leave the page. Throws Failure. */
  signIn(): Promise<void>;
  /** Ends the session here; null where the host owns it. */
  readonly signOut: (() => Promise<void>) | null;
  /** Who is signed in, as the identity provider calls them; empty where the host shows it already. */
  account(): Promise<string>;
}

/** The page around us: Teams or a plain browser. */
export interface Surroundings {
  readonly identity: Identity;
  readonly inTeams: boolean;
  /** Why the sign-in the user just came back from did not work, or null. */
  readonly refused: Failure | null;
  /** BCP 47 tag. */
  readonly locale: string;
  /** The theme Teams shows, null outside Teams: the browser's preference counts then. */
  readonly teamsTheme: string | null;
  readonly onThemeChange: (listener: (theme: string) => void) => void;
  /** Opens a Teams link inside Teams; null outside: links open by themselves. */
  readonly openLink: ((url: string) => Promise<void>) | null;
  /** Tells the host that the page is usable, or why not. */
  readonly ready: () => void;
  readonly failed: (reason: string) => void;
}
