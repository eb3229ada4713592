/** The relay's ticket: shows the relay that a signed-in tab of the tenant asks, without naming the user. */
import { type Fetch, objectOf, retryAfterMs, send } from "./http";
import { Failure, failureNamed } from "./protocol/failure";

const KEEP_MS = 8 * 60_000; // of the 10 minutes a ticket lives

export interface Ticket {
  readonly text: string;
  readonly tid: string;
}

/** Fetches tickets and keeps the last one for a while. */
export class TicketOffice {
  readonly #fetcher: Fetch;
  readonly #url: string;
  readonly #clock: () => number;
  #kept: { readonly ticket: Ticket; readonly until: number } | null = null;

  /** `clock` gives monotonic milliseconds. */
  constructor(fetcher: Fetch, url: string, clock: () => number) {
    this.#fetcher = fetcher;
    this.#url = url;
    this.#clock = clock;
  }

  /** A ticket for the bearer of this token; throws Failure. */
  async get(token: string): Promise<Ticket> {
    if (this.#kept && this.#clock() < this.#kept.until) return this.#kept.ticket;
    const response = await send(this.#fetcher, this.#url, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
    });
    const data = await objectOf(response);
    if (!response.ok) throw refusal(response, data.error);
    const { ticket, tid } = data;
    if (typeof ticket !== "string" || typeof tid !== "string") throw new Failure("failed");
    this.#kept = { ticket: { text: ticket, tid: tid.toLowerCase() }, until: this.#clock() + KEEP_MS };
    return this.#kept.ticket;
  }

  /** Forgets the kept ticket, after a relay refused it or the user signed out. */
  forget(): void {
    this.#kept = null;
  }
}

function refusal(response: Response, name: unknown): Failure {
  if (response.status === 401 || response.status === 403) return new Failure(failureNamed(name, "sign_in_refused"));
  return new Failure(response.status === 429 ? "busy" : "failed", retryAfterMs(response));
}
