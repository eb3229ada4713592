"""Keys of the ends: P-256 points, key ids, thumbprints, and the signed key configuration a client trusts.

Trust chain of a client: registrar's key → credential (its tenant, thumbprint of the identity key) → key configuration
(signed by the identity key) → sealing key.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol.version import KEYS_LABEL
from relay_cloud.wire import base64url
from relay_cloud.wire.credential import CredentialRefused, check
from relay_cloud.wire.es256 import from_jwk, point, sign, thumbprint, to_jwk, verify

__all__ = [
    "KEM",
    "MAX_LIFETIME",
    "KeyConfiguration",
    "SealingKey",
    "Untrusted",
    "from_jwk",
    "key_id",
    "point",
    "publish",
    "thumbprint",
    "to_jwk",
    "trust",
]

KEM = "P256"
MAX_LIFETIME = 26 * 3600
"""A key configuration expires at the latest after this many seconds."""


class Untrusted(ValueError):  # noqa: N818 - named by what the caller concludes
    """The key configuration does not lead back to the registrar for this tenant; the text says where it breaks."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A public key a directory opens with, and the id it is called by."""

    kid: bytes
    key: ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class KeyConfiguration:
    """A verified key configuration; `not_before`/`expires` in Unix seconds, `fingerprint` of the identity key."""

    tid: UUID
    sequence: int
    not_before: int
    expires: int
    keys: tuple[SealingKey, ...]
    allow_service_end: bool
    fingerprint: str


def key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the first 8 bytes of SHA-256 over the point."""
    return hashlib.sha256(point(key)).digest()[:8]


def publish(
    *,
    tid: UUID,
    sequence: int,
    not_before: int,
    expires: int,
    keys: tuple[SealingKey, ...],
    allow_service_end: bool,
    identity: ec.EllipticCurvePrivateKey,
    credential: str,
) -> dict[str, Any]:
    """Return the signed document that `GET /v1/t/{tid}/keys` serves; the first key is the one to seal to."""
    config = json.dumps(
        {
            "v": 1,
            "tid": str(tid),
            "seq": sequence,
            "nbf": not_before,
            "exp": expires,
            "keys": [
                {"kid": base64url.encode(key.kid), "kem": KEM, "pk": base64url.encode(point(key.key))} for key in keys
            ],
            "policy": {"allow_service_end": allow_service_end},
        },
        separators=(",", ":"),
    ).encode()
    return {
        "config": base64url.encode(config),
        "sig": base64url.encode(sign(identity, KEYS_LABEL + config)),
        "ik": to_jwk(identity.public_key()),
        "credential": credential,
    }


def trust(
    document: Mapping[str, Any], *, tid: UUID, registrar: ec.EllipticCurvePublicKey, now: float
) -> KeyConfiguration:
    """Check a published document from the registrar's key down, for this tenant and time; raises Untrusted."""
    try:
        identity = from_jwk(document["ik"])
        config_bytes = base64url.decode(document["config"])
        signature = base64url.decode(document["sig"])
        credential = check(document["credential"], registrar, now)
    except CredentialRefused as error:
        raise Untrusted(str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Untrusted("document is malformed") from error
    if credential.tid != tid:
        raise Untrusted("credential is for another tenant")
    if credential.thumbprint != thumbprint(identity):
        raise Untrusted("credential belongs to another identity key")
    if not verify(identity, signature, KEYS_LABEL + config_bytes):
        raise Untrusted("key configuration is not signed by the identity key")
    configuration = _configuration(config_bytes, thumbprint(identity))
    if configuration.tid != tid:
        raise Untrusted("key configuration is for another tenant")
    if configuration.expires - configuration.not_before > MAX_LIFETIME:
        raise Untrusted("key configuration lives too long")
    if not configuration.not_before <= now < configuration.expires:
        raise Untrusted("key configuration is not valid now")
    return configuration


def _configuration(config_bytes: bytes, fingerprint: str) -> KeyConfiguration:
    try:
        config = json.loads(config_bytes)
        keys = tuple(
            SealingKey(
                base64url.decode(entry["kid"]),
                ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64url.decode(entry["pk"])),
            )
            for entry in config["keys"]
            if entry["kem"] == KEM
        )
        configuration = KeyConfiguration(
            tid=UUID(config["tid"]),
            sequence=int(config["seq"]),
            not_before=int(config["nbf"]),
            expires=int(config["exp"]),
            keys=keys,
            allow_service_end=bool(config["policy"]["allow_service_end"]),
            fingerprint=fingerprint,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Untrusted("key configuration is malformed") from error
    if not keys or any(key_id(entry.key) != entry.kid for entry in keys):
        raise Untrusted("key configuration names no usable key")
    return configuration
