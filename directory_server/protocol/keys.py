"""Keys of the ends: key ids, thumbprints, and the signed key configuration a client trusts.

Trust chain of a client: registrar's key → credential (its tenant, thumbprint of the identity key) → key configuration
(signed by the identity key) → sealing key.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol.kem import KEMS, XWING, PublicKey, encoded, kem_of, public_key
from directory_server.protocol.version import KEYS_LABEL
from relay_cloud.wire import base64url
from relay_cloud.wire.credential import CredentialRefused, check
from relay_cloud.wire.es256 import from_jwk, sign, thumbprint, to_jwk, verify

__all__ = [
    "MAX_LIFETIME",
    "KeyConfiguration",
    "SealingKey",
    "Untrusted",
    "Verdict",
    "compare",
    "from_jwk",
    "key_id",
    "publish",
    "thumbprint",
    "to_jwk",
    "trust",
]

MAX_LIFETIME = 26 * 3600
"""A key configuration expires at the latest after this many seconds."""


class Untrusted(ValueError):  # noqa: N818 - named by what the caller concludes
    """The key configuration does not lead back to the registrar for this tenant; the text says where it breaks."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A public key a directory opens with, and the id it is called by."""

    kid: bytes
    key: PublicKey


@dataclass(frozen=True, slots=True)
class KeyConfiguration:
    """A verified key configuration; `not_before`/`expires` in Unix seconds, `fingerprint` of the identity key.

    `epoch` is the time of the registration of that key: a higher one replaces a lower one.
    """

    tid: UUID
    sequence: int
    not_before: int
    expires: int
    keys: tuple[SealingKey, ...]
    allow_service_end: bool
    fingerprint: str
    epoch: int

    @property
    def best(self) -> SealingKey:
        """The key to seal to: the first for X-Wing, else the first."""
        return next((entry for entry in self.keys if kem_of(entry.key) is XWING), self.keys[0])


class Verdict(StrEnum):
    """What a configuration means after another one of the same tenant; the last two are refused."""

    SAME = "same"
    RENEWED = "renewed"
    CHANGED = "changed"
    OUTDATED = "outdated"


def compare(known: KeyConfiguration, seen: KeyConfiguration) -> Verdict:
    """Judge a trusted configuration by the last one: another identity key needs a higher epoch, `seq` only grows."""
    if known.fingerprint != seen.fingerprint:
        return Verdict.RENEWED if seen.epoch > known.epoch else Verdict.CHANGED
    return Verdict.OUTDATED if seen.sequence < known.sequence else Verdict.SAME


def key_id(key: PublicKey) -> bytes:
    """Return the first 8 bytes of SHA-256 over the key's bytes."""
    return hashlib.sha256(encoded(key)).digest()[:8]


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
    """Return the signed document that `GET /v1/t/{tid}/keys` serves; older clients take its first key."""
    config = json.dumps(
        {
            "v": 1,
            "tid": str(tid),
            "seq": sequence,
            "nbf": not_before,
            "exp": expires,
            "keys": [
                {
                    "kid": base64url.encode(entry.kid),
                    "kem": kem_of(entry.key).name,
                    "pk": base64url.encode(encoded(entry.key)),
                }
                for entry in keys
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
    configuration = _configuration(config_bytes, thumbprint(identity), credential.epoch)
    if configuration.tid != tid:
        raise Untrusted("key configuration is for another tenant")
    if configuration.expires - configuration.not_before > MAX_LIFETIME:
        raise Untrusted("key configuration lives too long")
    if not configuration.not_before <= now < configuration.expires:
        raise Untrusted("key configuration is not valid now")
    return configuration


def _configuration(config_bytes: bytes, fingerprint: str, epoch: int) -> KeyConfiguration:
    try:
        config = json.loads(config_bytes)
        keys = tuple(
            SealingKey(base64url.decode(entry["kid"]), key)
            for entry in config["keys"]
            if entry["kem"] in KEMS and (key := public_key(entry["kem"], base64url.decode(entry["pk"]))) is not None
        )
        configuration = KeyConfiguration(
            tid=UUID(config["tid"]),
            sequence=int(config["seq"]),
            not_before=int(config["nbf"]),
            expires=int(config["exp"]),
            keys=keys,
            allow_service_end=bool(config["policy"]["allow_service_end"]),
            fingerprint=fingerprint,
            epoch=epoch,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Untrusted("key configuration is malformed") from error
    if any(key_id(entry.key) != entry.kid for entry in keys):
        raise Untrusted("key configuration names a key by another's id")
    if not keys:
        raise Untrusted("key configuration names only keys of kinds unknown to this version: update it")
    return configuration
