/** The tenant's verified key configuration, fetched from the relay and kept for at most an hour. */
import { type Fetch, objectOf, retryAfterMs, send } from "../http";
import { Failure, type FailureName, failureNamed } from "./failure";
import type { PublicJwk } from "./jwt";
import { type Break, type KeyConfiguration, trust, Untrusted } from "./keys";
import { compare, type PinStore, pinOf } from "./pin";

const KEEP_S = 3600;
/** Breaks of the trust chain that the user can mend. */
const BREAKS: Readonly<Partial<Record<Break, FailureName>>> = { clock: "clock", kem: "tab_outdated" };

/** A change of the directory's identity key that the user should know of. */
export interface IdentityChange {
  readonly before: string;
  readonly now: string;
}

export interface KeyringSettings {
  readonly fetcher: Fetch;
  readonly relay: string;
  readonly registrar: PublicJwk;
  readonly pins: PinStore;
  /** Unix seconds. */
  readonly now: () => number;
  /** Called when the identity key changed: `accepted` with a higher epoch, else refused for now. */
  readonly onChange: (change: IdentityChange, accepted: boolean) => void;
}

/** Fetches, verifies and pins key configurations. */
export class Keyring {
  readonly #settings: KeyringSettings;
  #kept: { readonly configuration: KeyConfiguration; readonly until: number } | null = null;
  #refused: KeyConfiguration | null = null;

  constructor(settings: KeyringSettings) {
    this.#settings = settings;
  }

  /** The configuration to seal with; `fresh` bypasses what is kept. Throws Failure. */
  async get(tid: string, fresh = false): Promise<KeyConfiguration> {
    const now = this.#settings.now();
    if (!fresh && this.#kept?.configuration.tid === tid && now < this.#kept.until) return this.#kept.configuration;
    const response = await send(this.#settings.fetcher, `${this.#settings.relay}/v1/t/${tid}/keys`, {
      cache: fresh ? "no-cache" : "default",
    });
    const document = await objectOf(response);
    if (!response.ok) throw new Failure(failureNamed(document.error), retryAfterMs(response));
    const configuration = await this.#trusted(document, tid, now);
    this.#pin(configuration);
    this.#kept = { configuration, until: Math.min(now + KEEP_S, configuration.expires) };
    return configuration;
  }

  /** Accepts the identity key that was refused last, because the user said so. */
  acceptChange(): void {
    if (this.#refused) this.#settings.pins.set(this.#refused.tid, pinOf(this.#refused));
    this.#refused = null;
  }

  async #trusted(document: unknown, tid: string, now: number): Promise<KeyConfiguration> {
    try {
      return await trust(document, { tid, registrar: this.#settings.registrar, now });
    } catch (error) {
      if (!(error instanceof Untrusted)) throw error;
      throw new Failure(BREAKS[error.reason] ?? "untrusted");
    }
  }

  #pin(seen: KeyConfiguration): void {
    const { pins, onChange } = this.#settings;
    const pin = pins.get(seen.tid);
    const verdict = compare(pin, seen);
    if (verdict === "outdated") throw new Failure("outdated_keys");
    if (verdict === "changed" || verdict === "renewed") {
      onChange({ before: pin?.fingerprint ?? "", now: seen.fingerprint }, verdict === "renewed");
    }
    if (verdict === "changed") {
      this.#refused = seen;
      throw new Failure("directory_changed");
    }
    pins.set(seen.tid, pinOf(seen));
  }
}
