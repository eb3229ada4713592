/** Everything that can stop an answer, by name; the texts for people are in `i18n`. */

export const FAILURES = [
  "offline", // this device has no network, or the service cannot be reached
  "no_directory", // no directory of the tenant is connected
  "deadline", // it took too long
  "busy", // too many requests at once
  "line_lost", // the connection to the directory broke while it answered
  "tenant_unknown", // the tenant has no directory registered
  "sign_in_needed", // nobody is signed in, or the session has ended
  "sign_in_refused", // the identity provider or the directory refused
  "consent_needed", // Teams wants the user's consent first
  "untrusted", // the directory's keys do not lead back to the registrar
  "tab_outdated", // the directory has only kinds of keys this version does not know
  "outdated_keys", // the relay served older keys than before
  "directory_changed", // another identity key than the one known
  "clock", // this device's clock is wrong
  "failed", // anything else; the directory or the relay said no
] as const;

export type FailureName = (typeof FAILURES)[number];

/** A named failure; `retryAfterMs` where the service said when to come back. */
export class Failure extends Error {
  constructor(
    readonly reason: FailureName,
    readonly retryAfterMs: number | null = null,
  ) {
    super(reason);
    this.name = "Failure";
  }
}

const KNOWN: ReadonlySet<string> = new Set(FAILURES);

const REFUSALS: ReadonlyMap<string, FailureName> = new Map([
  ["token_invalid", "sign_in_refused"],
  ["token_expired", "sign_in_needed"],
  ["scope_missing", "sign_in_refused"],
  ["unauthorized", "sign_in_refused"],
  ["forbidden", "sign_in_refused"],
  ["too_many_requests", "busy"],
]);

/** The failure that a name on the wire means; names we do not know are `fallback`. */
export function failureNamed(name: unknown, fallback: FailureName = "failed"): FailureName {
  if (typeof name !== "string") return fallback;
  return REFUSALS.get(name) ?? (KNOWN.has(name) ? (name as FailureName) : fallback);
}

/** Any thrown thing as a failure; an unreachable network is `offline`, abortion stays what it is. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(error instanceof TypeError ? "offline" : "failed");
}

/** Whether the asker itself gave up. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
