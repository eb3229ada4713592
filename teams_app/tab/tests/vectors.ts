/** The shared vectors of `contact-relay/1`, as every implementation must read them. */
import { readFileSync } from "node:fs";
import type { PublicJwk } from "../src/protocol/jwt";

export interface RequestCase {
  readonly name: string;
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

export interface ConfigurationCase {
  readonly name: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly trusted: boolean;
}

export interface Vectors {
  readonly now: number;
  readonly tid: string;
  readonly recipient: { readonly private: string; readonly public: string };
  readonly registrar: PublicJwk;
  readonly fingerprint: string;
  readonly response_key: string;
  readonly requests: readonly RequestCase[];
  readonly responses: { readonly to: string; readonly cases: readonly ResponseCase[] };
  readonly configurations: readonly ConfigurationCase[];
}

const FILE = new URL("../../../tests/vectors/sealing.json", import.meta.url);

export const vectors = JSON.parse(readFileSync(FILE, "utf-8")) as Vectors;
