"""How a request's key is encapsulated: by P-256, which every end has, or by X-Wing, where both ends have it.

X-Wing (ML-KEM-768 with X25519, draft-connolly-cfrg-xwing-kem) keeps what is recorded today closed to a quantum
computer of tomorrow. A public key on the wire is P-256's uncompressed point, or ML-KEM's key (1184) | X25519's (32).
"""

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from relay_cloud.wire.es256 import point

SEED_SIZE = 32
_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_SEED_SIZE = 64


@dataclass(frozen=True, slots=True)
class Kem:
    """One way, by its name in key configurations; `encapsulated_size` in bytes."""

    name: str
    encapsulated_size: int
    suite: hpke.Suite


P256 = Kem("P256", 65, hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM))
XWING = Kem("MLKEM768-X25519", 1120, hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM))
KEMS = (P256.name, XWING.name)


@dataclass(frozen=True, slots=True)
class XWingPublicKey:
    """The public half; `raw` are its 1216 bytes."""

    raw: bytes
    key: hpke.MLKEM768X25519PublicKey = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class XWingPrivateKey:
    """The private half."""

    key: hpke.MLKEM768X25519PrivateKey
    public: XWingPublicKey

    def public_key(self) -> XWingPublicKey:
        """Return the public half."""
        return self.public


PublicKey = ec.EllipticCurvePublicKey | XWingPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | XWingPrivateKey


def kem_of(key: PublicKey | PrivateKey) -> Kem:
    """Return the way a key is for."""
    return XWING if isinstance(key, XWingPublicKey | XWingPrivateKey) else P256


def encoded(key: PublicKey) -> bytes:
    """Return the bytes that key configurations name and key ids are made of."""
    return key.raw if isinstance(key, XWingPublicKey) else point(key)


def xwing_private_key(seed: bytes) -> XWingPrivateKey | None:
    """Return the key that 32 random bytes expand to, None where this machine's OpenSSL has no ML-KEM."""
    if len(seed) != SEED_SIZE:
        raise ValueError("an X-Wing seed has 32 bytes")
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + 32)
    x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])
    try:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
    except UnsupportedAlgorithm:
        return None
    raw = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    key = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
    return XWingPrivateKey(key, XWingPublicKey(raw, key.public_key()))


def public_key(name: str, raw: bytes) -> PublicKey | None:
    """Read a key of one of KEMS, None where OpenSSL lacks it; raises ValueError for bytes that are none of its keys."""
    if name == P256.name:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_SIZE])
    except UnsupportedAlgorithm:
        return None
    x25519 = X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_SIZE:])
    return XWingPublicKey(raw, hpke.MLKEM768X25519PublicKey(mlkem, x25519))


def encrypt(key: PublicKey, content: bytes, info: bytes) -> bytes:
    """Return the encapsulated key and the sealed content (HPKE base mode, single shot)."""
    return kem_of(key).suite.encrypt(content, key.key if isinstance(key, XWingPublicKey) else key, info)


def decrypt(key: PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Return the content; raises InvalidTag or ValueError for anything not sealed to this key with this `info`."""
    return kem_of(key).suite.decrypt(sealed, key.key if isinstance(key, XWingPrivateKey) else key, info)
