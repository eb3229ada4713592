/**
 * Writes `tests/vectors/tab.json`: requests that this end sealed, which the directory's tests open.
 *
 * Run `npm run vectors` only when the protocol changes; the stored file is the contract.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import * as base64url from "../src/protocol/base64url";
import { trust } from "../src/protocol/keys";
import { sealRequest } from "../src/protocol/sealing";
import { tenantBytes } from "../src/protocol/tenant";
import type { Vectors } from "./vectors";

const folder = resolve("../../tests/vectors");
const vectors = JSON.parse(readFileSync(resolve(folder, "sealing.json"), "utf-8")) as Vectors;
const both = vectors.configurations.find((entry) => entry.name === "X-Wing beside P-256")?.document;
const { keys } = await trust(both, { tid: vectors.tid, registrar: vectors.registrar, now: vectors.now });
const inner = {
  iat: vectors.now,
  op: "search",
  body: { text: "müller 🙂", limit: 5 },
  tok: "header.payload.signature",
};
const rid = Uint8Array.from({ length: 16 }, (_, index) => 255 - index);

const requests = await Promise.all(
  keys.map(async (key) => {
    const header = { tid: tenantBytes(vectors.tid), rid, kid: key.kid, deadlineMs: 8000 };
    const { message } = await sealRequest(header, inner, key, base64url.decode(vectors.response_key));
    return {
      kem: key.kem,
      message: base64url.encode(message),
      inner: { iat: inner.iat, rk: vectors.response_key, op: inner.op, body: inner.body, tok: inner.tok },
    };
  }),
);
const about = "contact-relay/1: requests the tab sealed to the recipients of sealing.json";
writeFileSync(resolve(folder, "tab.json"), `${JSON.stringify({ about, requests }, null, 1)}\n`);
