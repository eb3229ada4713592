/** What a tab remembers of a tenant's directory: the identity key it saw first, and how far its keys had come. */
import type { KeyConfiguration } from "./keys";

/** The remembered state, one per tenant. */
export interface Pin {
  readonly fingerprint: string;
  readonly epoch: number;
  readonly sequence: number;
}

/**
 * What a key configuration means against the pin: `first` use, the `same` directory, a `renewed` identity key (higher
 * registration epoch: used, with a notice), a `changed` one without that (refused until the user agrees), or an
 * `outdated` configuration (refused: the sequence never goes back).
 */
export type Verdict = "first" | "same" | "renewed" | "changed" | "outdated";

/** Compares a verified key configuration with what was remembered. */
export function compare(pin: Pin | null, seen: KeyConfiguration): Verdict {
  if (pin === null) return "first";
  if (pin.fingerprint !== seen.fingerprint) return seen.epoch > pin.epoch ? "renewed" : "changed";
  return seen.sequence < pin.sequence ? "outdated" : "same";
}

/** The pin to remember after a configuration was accepted. */
export function pinOf(seen: KeyConfiguration): Pin {
  return { fingerprint: seen.fingerprint, epoch: seen.epoch, sequence: seen.sequence };
}

/** Pins kept in the browser's storage; a storage that refuses (private mode, partitioned frame) counts as empty. */
export class PinStore {
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | null;
  readonly #memory = new Map<string, Pin>();

  constructor(storage: Pick<Storage, "getItem" | "setItem"> | null) {
    this.#storage = storage;
  }

  get(tid: string): Pin | null {
    const known = this.#memory.get(tid);
    if (known) return known;
    try {
      return readPin(JSON.parse(this.#storage?.getItem(entry(tid)) ?? "null"));
    } catch {
      return null; // unreadable counts as never seen
    }
  }

  set(tid: string, pin: Pin): void {
    this.#memory.set(tid, pin);
    try {
      this.#storage?.setItem(entry(tid), JSON.stringify(pin));
    } catch {
      // Storage is full or forbidden: the pin lives as long as this page.
    }
  }
}

function entry(tid: string): string {
  return `contactory.pin.${tid}`;
}

function readPin(value: unknown): Pin | null {
  const { fingerprint, epoch, sequence } = (value ?? {}) as Record<string, unknown>;
  return typeof fingerprint === "string" && typeof epoch === "number" && typeof sequence === "number"
    ? { fingerprint, epoch, sequence }
    : null;
}
