/** Tenant ids: UUIDs, 16 bytes on the wire. */
import type { Bytes } from "./bytes";

const FORM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The 16 bytes of a tenant id; throws for anything that is not a UUID. */
export function tenantBytes(tid: string): Bytes {
  if (!FORM.test(tid)) throw new Error("not a tenant id");
  const digits = tid.replaceAll("-", "");
  return Uint8Array.from({ length: 16 }, (_, index) => Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16));
}
