/**
 * Padding to powers of two: an observer learns the size class of a message, not its size.
 *
 * Padded: u32 big-endian length | JSON | zeros, in all 1, 2, 4 … 64 KiB.
 */
import type { Bytes } from "./bytes";

const SMALLEST = 1024;
const LARGEST = 64 * 1024;
const LENGTH_SIZE = 4;

/** The padded form; throws above 64 KiB in all. */
export function pad(content: Uint8Array): Bytes {
  const body = LENGTH_SIZE + content.length;
  if (body > LARGEST) throw new Error("message exceeds 64 KiB");
  let size = SMALLEST;
  while (size < body) size *= 2;
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, LENGTH_SIZE);
  return padded;
}

/** The content; throws if the length field points outside. */
export function unpad(padded: Bytes): Bytes {
  if (padded.length < LENGTH_SIZE) throw new Error("padded message too short");
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (LENGTH_SIZE + length > padded.length) throw new Error("length field points outside the message");
  return padded.slice(LENGTH_SIZE, LENGTH_SIZE + length);
}
