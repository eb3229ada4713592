"""ES256 keys and signatures: P-256 points, public JWKs, thumbprints, 64-byte signatures (RFC 7517, 7518, 7638)."""

import hashlib
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from relay_cloud.wire import base64url

SIGNATURE_SIZE = 64


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the 65-byte uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return the public JWK (RFC 7517) with exactly the members its thumbprint covers."""
    raw = point(key)
    return {"crv": "P-256", "kty": "EC", "x": base64url.encode(raw[1:33]), "y": base64url.encode(raw[33:])}


def from_jwk(jwk: object) -> ec.EllipticCurvePublicKey:
    """Read a public P-256 JWK; raises ValueError for anything else."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise ValueError("not a P-256 key")
    raw = b"\x04" + base64url.decode(str(jwk.get("x", ""))) + base64url.decode(str(jwk.get("y", "")))
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def from_public_pem(pem: bytes) -> ec.EllipticCurvePublicKey:
    """Read a public P-256 key in PEM; raises ValueError for anything else."""
    key = load_pem_public_key(pem)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 public key")  # noqa: TRY004 - the caller handles one error for a bad key file
    return key


def from_private_pem(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Read an unencrypted private P-256 key in PEM; raises ValueError for anything else."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError("private key is encrypted") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")  # noqa: TRY004 - the caller handles one error for a bad key file
    return key


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """Return the JWK thumbprint (RFC 7638), base64url of SHA-256: the fingerprint people compare."""
    canonical = json.dumps(to_jwk(key), separators=(",", ":"), sort_keys=True).encode()
    return base64url.encode(hashlib.sha256(canonical).digest())


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Return the 64-byte ES256 signature (RFC 7518 section 3.4)."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Say whether the 64-byte ES256 signature holds."""
    if len(signature) != SIGNATURE_SIZE:
        return False
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        key.verify(der, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
