"""The registration credential: what the registrar signs once a tenant's administrator has shown who they are.

A JWT (ES256) `{tid, cnf: {jkt}, epoch, iat, exp}`: tenant `tid` is served by the directory whose identity key has the
thumbprint `jkt`. A higher `epoch` of the same tenant replaces every lower one.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

LIFETIME = 30 * 86400
"""A credential expires this many seconds after it was issued."""
MAX_EPOCH = 2**40
MAX_SIZE = 4096


class CredentialRefused(ValueError):  # noqa: N818 - the wire's word
    """The credential does not hold; `code` is credential_invalid or credential_expired."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Credential:
    """A checked credential; `expires` and `issued` in Unix seconds."""

    tid: UUID
    thumbprint: str
    epoch: int
    issued: int
    expires: int


def issue(registrar: ec.EllipticCurvePrivateKey, *, tid: UUID, thumbprint: str, epoch: int, now: int) -> str:
    """Sign a credential that is good for 30 days."""
    claims = {"tid": str(tid), "cnf": {"jkt": thumbprint}, "epoch": epoch, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, registrar, algorithm="ES256")


def check(text: object, registrar: ec.EllipticCurvePublicKey, now: float) -> Credential:
    """Return what the credential says, or raise CredentialRefused."""
    if not isinstance(text, str) or len(text) > MAX_SIZE:
        raise CredentialRefused("credential_invalid", "credential is no token")
    try:
        claims = jwt.decode(
            text,
            registrar,
            algorithms=["ES256"],
            options={"require": ["tid", "cnf", "epoch", "iat", "exp"], "verify_exp": False, "verify_iat": False},
        )
        credential = Credential(
            tid=UUID(str(claims["tid"])),
            thumbprint=str(claims["cnf"]["jkt"]),
            epoch=int(claims["epoch"]),
            issued=int(claims["iat"]),
            expires=int(claims["exp"]),
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise CredentialRefused("credential_invalid", "credential is not signed by the registrar") from error
    if now >= credential.expires:
        raise CredentialRefused("credential_expired", "credential has expired: register the tenant again")
    return credential


def renewal(text: str, issued_at: int) -> bytes:
    """Return what the identity key signs to renew the credential `text`; `issued_at` in Unix seconds."""
    return b"contact-relay/1 renew" + hashlib.sha256(text.encode()).digest() + issued_at.to_bytes(8, "big")
