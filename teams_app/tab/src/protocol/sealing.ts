/**
 * Sealing of requests and opening of answers: HPKE base mode, single shot (RFC 9180); the key decides the suite.
 *
 * The answer comes back under a key derived from the 32 random bytes that travelled inside the request.
 */
import * as base64url from "./base64url";
import { type Bytes, concat, equal, utf8 } from "./bytes";
import { decodeResponse, encodeRequest, type RequestHeader, type Status, TAB } from "./envelope";
import { ENCAPSULATED_SIZE, suiteOf } from "./kem";
import type { SealingKey } from "./keys";
import { REQUEST_LABEL, RESPONSE_LABEL } from "./labels";
import { pad, unpad } from "./padding";

/** What a tab says inside the seal; `iat` is its clock in Unix seconds. */
export interface Inner {
  readonly iat: number;
  readonly op: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tok: string;
}

/** A sealed request: the bytes to post, and what opening its answer needs. */
export interface Sealed {
  readonly message: Bytes;
  readonly header: RequestHeader;
  readonly encapsulated: Bytes;
  readonly responseKey: Bytes;
}

/** An opened answer. */
export interface Answer {
  readonly status: Status;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the seal binds besides the content: tenant, request, key and sender class. */
export function requestInfo(header: RequestHeader): Bytes {
  return concat(REQUEST_LABEL, header.tid, header.rid, header.kid, Uint8Array.of(TAB));
}

/** Seals a request to the directory's public key; `responseKey` is 32 fresh random bytes. */
export async function sealRequest(
  header: RequestHeader,
  inner: Inner,
  key: SealingKey,
  responseKey: Bytes,
): Promise<Sealed> {
  const content = utf8(JSON.stringify({ iat: inner.iat, rk: base64url.encode(responseKey), ...rest(inner) }));
  const suite = await suiteOf(key.kem);
  const recipientPublicKey = await suite.kem.deserializePublicKey(key.bytes);
  const sender = await suite.createSenderContext({ recipientPublicKey, info: requestInfo(header) });
  const ciphertext = new Uint8Array(await sender.seal(pad(content)));
  const encapsulated = new Uint8Array(sender.enc);
  if (encapsulated.length !== ENCAPSULATED_SIZE[key.kem]) throw new Error("encapsulated key has a wrong size");
  return { message: encodeRequest(header, concat(encapsulated, ciphertext)), header, encapsulated, responseKey };
}

function rest(inner: Inner): Omit<Inner, "iat"> {
  return { op: inner.op, body: inner.body, tok: inner.tok };
}

/** Opens the answer to our own request; throws for any other message, or one that was changed on the way. */
export async function openResponse(sealed: Sealed, message: Bytes): Promise<Answer> {
  const response = decodeResponse(message);
  if (!equal(response.rid, sealed.header.rid)) throw new Error("answer belongs to another request");
  const key = await answerKey(sealed, response.nonce);
  const additionalData = concat(response.rid, Uint8Array.of(response.status));
  const opened = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: new Uint8Array(12), additionalData },
    key,
    response.sealed,
  );
  const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unpad(new Uint8Array(opened))));
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Error("answer is not an object");
  return { status: response.status, body: body as Record<string, unknown> };
}

async function answerKey(sealed: Sealed, nonce: Bytes): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", sealed.responseKey, "HKDF", false, ["deriveKey"]);
  const salt = concat(sealed.encapsulated, nonce);
  const info = concat(RESPONSE_LABEL, sealed.header.tid, sealed.header.rid);
  const usage = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info }, secret, usage, false, ["decrypt"]);
}
