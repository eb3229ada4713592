/**
 * The outer layout of sealed messages in `contact-relay/1`: what a relay may read, and nothing else.
 *
 * Request:  v=1 (1) | tid (16) | rid (16) | kid (8) | deadline_ms (4, big endian) | class (1) | sealed
 * Response: rid (16) | status (1) | nonce (32) | sealed
 */
import { type Bytes, concat } from "./bytes";

export const VERSION = 1;
export const RID_SIZE = 16;
export const NONCE_SIZE = 32;
export const RESPONSE_HEADER_SIZE = RID_SIZE + 1 + NONCE_SIZE;
/** Largest outer message, in bytes. */
export const MAX_MESSAGE = 64 * 1024 + 2048;
export const MAX_DEADLINE_MS = 20_000;
/** The sender class of a tab: its user's token travels inside the seal. */
export const TAB = 1;

/** How the directory answered; for every status but ok the body is `{"error": NAME, "message": text}`. */
export const Status = { ok: 0, refused: 1, clock: 2, badRequest: 3, failed: 4 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** The outer part of a request without its sealed content. */
export interface RequestHeader {
  readonly tid: Bytes;
  readonly rid: Bytes;
  readonly kid: Bytes;
  /** Milliseconds, at most MAX_DEADLINE_MS. */
  readonly deadlineMs: number;
}

/** The outer part of a response; only the end that asked can open `sealed`. */
export interface Response {
  readonly rid: Bytes;
  readonly status: Status;
  readonly nonce: Bytes;
  readonly sealed: Bytes;
}

/** The bytes of a request that travel; throws for a deadline out of range. */
export function encodeRequest(header: RequestHeader, sealed: Uint8Array): Bytes {
  if (!(header.deadlineMs > 0 && header.deadlineMs <= MAX_DEADLINE_MS)) throw new Error("deadline out of range");
  const deadline = new Uint8Array(4);
  new DataView(deadline.buffer).setUint32(0, header.deadlineMs);
  return concat(Uint8Array.of(VERSION), header.tid, header.rid, header.kid, deadline, Uint8Array.of(TAB), sealed);
}

/** Reads a response; throws for a wrong size or an unknown status. */
export function decodeResponse(message: Bytes): Response {
  if (message.length <= RESPONSE_HEADER_SIZE || message.length > MAX_MESSAGE) {
    throw new Error("response size out of range");
  }
  const status = Object.values(Status).find((known) => known === message[RID_SIZE]);
  if (status === undefined) throw new Error("unknown status");
  return {
    rid: message.slice(0, RID_SIZE),
    status,
    nonce: message.slice(RID_SIZE + 1, RESPONSE_HEADER_SIZE),
    sealed: message.slice(RESPONSE_HEADER_SIZE),
  };
}
