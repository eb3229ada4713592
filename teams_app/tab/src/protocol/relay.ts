/**
 * Asking the directory through the relay: every call ends in an opened answer or one named failure.
 *
 * What heals by itself is tried once more with a new request id: an old ticket, an unknown key, a wrong clock, a lost
 * line (operations are read-only by contract).
 */
import { type Fetch, objectOf, retryAfterMs, send } from "../http";
import type { TicketOffice } from "../ticket";
import type { Bytes } from "./bytes";
import { RID_SIZE, Status } from "./envelope";
import { Failure, failureNamed } from "./failure";
import { unverifiedClaims } from "./jwt";
import type { Keyring } from "./keyring";
import type { SealingKey } from "./keys";
import { type Answer, type Inner, openResponse, type Sealed, sealRequest } from "./sealing";
import { tenantBytes } from "./tenant";

const DEADLINE_MS = 8000;
const RESPONSE_KEY_SIZE = 32;
const MAX_TRIES = 3;

/** Gives the user's access token; throws Failure. `fresh` after the directory called the last one expired. */
export type TokenSource = (fresh: boolean) => Promise<string>;

export interface RelaySettings {
  readonly fetcher: Fetch;
  readonly relay: string;
  readonly token: TokenSource;
  readonly tickets: TicketOffice;
  readonly keyring: Keyring;
  /** Unix seconds of this device. */
  readonly now: () => number;
  /** Fresh random bytes. */
  readonly random: (size: number) => Bytes;
}

type Body = Readonly<Record<string, unknown>>;

/** Why a try may be followed by another one. */
type Remedy = "ticket" | "key" | "clock" | "line" | "token";

class Retry extends Error {
  constructor(
    readonly remedy: Remedy,
    readonly failure: Failure,
  ) {
    super(remedy);
  }
}

export class Relay {
  readonly #settings: RelaySettings;
  #clockOffset = 0;
  #hybrid = true;

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /** Asks one operation; throws Failure, or AbortError when `signal` gave up. */
  async ask(op: string, body: Body, signal?: AbortSignal): Promise<Body> {
    const used = new Set<Remedy>();
    for (;;) {
      try {
        return await this.#attempt(op, body, used, signal);
      } catch (error) {
        if (!(error instanceof Retry)) throw error;
        if (used.has(error.remedy) || used.size + 1 >= MAX_TRIES) throw error.failure;
        used.add(error.remedy);
        if (error.remedy === "ticket") this.#settings.tickets.forget();
      }
    }
  }

  async #attempt(op: string, body: Body, used: ReadonlySet<Remedy>, signal?: AbortSignal): Promise<Body> {
    const { fetcher, relay, tickets, keyring, now } = this.#settings;
    const token = await this.#settings.token(used.has("token"));
    const tid = ownTenant(token);
    const ticket = await tickets.get(token);
    if (ticket.tid !== tid) throw new Failure("sign_in_refused");
    const { keys } = await keyring.get(tid, used.has("key"));
    const iat = Math.floor(now() + this.#clockOffset);
    const sealed = await this.#seal(tid, keys, { iat, op, body, tok: token });
    signal?.throwIfAborted();
    const response = await send(fetcher, `${relay}/v1/t/${tid}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ticket.text}`, "Content-Type": "application/octet-stream" },
      body: sealed.message,
      signal: signal ?? null,
    });
    if (!response.ok) throw await relayRefusal(response);
    return this.#accept(await open(sealed, response));
  }

  /** Seals by X-Wing where the directory has it and this browser can; once it has failed, by P-256. */
  async #seal(tid: string, keys: readonly SealingKey[], inner: Inner): Promise<Sealed> {
    const hybrid = this.#hybrid ? keys.find((key) => key.kem !== "P256") : undefined;
    const mandatory = keys.find((key) => key.kem === "P256");
    const { random } = this.#settings;
    const seal = (key: SealingKey): Promise<Sealed> => {
      const header = { tid: tenantBytes(tid), rid: random(RID_SIZE), kid: key.kid, deadlineMs: DEADLINE_MS };
      return sealRequest(header, inner, key, random(RESPONSE_KEY_SIZE));
    };
    if (hybrid) {
      try {
        return await seal(hybrid);
      } catch {
        this.#hybrid = false; // its code cannot be loaded, or does not run here
      }
    }
    if (!mandatory) throw new Failure("failed");
    return seal(mandatory);
  }

  #accept(answer: Answer): Body {
    if (answer.status === Status.ok) return answer.body;
    const { error, now } = answer.body;
    if (answer.status === Status.clock) {
      if (typeof now === "number") this.#clockOffset = now - this.#settings.now();
      throw new Retry("clock", new Failure("clock"));
    }
    const failure = new Failure(failureNamed(error));
    throw error === "token_expired" ? new Retry("token", failure) : failure;
  }
}

async function open(sealed: Sealed, response: Response): Promise<Answer> {
  const message = new Uint8Array(await response.arrayBuffer());
  try {
    return await openResponse(sealed, message);
  } catch {
    throw new Failure("failed"); // changed on the way, or not for us
  }
}

function ownTenant(token: string): string {
  try {
    const tid = unverifiedClaims(token).tid;
    if (typeof tid === "string") return tid.toLowerCase();
  } catch {
    // Falls through: a token we cannot read names no tenant.
  }
  throw new Failure("sign_in_refused");
}

async function relayRefusal(response: Response): Promise<Failure | Retry> {
  const { error } = await objectOf(response);
  const failure = new Failure(failureNamed(error), retryAfterMs(response));
  if (error === "unknown_key" || error === "cannot_open") return new Retry("key", failure);
  if (error === "line_lost") return new Retry("line", failure);
  if (response.status === 401) return new Retry("ticket", new Failure("sign_in_refused"));
  return failure;
}
