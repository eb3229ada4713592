"""What relays say to each other over a bus: subjects and payloads, pure.

subject                 who listens                             payload
t.<tid>.<kid>           queue group of the relays with a line   request outer, its deadline_ms what is left
tb.<tid>                every relay with a line of the tenant   1 | request outer: the second round; 2: who has keys?;
                                                                3 | epoch (8): a line of this epoch is open
r.<instance>.1<rid>     the relay that asked, first round       verdict (1) | content
r.<instance>.2<rid>     the same, second round                  verdict (1) | content
r.<instance>.k<number>  the relay that wants keys               JSON key configuration
r.<instance>.p          the relay that waits for answers        tid (16) | batch of frames a directory brought elsewhere
"""

from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from relay_cloud.outcomes import Outcome
from relay_cloud.wire.envelope import Malformed

QUEUE = "d"
"""Name of the queue group."""
EPOCH_SIZE = 8
MAX_INSTANCE = 64


class Kind(IntEnum):
    """The first byte of what is said to all holders of a tenant's lines."""

    AGAIN = 1
    WANT_KEYS = 2
    EPOCH = 3


class Round(IntEnum):
    """Which time a request is sent."""

    FIRST = 1
    AGAIN = 2


class Verdict(IntEnum):
    """What a holder says of a request."""

    ACK = 0
    """The directory has received it."""
    ANSWER = 1
    FAILED = 2
    """It ended without an answer although it had been received; the content is the outcome's name."""
    NOT_TAKEN = 3
    """It was not sent, or nobody has confirmed it; the content is the outcome's name."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a holder says of a request."""

    verdict: Verdict
    content: bytes = b""

    def encode(self) -> bytes:
        """Return the payload."""
        return bytes((self.verdict,)) + self.content

    @property
    def outcome(self) -> Outcome:
        """The outcome of FAILED and NOT_TAKEN; LINE_LOST for one that this version does not know."""
        try:
            return Outcome(self.content.decode())
        except ValueError:
            return Outcome.LINE_LOST


def failed(outcome: Outcome, *, confirmed: bool) -> Said:
    """Return what is said of a try that ended without an answer."""
    return Said(Verdict.FAILED if confirmed else Verdict.NOT_TAKEN, outcome.value.encode())


def decode_said(payload: bytes) -> Said:
    """Read what a holder says; raises Malformed."""
    try:
        return Said(Verdict(payload[0]), payload[1:])
    except (IndexError, ValueError) as error:
        raise Malformed("unknown verdict") from error


def again(message: bytes) -> bytes:
    """Return the payload of a request's second round."""
    return bytes((Kind.AGAIN,)) + message


def epoch(number: int) -> bytes:
    """Return the payload that announces a line of this epoch."""
    return bytes((Kind.EPOCH,)) + number.to_bytes(EPOCH_SIZE, "big")


def decode_everybody(payload: bytes) -> tuple[Kind, bytes]:
    """Read what is said to all holders; raises Malformed. The content is left to its reader."""
    try:
        kind = Kind(payload[0])
    except (IndexError, ValueError) as error:
        raise Malformed("unknown kind") from error
    if kind is Kind.EPOCH and len(payload) != 1 + EPOCH_SIZE:
        raise Malformed("no epoch")
    return kind, payload[1:]


def requests(tid: UUID, kid: bytes) -> str:
    """Return the subject of requests sealed to a key."""
    return f"t.{tid.hex}.{kid.hex()}"


def everybody(tid: UUID) -> str:
    """Return the subject that all holders of a tenant's lines hear."""
    return f"tb.{tid.hex}"


def replies(instance: str) -> str:
    """Return the subject of everything said to one relay."""
    return f"r.{instance}.*"


def reply(instance: str, round_: Round, rid: bytes) -> str:
    """Return the subject on which a relay hears of one request."""
    return f"r.{instance}.{round_:d}{rid.hex()}"


def keys_reply(instance: str, number: int) -> str:
    """Return the subject on which a relay waits for keys."""
    return f"r.{instance}.k{number}"


def answers(instance: str) -> str | None:
    """Return the subject on which a relay takes answers that were brought elsewhere; None for no instance's name."""
    return f"r.{instance}.p" if instance.isalnum() and len(instance) <= MAX_INSTANCE else None
