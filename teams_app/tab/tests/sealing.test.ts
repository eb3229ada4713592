import { describe, expect, it } from "vitest";
import * as base64url from "../src/protocol/base64url";
import type { Bytes } from "../src/protocol/bytes";
import { ENCAPSULATED_SIZE, type Kem } from "../src/protocol/kem";
import type { SealingKey } from "../src/protocol/keys";
import { openResponse, type Sealed, sealRequest } from "../src/protocol/sealing";
import { tenantBytes } from "../src/protocol/tenant";
import { openRequest, recipient, sealResponse } from "./opener";
import { tab, vectors } from "./vectors";

const responseKey = base64url.decode(vectors.response_key);
const cases = vectors.responses.flatMap(({ to, kem, cases }) => cases.map((entry) => ({ ...entry, to, kem })));
const keys: readonly SealingKey[] = await Promise.all(
  [
    { kem: "P256", public: vectors.recipient.public } as const,
    { kem: "MLKEM768-X25519", public: vectors.hybrid.public } as const,
  ].map(async (entry) => {
    const bytes = base64url.decode(entry.public);
    const kid = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8);
    return { kid, kem: entry.kem, bytes };
  }),
);
const recipients = {
  P256: await recipient("P256", base64url.decode(vectors.recipient.private)),
  "MLKEM768-X25519": await recipient("MLKEM768-X25519", base64url.decode(vectors.hybrid.seed)),
};

function messageNamed(name: string): Bytes {
  return base64url.decode(vectors.requests.find((request) => request.name === name)?.message ?? "");
}

function askedSealed(to: string, kem: Kem): Sealed {
  const askedMessage = messageNamed(to);
  const header = {
    tid: askedMessage.slice(1, 17),
    rid: askedMessage.slice(17, 33),
    kid: askedMessage.slice(33, 41),
    deadlineMs: 8000,
  };
  const encapsulated = askedMessage.slice(46, 46 + ENCAPSULATED_SIZE[kem]);
  return { message: askedMessage, header, encapsulated, responseKey };
}

describe("the shared vectors", () => {
  // What is malformed outside the seal is judged by relay and directory.
  it.each(vectors.requests.filter((request) => request.result !== "malformed"))(
    "request: $name",
    async ({ message, kem, result, inner }) => {
      const opening = openRequest(base64url.decode(message), recipients[kem]);
      if (result === "opened") await expect(opening).resolves.toMatchObject({ inner });
      else await expect(opening).rejects.toThrow();
    },
  );

  it.each(tab.requests)("what this end sealed: $kem", async ({ message, kem, inner }) => {
    await expect(openRequest(base64url.decode(message), recipients[kem])).resolves.toMatchObject({ inner });
  });

  it.each(cases)("$kem response: $name", async ({ message, to, kem, result, status, body }) => {
    const opening = openResponse(askedSealed(to, kem), base64url.decode(message));
    if (result === "opened") await expect(opening).resolves.toEqual({ status, body });
    else await expect(opening).rejects.toThrow();
  });
});

describe.each(keys)("sealing to $kem", (key) => {
  const header = {
    tid: tenantBytes(vectors.tid),
    rid: crypto.getRandomValues(new Uint8Array(16)),
    kid: key.kid,
    deadlineMs: 8000,
  };
  const inner = { iat: vectors.now, op: "search", body: { text: "müller 🙂", limit: 5 }, tok: "a.b.c" };

  it("is opened by the recipient, and its answer by the asker", async () => {
    const sealed = await sealRequest(header, inner, key, responseKey);
    const opened = await openRequest(sealed.message, recipients[key.kem]);
    expect(opened.header).toEqual(header);
    expect(opened.inner).toEqual({ ...inner, rk: vectors.response_key });
    const answer = await sealResponse(opened, responseKey, 1, { error: "token_expired" });
    await expect(openResponse(sealed, answer)).resolves.toEqual({ status: 1, body: { error: "token_expired" } });
  });

  it("hides the size of what is asked", async () => {
    const short = await sealRequest(header, { ...inner, body: { text: "a" } }, key, responseKey);
    const long = await sealRequest(header, { ...inner, body: { text: "a".repeat(200) } }, key, responseKey);
    expect(short.message.length).toBe(long.message.length);
  });

  it("refuses an answer to another request of ours", async () => {
    const sealed = await sealRequest(header, inner, key, responseKey);
    const other = await sealRequest({ ...header, rid: new Uint8Array(16) }, inner, key, responseKey);
    const answer = await sealResponse(await openRequest(other.message, recipients[key.kem]), responseKey, 0, {});
    await expect(openResponse(sealed, answer)).rejects.toThrow("another request");
  });
});
