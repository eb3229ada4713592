"""LDAP responses (RFC 4511 §4) as bytes."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.envelope import enveloped

NOTICE_OF_DISCONNECTION = "1.3.6.1.4.1.1466.20036"


class Code(IntEnum):
    """The result codes this server gives (RFC 4511 appendix A, RFC 2891, RFC 3909, list view draft)."""

    SUCCESS = 0
    OPERATIONS_ERROR = 1
    PROTOCOL_ERROR = 2
    TIME_LIMIT_EXCEEDED = 3
    SIZE_LIMIT_EXCEEDED = 4
    COMPARE_FALSE = 5
    COMPARE_TRUE = 6
    AUTH_METHOD_NOT_SUPPORTED = 7
    ADMIN_LIMIT_EXCEEDED = 11
    UNAVAILABLE_CRITICAL_EXTENSION = 12
    CONFIDENTIALITY_REQUIRED = 13
    NO_SUCH_ATTRIBUTE = 16
    UNDEFINED_ATTRIBUTE_TYPE = 17
    INAPPROPRIATE_MATCHING = 18
    NO_SUCH_OBJECT = 32
    INVALID_DN_SYNTAX = 34
    INVALID_CREDENTIALS = 49
    INSUFFICIENT_ACCESS_RIGHTS = 50
    BUSY = 51
    UNAVAILABLE = 52
    UNWILLING_TO_PERFORM = 53
    SORT_CONTROL_MISSING = 60
    OFFSET_RANGE_ERROR = 61
    VIRTUAL_LIST_VIEW_ERROR = 76
    OTHER = 80
    CANCELED = 118
    NO_SUCH_OPERATION = 119


class Tag(IntEnum):
    """The application tags of the responses."""

    BIND = 0x61
    SEARCH_ENTRY = 0x64
    SEARCH_DONE = 0x65
    MODIFY = 0x67
    ADD = 0x69
    DELETE = 0x6B
    MODIFY_DN = 0x6D
    COMPARE = 0x6F
    EXTENDED = 0x78


_EXTENDED_NAME, _EXTENDED_VALUE = 0x8A, 0x8B
_CONTROLS = 0xA0
_SHORT = 120
"""Bytes up to which each length around them is one byte."""


def envelope(message_id: int, operation: bytes) -> bytes:
    """Return a whole LDAPMessage around an encoded response operation."""
    return ber.encode(ber.SEQUENCE, ber.encode_integer(message_id) + operation)


def messages(message_id: int, operations: Sequence[bytes]) -> bytes:
    """Return a whole LDAPMessage around each of these response operations."""
    return enveloped(ber.encode_integer(message_id), operations)


def result(
    message_id: int, tag: Tag, code: Code = Code.SUCCESS, text: str = "", *, matched: str = "", extra: bytes = b""
) -> bytes:
    """Return a response that is an LDAPResult (RFC 4511 §4.1.9), with `extra` behind its components."""
    return envelope(message_id, outcome(tag, code, text, matched=matched, extra=extra))


def outcome(tag: Tag, code: Code = Code.SUCCESS, text: str = "", *, matched: str = "", extra: bytes = b"") -> bytes:
    """Return the operation of a `result`, not yet in its envelope."""
    body = ber.encode_integer(code, ber.ENUMERATED) + ber.encode_text(matched) + ber.encode_text(text) + extra
    return ber.encode(tag, body)


def controls(encoded: bytes) -> bytes:
    """Return response controls as they stand behind an operation (RFC 4511 §4.1.11); nothing for none."""
    return ber.encode(_CONTROLS, encoded) if encoded else b""


def extended(message_id: int, code: Code, text: str = "", name: str = "", value: bytes | None = None) -> bytes:
    """Return an extended response; `name` and `value` are left out where empty or None."""
    extra = ber.encode_text(name, _EXTENDED_NAME) if name else b""
    if value is not None:
        extra += ber.encode(_EXTENDED_VALUE, value)
    return result(message_id, Tag.EXTENDED, code, text, extra=extra)


def notice(code: Code, text: str) -> bytes:
    """Return the Notice of Disconnection (RFC 4511 §4.4.1), after which the server closes."""
    return extended(0, code, text, NOTICE_OF_DISCONNECTION)


def partial(name: bytes, values: Sequence[str]) -> bytes:
    """Return one PartialAttribute (RFC 4511 §4.1.7) of a name that is encoded already."""
    if len(values) == 1:  # most, and most are short
        data = values[0].encode("utf-8", "surrogateescape")
        size = len(data)
        if len(name) + size < _SHORT:
            return b"\x30%c%b\x31%c\x04%c%b" % (len(name) + size + 4, name, size + 2, size, data)
    return ber.encode(ber.SEQUENCE, name + ber.encode(ber.SET, b"".join(map(ber.encode_text, values))))


def attribute(name: str, values: Iterable[str | bytes]) -> bytes:
    """Return one PartialAttribute."""
    encoded = b"".join(
        ber.encode_text(value) if isinstance(value, str) else ber.encode(ber.OCTET_STRING, value) for value in values
    )
    return ber.encode(ber.SEQUENCE, ber.encode_text(name) + ber.encode(ber.SET, encoded))


def entry(dn: str, attributes: Iterable[bytes]) -> bytes:
    """Return a SearchResultEntry operation, not yet in its envelope."""
    name, listed = dn.encode("utf-8", "surrogateescape"), b"".join(attributes)
    if len(name) + len(listed) < _SHORT:  # most of what is sent to telephones
        return b"%c%c\x04%c%b\x30%c%b" % (
            Tag.SEARCH_ENTRY, len(name) + len(listed) + 4, len(name), name, len(listed), listed
        )  # fmt: skip
    return ber.encode(Tag.SEARCH_ENTRY, ber.encode(ber.OCTET_STRING, name) + ber.encode(ber.SEQUENCE, listed))
