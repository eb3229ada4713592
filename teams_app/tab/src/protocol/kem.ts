/**
 * How a request's key is encapsulated: by P-256, which every end has, or by X-Wing (ML-KEM-768 with X25519), where both
 * ends have it. X-Wing is loaded only when a directory offers it.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256, type KemInterface } from "@hpke/core";

/** The kinds of keys known here, by their names in key configurations. */
export type Kem = "P256" | "MLKEM768-X25519";

/** Bytes of a public key and of an encapsulated key. */
export const PUBLIC_SIZE: Readonly<Record<Kem, number>> = { P256: 65, "MLKEM768-X25519": 1216 };
export const ENCAPSULATED_SIZE: Readonly<Record<Kem, number>> = { P256: 65, "MLKEM768-X25519": 1120 };

/** Whether a name in a key configuration is one of those. */
export function isKem(name: unknown): name is Kem {
  return name === "P256" || name === "MLKEM768-X25519";
}

/** The HPKE suite (RFC 9180) of a kind, with HKDF-SHA256 and AES-256-GCM; rejects where X-Wing cannot be loaded. */
export async function suiteOf(kem: Kem): Promise<CipherSuite> {
  return new CipherSuite({ kem: await implementation(kem), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
}

async function implementation(kem: Kem): Promise<KemInterface> {
  if (kem === "P256") return new DhkemP256HkdfSha256();
  const { XWing } = await import("@hpke/hybridkem-x-wing");
  return new XWing();
}
