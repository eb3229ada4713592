/** The directory's side of the seal, for tests: opens requests and seals answers as `directory_server.protocol` does. */
import { type Bytes, concat, utf8 } from "../src/protocol/bytes";
import { type RequestHeader, TAB } from "../src/protocol/envelope";
import { ENCAPSULATED_SIZE, type Kem, suiteOf } from "../src/protocol/kem";
import { RESPONSE_LABEL } from "../src/protocol/labels";
import { pad, unpad } from "../src/protocol/padding";
import { requestInfo } from "../src/protocol/sealing";

/** A recipient's private key and its kind. */
export interface Recipient {
  readonly kem: Kem;
  readonly key: CryptoKey;
}

/** Reads the private key of a kind. */
export async function recipient(kem: Kem, raw: Bytes): Promise<Recipient> {
  const suite = await suiteOf(kem);
  return { kem, key: await suite.kem.deserializePrivateKey(raw) };
}

export interface OpenedRequest {
  readonly header: RequestHeader;
  readonly encapsulated: Bytes;
  readonly inner: Readonly<Record<string, unknown>>;
}

/** Opens a tab's request with the recipient's private key. */
export async function openRequest(message: Bytes, { kem, key: recipientKey }: Recipient): Promise<OpenedRequest> {
  if (message[45] !== TAB) throw new Error("not a tab's request");
  const header = {
    tid: message.slice(1, 17),
    rid: message.slice(17, 33),
    kid: message.slice(33, 41),
    deadlineMs: new DataView(message.buffer, message.byteOffset + 41).getUint32(0),
  };
  const end = 46 + ENCAPSULATED_SIZE[kem];
  const encapsulated = message.slice(46, end);
  const suite = await suiteOf(kem);
  const context = await suite.createRecipientContext({ recipientKey, enc: encapsulated, info: requestInfo(header) });
  const padded = new Uint8Array(await context.open(message.slice(end)));
  const inner = JSON.parse(new TextDecoder().decode(unpad(padded))) as Record<string, unknown>;
  return { header, encapsulated, inner };
}

/** Seals an answer to an opened request. */
export async function sealResponse(
  asked: OpenedRequest,
  responseKey: Bytes,
  status: number,
  body: Readonly<Record<string, unknown>>,
): Promise<Bytes> {
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const secret = await crypto.subtle.importKey("raw", responseKey, "HKDF", false, ["deriveKey"]);
  const info = concat(RESPONSE_LABEL, asked.header.tid, asked.header.rid);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: concat(asked.encapsulated, nonce), info },
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const outer = concat(asked.header.rid, Uint8Array.of(status));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: new Uint8Array(12), additionalData: outer },
    key,
    pad(utf8(JSON.stringify(body))),
  );
  return concat(outer, nonce, new Uint8Array(sealed));
}
