/**
 * The signed key configuration a client trusts.
 *
 * Trust chain: registrar's key → credential (its tenant, thumbprint of the identity key) → key configuration (signed
 * by the identity key) → sealing key.
 */
import * as base64url from "./base64url";
import { type Bytes, concat, equal } from "./bytes";
import { type PublicJwk, readJwk, thumbprint, verifiedClaims, verifier, verify } from "./jwt";
import { type Kem, isKem, PUBLIC_SIZE } from "./kem";
import { KEYS_LABEL } from "./labels";
import { tenantBytes } from "./tenant";

const KID_SIZE = 8;
const MAX_CREDENTIAL = 4096;
/** A key configuration expires at the latest after this many seconds. */
const MAX_LIFETIME = 26 * 3600;

/** Where the chain breaks; `kem`: only keys of kinds unknown here; `clock`: everything holds but the time. */
export type Break = "document" | "credential" | "identity" | "signature" | "configuration" | "kem" | "tenant" | "clock";

/** The key configuration does not lead back to the registrar for this tenant and time. */
export class Untrusted extends Error {
  constructor(readonly reason: Break) {
    super(`key configuration is not trusted: ${reason}`);
    this.name = "Untrusted";
  }
}

/** A public key a directory opens with, as the bytes of its kind, and the id it is called by. */
export interface SealingKey {
  readonly kid: Bytes;
  readonly kem: Kem;
  readonly bytes: Bytes;
}

/** A verified key configuration; times in Unix seconds, `fingerprint` of the identity key. */
export interface KeyConfiguration {
  readonly tid: string;
  readonly sequence: number;
  readonly notBefore: number;
  readonly expires: number;
  readonly keys: readonly [SealingKey, ...SealingKey[]];
  readonly fingerprint: string;
  /** How often the tenant registered an identity key: a higher one replaces a lower one. */
  readonly epoch: number;
}

interface Entry {
  readonly kid: unknown;
  readonly kem: Kem;
  readonly pk: unknown;
}

interface Signed {
  readonly config: Bytes;
  readonly signature: Bytes;
  readonly identity: PublicJwk;
  readonly credential: Credential;
}

/** What the registrar signed: the tenant, the thumbprint of its identity key, how often it registered, until when. */
interface Credential {
  readonly tid: string;
  readonly thumbprint: unknown;
  readonly epoch: number;
  readonly exp: number;
}

/** Checks a published document from the registrar's key down, for this tenant and time (Unix s); throws Untrusted. */
export async function trust(
  document: unknown,
  want: { readonly tid: string; readonly registrar: PublicJwk; readonly now: number },
): Promise<KeyConfiguration> {
  const { config, signature, identity, credential } = await readDocument(document, want.registrar);
  const fingerprint = await thumbprint(identity);
  if (credential.tid !== want.tid) throw new Untrusted("credential");
  if (credential.thumbprint !== fingerprint) throw new Untrusted("identity");
  if (!(await verify(await identityKey(identity), signature, concat(KEYS_LABEL, config)))) {
    throw new Untrusted("signature");
  }
  const configuration = await readConfiguration(config, fingerprint, credential.epoch);
  if (configuration.tid !== want.tid) throw new Untrusted("tenant");
  if (configuration.expires - configuration.notBefore > MAX_LIFETIME) throw new Untrusted("configuration");
  if (want.now >= credential.exp || want.now < configuration.notBefore || want.now >= configuration.expires) {
    throw new Untrusted("clock");
  }
  return configuration;
}

async function readDocument(document: unknown, registrar: PublicJwk): Promise<Signed> {
  try {
    const { config, sig, ik, credential } = document as Record<string, unknown>;
    return {
      config: base64url.decode(text(config)),
      signature: base64url.decode(text(sig)),
      identity: readJwk(ik),
      credential: readCredential(await verifiedClaims(credentialText(credential), await verifier(registrar))),
    };
  } catch {
    throw new Untrusted("document");
  }
}

function credentialText(value: unknown): string {
  const token = text(value);
  if (token.length > MAX_CREDENTIAL) throw new Error("credential is too large");
  return token;
}

function readCredential(claims: Readonly<Record<string, unknown>>): Credential {
  integer(claims.iat);
  return {
    tid: text(claims.tid),
    thumbprint: (claims.cnf as { jkt?: unknown }).jkt,
    epoch: integer(claims.epoch),
    exp: integer(claims.exp),
  };
}

async function identityKey(identity: PublicJwk): Promise<CryptoKey> {
  try {
    return await verifier(identity);
  } catch {
    throw new Untrusted("identity");
  }
}

async function readConfiguration(bytes: Bytes, fingerprint: string, epoch: number): Promise<KeyConfiguration> {
  try {
    const config = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Record<string, unknown>;
    const entries = (config.keys as Entry[]).filter((entry) => isKem(entry.kem));
    const [first, ...others] = await Promise.all(entries.map(readKey));
    if (first === undefined) throw new Untrusted("kem");
    const tid = text(config.tid).toLowerCase();
    tenantBytes(tid);
    return {
      tid,
      sequence: integer(config.seq),
      notBefore: integer(config.nbf),
      expires: integer(config.exp),
      keys: [first, ...others],
      fingerprint,
      epoch,
    };
  } catch (error) {
    throw error instanceof Untrusted ? error : new Untrusted("configuration");
  }
}

async function readKey({ kid: id, kem, pk }: Entry): Promise<SealingKey> {
  const kid = base64url.decode(text(id));
  const bytes = base64url.decode(text(pk));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (bytes.length !== PUBLIC_SIZE[kem] || !equal(kid, digest.slice(0, KID_SIZE)))
    throw new Error("kid is not the key's");
  // A point must be on the curve; every 1216 bytes that X-Wing refuses, sealing refuses.
  if (kem === "P256") await crypto.subtle.importKey("raw", bytes, { name: "ECDH", namedCurve: "P-256" }, false, []);
  return { kid, kem, bytes };
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("not a text");
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError("not an integer");
  return value as number;
}
