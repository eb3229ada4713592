/** The shared vectors of `contact-relay/1`, as every implementation must read them. */
import { readFileSync } from "node:fs";
import type { PublicJwk } from "../src/protocol/jwt";
import type { Kem } from "../src/protocol/kem";
import type { Verdict } from "../src/protocol/pin";

export interface RequestCase {
  readonly name: string;
  readonly kem: Kem;
  readonly message: string;
  readonly result: string;
  readonly inner?: Readonly<Record<string, unknown>>;
}

export interface ResponseCase {
  readonly name: string;
  readonly message: string;
  readonly result: "opened" | "cannot_open" | "malformed";
  readonly status?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface ResponseGroup {
  readonly to: string;
  readonly kem: Kem;
  readonly cases: readonly ResponseCase[];
}

export interface Succession {
  readonly name: string;
  readonly known: Readonly<Record<string, unknown>>;
  readonly seen: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
}

export interface ConfigurationCase {
  readonly name: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly trusted: boolean;
  /** The id of the key a client seals to that has all kinds. */
  readonly seals_to?: string;
}

export interface Vectors {
  readonly now: number;
  readonly tid: string;
  readonly recipient: { readonly private: string; readonly public: string };
  readonly hybrid: { readonly seed: string; readonly public: string };
  readonly registrar: PublicJwk;
  readonly fingerprint: string;
  readonly response_key: string;
  readonly requests: readonly RequestCase[];
  readonly responses: readonly ResponseGroup[];
  readonly configurations: readonly ConfigurationCase[];
  readonly successions: readonly Succession[];
}

export interface TabVectors {
  readonly requests: readonly {
    readonly kem: Kem;
    readonly message: string;
    readonly inner: Readonly<Record<string, unknown>>;
  }[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), "utf-8"));
}

export const vectors = read("sealing.json") as Vectors;
/** What this end sealed when the vectors were made. */
export const tab = read("tab.json") as TabVectors;
