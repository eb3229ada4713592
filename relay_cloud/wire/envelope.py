"""The outer layout of sealed messages in `contact-relay/1`: what a relay may read, and nothing else.

Request:  v=1 (1) | tid (16) | rid (16) | kid (8) | deadline_ms (4, big endian) | class (1) | sealed
Response: rid (16) | status (1) | nonce (32) | sealed
"""

from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

VERSION = 1
REQUEST_HEADER_SIZE = 46
RESPONSE_HEADER_SIZE = 49
RID_SIZE = 16
KID_SIZE = 8
NONCE_SIZE = 32
MAX_INNER = 64 * 1024
"""Largest padded plaintext, in bytes, in either direction."""
MAX_MESSAGE = MAX_INNER + 2048
"""Largest outer message, in bytes: padded plaintext plus header, encapsulated key and tag."""
MAX_DEADLINE_MS = 20_000


class Malformed(ValueError):  # noqa: N818 - named as the wire names it
    """The bytes are no message of this version."""


class SenderClass(IntEnum):
    """Which kind of end sealed a request: the tab (its user's token inside) or the Teams service (signed)."""

    TAB = 1
    SERVICE = 2


class Status(IntEnum):
    """How the directory answered; for every status but OK the body is `{"error": NAME, "message": text}`."""

    OK = 0
    REFUSED = 1
    CLOCK = 2
    BAD_REQUEST = 3
    FAILED = 4


@dataclass(frozen=True, slots=True)
class Request:
    """The outer part of a request; `sealed` is opaque to everyone but the directory."""

    tid: UUID
    rid: bytes
    kid: bytes
    deadline_ms: int
    sender: SenderClass
    sealed: bytes

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"".join(
            (
                bytes((VERSION,)),
                self.tid.bytes,
                self.rid,
                self.kid,
                self.deadline_ms.to_bytes(4, "big"),
                bytes((self.sender,)),
                self.sealed,
            )
        )


@dataclass(frozen=True, slots=True)
class Response:
    """The outer part of a response; only the end that asked can open `sealed`."""

    rid: bytes
    status: Status
    nonce: bytes
    sealed: bytes

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return self.rid + bytes((self.status,)) + self.nonce + self.sealed


def with_deadline(message: bytes, deadline_ms: int) -> bytes:
    """Return an encoded request with less time left (at least 1 ms); the seal does not cover the deadline."""
    return message[:41] + max(1, deadline_ms).to_bytes(4, "big") + message[45:]


def decode_request(message: bytes) -> Request:
    """Read a request; raises Malformed for another version, a wrong size, class or deadline."""
    if not REQUEST_HEADER_SIZE < len(message) <= MAX_MESSAGE:
        raise Malformed("request size out of range")
    if message[0] != VERSION:
        raise Malformed("unknown protocol version")
    deadline_ms = int.from_bytes(message[41:45], "big")
    if not 0 < deadline_ms <= MAX_DEADLINE_MS:
        raise Malformed("deadline out of range")
    try:
        sender = SenderClass(message[45])
    except ValueError as error:
        raise Malformed("unknown sender class") from error
    return Request(
        tid=UUID(bytes=message[1:17]),
        rid=message[17:33],
        kid=message[33:41],
        deadline_ms=deadline_ms,
        sender=sender,
        sealed=message[46:],
    )


def decode_response(message: bytes) -> Response:
    """Read a response; raises Malformed for a wrong size or an unknown status."""
    if not RESPONSE_HEADER_SIZE < len(message) <= MAX_MESSAGE:
        raise Malformed("response size out of range")
    try:
        status = Status(message[16])
    except ValueError as error:
        raise Malformed("unknown status") from error
    return Response(rid=message[:16], status=status, nonce=message[17:49], sealed=message[49:])
