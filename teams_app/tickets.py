"""Relay tickets: short proof that somebody signed in may bother a tenant's directory; they name no user."""

from dataclasses import dataclass, field
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire.envelope import SenderClass

LIFETIME = 600
"""Seconds a ticket is good for."""
CLASSES = {SenderClass.TAB: "tab", SenderClass.SERVICE: "svc"}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A signed ticket and its end in Unix seconds."""

    text: str = field(repr=False)
    expires: int


def issue(key: ec.EllipticCurvePrivateKey, tid: UUID, sender: SenderClass, now: float) -> Ticket:
    """Return an ES256 JWT `{tid, exp, cls}` for this tenant, good for ten minutes."""
    expires = int(now) + LIFETIME
    claims = {"tid": str(tid), "exp": expires, "cls": CLASSES[sender]}
    return Ticket(jwt.encode(claims, key, algorithm="ES256"), expires)
