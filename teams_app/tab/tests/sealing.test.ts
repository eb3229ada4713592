import { describe, expect, it } from "vitest";
import * as base64url from "../src/protocol/base64url";
import { openResponse, type Sealed, sealRequest } from "../src/protocol/sealing";
import { tenantBytes } from "../src/protocol/tenant";
import { openRequest, sealResponse, suite } from "./opener";
import { vectors } from "./vectors";

const responseKey = base64url.decode(vectors.response_key);
const asked = vectors.requests.find((request) => request.name === vectors.responses.to);
const askedMessage = base64url.decode(asked?.message ?? "");

async function recipientKey(): Promise<CryptoKey> {
  const raw = base64url.decode(vectors.recipient.private);
  return suite.kem.deserializePrivateKey(raw);
}

function askedSealed(): Sealed {
  const header = {
    tid: askedMessage.slice(1, 17),
    rid: askedMessage.slice(17, 33),
    kid: askedMessage.slice(33, 41),
    deadlineMs: 8000,
  };
  return { message: askedMessage, header, encapsulated: askedMessage.slice(46, 111), responseKey };
}

describe("the shared vectors", () => {
  it("yield what Python sealed", async () => {
    const opened = await openRequest(askedMessage, await recipientKey());
    expect(opened.inner).toEqual(asked?.inner);
  });

  it.each(vectors.responses.cases)("response: $name", async ({ message, result, status, body }) => {
    const opening = openResponse(askedSealed(), base64url.decode(message));
    if (result === "opened") await expect(opening).resolves.toEqual({ status, body });
    else await expect(opening).rejects.toThrow();
  });
});

describe("sealing", () => {
  const header = {
    tid: tenantBytes(vectors.tid),
    rid: crypto.getRandomValues(new Uint8Array(16)),
    kid: askedMessage.slice(33, 41),
    deadlineMs: 8000,
  };
  const inner = { iat: vectors.now, op: "search", body: { text: "müller 🙂", limit: 5 }, tok: "a.b.c" };
  const point = base64url.decode(vectors.recipient.public);

  it("is opened by the recipient, and its answer by the asker", async () => {
    const sealed = await sealRequest(header, inner, point, responseKey);
    const opened = await openRequest(sealed.message, await recipientKey());
    expect(opened.header).toEqual(header);
    expect(opened.inner).toEqual({ ...inner, rk: vectors.response_key });
    const answer = await sealResponse(opened, responseKey, 1, { error: "token_expired" });
    await expect(openResponse(sealed, answer)).resolves.toEqual({ status: 1, body: { error: "token_expired" } });
  });

  it("hides the size of what is asked", async () => {
    const short = await sealRequest(header, { ...inner, body: { text: "a" } }, point, responseKey);
    const long = await sealRequest(header, { ...inner, body: { text: "a".repeat(200) } }, point, responseKey);
    expect(short.message.length).toBe(long.message.length);
  });

  it("refuses an answer to another request of ours", async () => {
    const sealed = await sealRequest(header, inner, point, responseKey);
    const other = await sealRequest({ ...header, rid: new Uint8Array(16) }, inner, point, responseKey);
    const answer = await sealResponse(await openRequest(other.message, await recipientKey()), responseKey, 0, {});
    await expect(openResponse(sealed, answer)).rejects.toThrow("another request");
  });
});
