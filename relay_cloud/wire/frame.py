"""The frames of a line, one per binary WebSocket message: type (1 byte) | content.

Handshake contents are JSON (see `handshake.py`); from then on:

REQUEST  16  request outer             relay → directory
RESPONSE 17  response outer            directory → relay
REFUSED  18  rid (16) | code (1)       directory → relay: it cannot be opened or must not be answered
KEYS     19  JSON key configuration    directory → relay
ACK      20  rid (16)                  directory → relay: received, being worked on
DRAIN    21  seconds (4, big endian)   relay → directory: open another line, this one ends soon
AGAIN    24  request outer             relay → directory: the same request may have come over another line
PROBE    22  request outer             directory → relay: carry this as if a client had sent it
PROBED   23  rid (16) | answered (1)   relay → directory: what became of it
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from relay_cloud.wire.envelope import MAX_MESSAGE, REQUEST_HEADER_SIZE, RESPONSE_HEADER_SIZE, RID_SIZE, Malformed

MAX_JSON = 16 * 1024
"""Largest JSON content of a frame, in bytes."""
MAX_FRAME = MAX_MESSAGE + 1


class Kind(IntEnum):
    """The first byte of a frame."""

    HELLO = 1
    CHALLENGE = 2
    PROOF = 3
    OK = 4
    DENIED = 5
    REQUEST = 16
    RESPONSE = 17
    REFUSED = 18
    KEYS = 19
    ACK = 20
    DRAIN = 21
    PROBE = 22
    PROBED = 23
    AGAIN = 24


class RefusalCode(IntEnum):
    """Why a directory does not answer inside the seal."""

    MALFORMED = 1
    CANNOT_OPEN = 2
    UNKNOWN_KEY = 3
    REPLAYED = 4
    BUSY = 5


@dataclass(frozen=True, slots=True)
class Talk:
    """A handshake frame: its kind and JSON object."""

    kind: Kind
    content: Mapping[str, Any]

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return bytes((self.kind,)) + _json(self.content)


@dataclass(frozen=True, slots=True)
class RequestFrame:
    """A sealed request for the directory; `message` is its outer form, unread.

    `again` if nobody confirmed it over another line: executed already, it is answered here too instead of refused.
    """

    message: bytes
    again: bool = False

    @property
    def rid(self) -> bytes:
        """The request's id; it may be short if the request is malformed."""
        return self.message[17 : 17 + RID_SIZE]

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return (b"\x18" if self.again else b"\x10") + self.message


@dataclass(frozen=True, slots=True)
class ResponseFrame:
    """A sealed answer; `message` is its outer form, which begins with the request id."""

    message: bytes

    @property
    def rid(self) -> bytes:
        """The request this answers."""
        return self.message[:RID_SIZE]

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x11" + self.message


@dataclass(frozen=True, slots=True)
class Refused:
    """The directory refuses the request in clear, because it could not or must not open it."""

    rid: bytes
    code: RefusalCode

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x12" + self.rid + bytes((self.code,))


@dataclass(frozen=True, slots=True)
class Keys:
    """The directory's signed key configuration, for clients to fetch."""

    document: Mapping[str, Any]

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x13" + _json(self.document)


@dataclass(frozen=True, slots=True)
class Ack:
    """The directory has received the request."""

    rid: bytes

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x14" + self.rid


@dataclass(frozen=True, slots=True)
class Drain:
    """The relay will close this line after so many seconds."""

    seconds: int

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x15" + self.seconds.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class Probe:
    """A request of the directory to itself, to see whether what clients send would arrive."""

    message: bytes

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x16" + self.message


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether a probe was answered."""

    rid: bytes
    answered: bool

    def encode(self) -> bytes:
        """Return the bytes that travel."""
        return b"\x17" + self.rid + bytes((self.answered,))


Frame = Talk | RequestFrame | ResponseFrame | Refused | Keys | Ack | Drain | Probe | Probed


def decode(data: bytes) -> Frame:
    """Read one frame; raises Malformed for an unknown kind, a wrong size or content that is no JSON object."""
    if not 1 < len(data) <= MAX_FRAME:
        raise Malformed("frame size out of range")
    kind, content = data[0], data[1:]
    if kind == Kind.REQUEST:
        _size(content, REQUEST_HEADER_SIZE + 1, MAX_MESSAGE)
        return RequestFrame(content)
    if kind == Kind.RESPONSE:
        _size(content, RESPONSE_HEADER_SIZE + 1, MAX_MESSAGE)
        return ResponseFrame(content)
    return _rare(kind, content)


def _rare(kind: int, content: bytes) -> Frame:
    if kind in (Kind.HELLO, Kind.CHALLENGE, Kind.PROOF, Kind.OK, Kind.DENIED):
        return Talk(Kind(kind), _object(content))
    read = _RARE.get(kind)
    if read is None:
        raise Malformed("unknown frame kind")
    return read(content)


def _refused(content: bytes) -> Refused:
    _size(content, RID_SIZE + 1, RID_SIZE + 1)
    try:
        return Refused(content[:RID_SIZE], RefusalCode(content[RID_SIZE]))
    except ValueError as error:
        raise Malformed("unknown refusal code") from error


def _ack(content: bytes) -> Ack:
    _size(content, RID_SIZE, RID_SIZE)
    return Ack(content)


def _drain(content: bytes) -> Drain:
    _size(content, 4, 4)
    return Drain(int.from_bytes(content, "big"))


def _again(content: bytes) -> RequestFrame:
    _size(content, REQUEST_HEADER_SIZE + 1, MAX_MESSAGE)
    return RequestFrame(content, again=True)


def _probe(content: bytes) -> Probe:
    _size(content, REQUEST_HEADER_SIZE + 1, MAX_MESSAGE)
    return Probe(content)


def _probed(content: bytes) -> Probed:
    _size(content, RID_SIZE + 1, RID_SIZE + 1)
    if content[RID_SIZE] > 1:
        raise Malformed("probed is neither 0 nor 1")
    return Probed(content[:RID_SIZE], content[RID_SIZE] == 1)


_RARE: dict[int, Callable[[bytes], Frame]] = {
    Kind.REFUSED: _refused,
    Kind.ACK: _ack,
    Kind.DRAIN: _drain,
    Kind.AGAIN: _again,
    Kind.PROBE: _probe,
    Kind.PROBED: _probed,
    Kind.KEYS: lambda content: Keys(_object(content)),
}


def _size(content: bytes, least: int, most: int) -> None:
    if not least <= len(content) <= most:
        raise Malformed("frame size out of range")


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _object(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_JSON:
        raise Malformed("frame content too large")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("frame content is not JSON") from error
    if not isinstance(value, dict):
        raise Malformed("frame content is no object")
    return value
