/** ES256 keys, signatures and tokens (RFC 7515, 7517, 7518, 7638), as far as the key configuration needs them. */
import * as base64url from "./base64url";
import { type Bytes, concat, utf8 } from "./bytes";

const ES256 = { name: "ECDSA", hash: "SHA-256" };
const COORDINATE_SIZE = 32;

/** A public P-256 JWK: exactly the members its thumbprint covers. */
export interface PublicJwk {
  readonly crv: "P-256";
  readonly kty: "EC";
  readonly x: string;
  readonly y: string;
}

/** Reads a public P-256 JWK; throws for anything else. */
export function readJwk(value: unknown): PublicJwk {
  const { kty, crv, x, y } = value as Record<string, unknown>;
  if (kty !== "EC" || crv !== "P-256" || typeof x !== "string" || typeof y !== "string") throw new Error("not P-256");
  if ([x, y].some((part) => base64url.decode(part).length !== COORDINATE_SIZE)) throw new Error("not P-256");
  return { crv, kty, x, y };
}

/** The key that checks ES256 signatures; throws for a point off the curve. */
export async function verifier(jwk: PublicJwk): Promise<CryptoKey> {
  const raw = concat(Uint8Array.of(4), base64url.decode(jwk.x), base64url.decode(jwk.y));
  return crypto.subtle.importKey("raw", raw, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
}

/** The JWK thumbprint (RFC 7638), base64url of SHA-256: the fingerprint people compare. */
export async function thumbprint(jwk: PublicJwk): Promise<string> {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(canonical))));
}

/** Whether the 64-byte ES256 signature holds. */
export async function verify(key: CryptoKey, signature: Bytes, message: Bytes): Promise<boolean> {
  return signature.length === 64 && crypto.subtle.verify(ES256, key, signature, message);
}

/** The claims of an ES256 token signed by `key`; throws unless it is one. Times are the caller's to check. */
export async function verifiedClaims(token: string, key: CryptoKey): Promise<Record<string, unknown>> {
  const [header, payload, signature, ...more] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new Error("token is malformed");
  }
  if (readObject(header).alg !== "ES256") throw new Error("token is not ES256");
  if (!(await verify(key, base64url.decode(signature), utf8(`${header}.${payload}`)))) {
    throw new Error("token signature does not hold");
  }
  return readObject(payload);
}

/** The claims of one's own token, unchecked: only for what concerns nobody else. Throws for garbage. */
export function unverifiedClaims(token: string): Record<string, unknown> {
  return readObject(token.split(".")[1] ?? "");
}

function readObject(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(base64url.decode(part)));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  return value as Record<string, unknown>;
}
