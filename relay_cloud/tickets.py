"""Tickets: a short-lived ES256 JWT `{tid, exp, cls}` of the Teams service; it lets a sender bother a directory.

A ticket names no user. A checked one is remembered until it expires, so that a request costs no signature check.
"""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire.envelope import SenderClass

LIFETIME = 600
"""A ticket is good for at most this many seconds."""
LEEWAY = 60
MAX_SIZE = 2048
REMEMBERED = 20_000
_CLASSES = {"tab": SenderClass.TAB, "svc": SenderClass.SERVICE}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket allows."""

    tid: UUID
    sender: SenderClass
    expires: float


class Tickets:
    """Checks tickets with the public key of the Teams service."""

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        self._known: OrderedDict[bytes, Ticket] = OrderedDict()

    def check(self, authorization: bytes | None, tid: UUID, now: float) -> Ticket:
        """Return the ticket of the header `Authorization: Bearer …` for this tenant; raises Failed TICKET_…."""
        if not authorization or authorization[:7].lower() != b"bearer ":
            raise Failed(Outcome.TICKET_MISSING)
        text = authorization[7:]
        ticket = self._known.get(text)
        if ticket is None:
            ticket = self._read(text)
            if now < ticket.expires <= now + LIFETIME + LEEWAY:
                self._known[text] = ticket
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
            elif ticket.expires > now:
                raise Failed(Outcome.TICKET_INVALID)
        if now >= ticket.expires:
            self._known.pop(text, None)
            raise Failed(Outcome.TICKET_EXPIRED)
        if ticket.tid != tid:
            raise Failed(Outcome.TICKET_FOREIGN)
        return ticket

    def _read(self, text: bytes) -> Ticket:
        if len(text) > MAX_SIZE:
            raise Failed(Outcome.TICKET_INVALID)
        try:
            claims = jwt.decode(
                text,
                self._key,
                algorithms=["ES256"],
                options={"require": ["exp", "tid", "cls"], "verify_exp": False, "verify_iat": False},
            )
            return Ticket(UUID(str(claims["tid"])), _CLASSES[str(claims["cls"])], float(claims["exp"]))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise Failed(Outcome.TICKET_INVALID) from error
