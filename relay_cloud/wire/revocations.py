"""The revocation list: which registrations count no more, signed by the registrar.

A JWT (ES256, `typ` "revocations+jwt") `{seq, iat, min_epochs: {tid: epoch}}`: credentials of tenant `tid` with a lower
epoch are refused. `seq` grows with every list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire.credential import Credential

MAX_SIZE = 1024 * 1024
TYPE = "revocations+jwt"


class RevocationsRefused(ValueError):  # noqa: N818 - named by what happened
    """The text is no list of this registrar."""


@dataclass(frozen=True, slots=True)
class Revocations:
    """A checked list; `seq` 0 is that of nobody."""

    seq: int = 0
    min_epochs: Mapping[UUID, int] = field(default_factory=dict)

    def revoke(self, credential: Credential) -> bool:
        """Say whether the credential counts no more."""
        return credential.epoch < self.min_epochs.get(credential.tid, 0)

    def follow(self, later: "Revocations") -> "Revocations":
        """Return what holds once `later` is known: an older list changes nothing, a newer one gives nothing back."""
        if later.seq <= self.seq:
            return self
        tenants = self.min_epochs.keys() | later.min_epochs.keys()
        return Revocations(
            later.seq, {tid: max(self.min_epochs.get(tid, 0), later.min_epochs.get(tid, 0)) for tid in tenants}
        )


def issue(registrar: ec.EllipticCurvePrivateKey, revocations: Revocations, now: int) -> str:
    """Sign a list; `now` in Unix seconds."""
    epochs = {str(tid): epoch for tid, epoch in revocations.min_epochs.items()}
    claims = {"seq": revocations.seq, "iat": now, "min_epochs": epochs}
    return jwt.encode(claims, registrar, algorithm="ES256", headers={"typ": TYPE})


def check(text: str, registrar: ec.EllipticCurvePublicKey) -> Revocations:
    """Return what the list says, or raise RevocationsRefused."""
    if len(text) > MAX_SIZE:
        raise RevocationsRefused("larger than 1 MiB")
    try:
        decoded = jwt.decode_complete(
            text, registrar, algorithms=["ES256"], options={"require": ["seq", "iat"], "verify_iat": False}
        )
        claims = decoded["payload"]
        if decoded["header"].get("typ") != TYPE:
            raise RevocationsRefused("signed for something else")
        epochs = {UUID(tid): int(epoch) for tid, epoch in claims["min_epochs"].items()}
        return Revocations(int(claims["seq"]), epochs)
    except (jwt.PyJWTError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise RevocationsRefused("not a list signed by the registrar") from error
