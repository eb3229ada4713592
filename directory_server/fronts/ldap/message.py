"""LDAP requests (RFC 4511 §4) as values, decoded from one complete PDU."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.filter import Filter, FilterTooLargeError
from directory_server.fronts.ldap.filter import decode as decode_filter
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import Code, Tag

_MOST_MESSAGE_ID = 2**31 - 1
_LONGEST_KEPT = 512
_MOST_KEPT = 4096


class Scope(IntEnum):
    """How far below its base a search reaches (RFC 4511 §4.5.1.2)."""

    BASE = 0
    ONE = 1
    SUB = 2


@dataclass(frozen=True, slots=True)
class Control:
    """A control as sent (RFC 4511 §4.1.11)."""

    oid: str
    critical: bool
    value: bytes | None


@dataclass(frozen=True, slots=True)
class BindRequest:
    """A bind; `mechanism` is empty for simple authentication.

    `password` holds a mechanism's credentials as well, and never shows in a repr.
    """

    version: int
    name: str
    mechanism: str
    password: bytes

    def __repr__(self) -> str:
        return f"BindRequest(version={self.version}, mechanism={self.mechanism!r})"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search; limits of 0 mean none."""

    base: str
    scope: Scope
    size_limit: int
    time_limit: int
    types_only: bool
    filter: Filter
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Whether an entry holds a value."""

    dn: str
    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class ExtendedRequest:
    """An extended operation by its name; `value` is empty where none was sent."""

    oid: str
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class AbandonRequest:
    """Stop working on another message."""

    message_id: int


@dataclass(frozen=True, slots=True)
class UnbindRequest:
    """The client leaves."""


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """Add, delete, modify or modifyDN: never carried out, so never decoded; `response` is the tag to answer with."""

    response: Tag


Request: TypeAlias = (
    BindRequest | SearchRequest | CompareRequest | ExtendedRequest | AbandonRequest | UnbindRequest | WriteRequest
)


@dataclass(frozen=True, slots=True)
class Message:
    """One request with its number and controls; `body` is a search without controls as sent behind its number."""

    id: int
    request: Request
    controls: tuple[Control, ...] = ()
    body: bytes = field(default=b"", compare=False, repr=False)


class Decoded(dict[bytes, SearchRequest]):
    """Searches without controls decoded before, by their bytes behind the message id; a front holds one."""

    def keep(self, body: bytes, request: SearchRequest) -> None:
        """Remember a short one."""
        if len(body) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[body] = request


class RequestRefusedError(Exception):
    """The envelope is sound, the request is answered with `code` without being looked at further."""

    def __init__(self, message_id: int, response: Tag, code: Code, text: str) -> None:
        super().__init__(text)
        self.message_id = message_id
        self.response = response
        self.code = code
        self.text = text


_BIND, _UNBIND, _SEARCH, _COMPARE, _ABANDON, _EXTENDED = 0x60, 0x42, 0x63, 0x6E, 0x50, 0x77
_WRITES = {0x66: Tag.MODIFY, 0x68: Tag.ADD, 0x4A: Tag.DELETE, 0x6C: Tag.MODIFY_DN}
_CONTROLS = 0xA0
_SIMPLE, _SASL = 0x80, 0xA3
_EXTENDED_NAME, _EXTENDED_VALUE = 0x80, 0x81
_DEREF_MOST = 3


def decode(pdu: bytes, limits: Limits, known: Decoded | None = None) -> Message:
    """Return the message in `pdu`, which is one whole LDAPMessage.

    Raises BerError where the connection must end (RFC 4511 §4.1.1), RequestRefusedError where an answer suffices.
    """
    end = len(pdu)
    at, stop = ber.expect(pdu, 0, end, ber.SEQUENCE)
    if stop != end:
        raise ber.BerError("bytes behind the message")
    start, at = ber.expect(pdu, at, end, ber.INTEGER)
    message_id = ber.integer(pdu, start, at)
    if not 0 < message_id <= _MOST_MESSAGE_ID:
        raise ber.BerError("message id out of range")
    body = pdu[at:]
    if known is not None and (before := known.get(body)) is not None:
        return Message(message_id, before, body=body)
    tag, start, at = ber.read(pdu, at, end)
    try:
        request = _search(pdu, start, at, limits) if tag == _SEARCH else _other(tag, pdu, start, at)
    except FilterTooLargeError as error:
        raise RequestRefusedError(message_id, Tag.SEARCH_DONE, Code.UNWILLING_TO_PERFORM, str(error)) from None
    if at == end:
        if known is None or not isinstance(request, SearchRequest):
            return Message(message_id, request)
        known.keep(body, request)
        return Message(message_id, request, body=body)
    return Message(message_id, request, _controls(pdu, at, end, limits))


def _search(pdu: bytes, at: int, end: int, limits: Limits) -> SearchRequest:
    start, at = ber.expect(pdu, at, end, ber.OCTET_STRING)
    base = ber.text(pdu, start, at)
    start, at = ber.expect(pdu, at, end, ber.ENUMERATED)
    scope = ber.integer(pdu, start, at)
    start, at = ber.expect(pdu, at, end, ber.ENUMERATED)
    deref = ber.integer(pdu, start, at)
    start, at = ber.expect(pdu, at, end, ber.INTEGER)
    size_limit = ber.integer(pdu, start, at)
    start, at = ber.expect(pdu, at, end, ber.INTEGER)
    time_limit = ber.integer(pdu, start, at)
    start, at = ber.expect(pdu, at, end, ber.BOOLEAN)
    types_only = ber.boolean(pdu, start, at)
    if not (0 <= scope <= Scope.SUB and 0 <= deref <= _DEREF_MOST and size_limit >= 0 and time_limit >= 0):
        raise ber.BerError("search parameter out of range")
    node, at = decode_filter(pdu, at, end, limits)
    at, stop = ber.expect(pdu, at, end, ber.SEQUENCE)
    if stop != end:
        raise ber.BerError("bytes behind the search request")
    attributes: list[str] = []
    while at < stop:
        start, at = ber.expect(pdu, at, stop, ber.OCTET_STRING)
        if len(attributes) == limits.attributes:
            raise FilterTooLargeError("too many attributes asked for")
        attributes.append(ber.text(pdu, start, at))
    return SearchRequest(base, Scope(scope), size_limit, time_limit, types_only, node, tuple(attributes))


def _other(tag: int, pdu: bytes, at: int, end: int) -> Request:
    if tag == _BIND:
        return _bind(pdu, at, end)
    if tag == _UNBIND:
        return UnbindRequest()
    if tag == _ABANDON:
        return AbandonRequest(ber.integer(pdu, at, end))
    if tag in _WRITES:
        return WriteRequest(_WRITES[tag])
    if tag == _EXTENDED:
        return _extended(pdu, at, end)
    if tag == _COMPARE:
        start, at = ber.expect(pdu, at, end, ber.OCTET_STRING)
        dn = ber.text(pdu, start, at)
        at, _ = ber.expect(pdu, at, end, ber.SEQUENCE)
        start, at = ber.expect(pdu, at, end, ber.OCTET_STRING)
        attribute = ber.text(pdu, start, at)
        start, at = ber.expect(pdu, at, end, ber.OCTET_STRING)
        return CompareRequest(dn, attribute, ber.text(pdu, start, at))
    raise ber.BerError(f"unknown request tag {tag:#04x}")


def _extended(pdu: bytes, at: int, end: int) -> ExtendedRequest:
    start, at = ber.expect(pdu, at, end, _EXTENDED_NAME)
    oid = ber.text(pdu, start, at)
    if at == end:
        return ExtendedRequest(oid)
    start, at = ber.expect(pdu, at, end, _EXTENDED_VALUE)
    return ExtendedRequest(oid, pdu[start:at])


def _bind(pdu: bytes, at: int, end: int) -> BindRequest:
    start, at = ber.expect(pdu, at, end, ber.INTEGER)
    version = ber.integer(pdu, start, at)
    start, at = ber.expect(pdu, at, end, ber.OCTET_STRING)
    name = ber.text(pdu, start, at)
    tag, start, at = ber.read(pdu, at, end)
    if tag == _SIMPLE:
        return BindRequest(version, name, "", pdu[start:at])
    if tag == _SASL:
        start, stop = ber.expect(pdu, start, at, ber.OCTET_STRING)
        mechanism, credentials = ber.text(pdu, start, stop) or "?", b""
        if stop < at:
            start, stop = ber.expect(pdu, stop, at, ber.OCTET_STRING)
            credentials = pdu[start:stop]
        return BindRequest(version, name, mechanism, credentials)
    return BindRequest(version, name, "?", b"")


def _controls(pdu: bytes, at: int, end: int, limits: Limits) -> tuple[Control, ...]:
    at, stop = ber.expect(pdu, at, end, _CONTROLS)
    if stop != end:
        raise ber.BerError("bytes behind the controls")
    controls: list[Control] = []
    while at < stop:
        start, at_end = ber.expect(pdu, at, stop, ber.SEQUENCE)
        name_start, name_stop = ber.expect(pdu, start, at_end, ber.OCTET_STRING)
        inner = name_stop
        critical, value = False, None
        if inner < at_end and pdu[inner] == ber.BOOLEAN:
            flag, inner = ber.expect(pdu, inner, at_end, ber.BOOLEAN)
            critical = ber.boolean(pdu, flag, inner)
        if inner < at_end:
            value_start, inner = ber.expect(pdu, inner, at_end, ber.OCTET_STRING)
            value = pdu[value_start:inner]
        if inner != at_end or len(controls) == limits.controls:
            raise ber.BerError("malformed or too many controls")
        controls.append(Control(ber.text(pdu, name_start, name_stop), critical, value))
        at = at_end
    return tuple(controls)


def to_cancel(value: bytes) -> int:
    """Return the message id in the value of a cancel request (RFC 3909 §2); raises BerError."""
    at, stop = ber.expect(value, 0, len(value), ber.SEQUENCE)
    at, end = ber.expect(value, at, stop, ber.INTEGER)
    return ber.integer(value, at, end)
