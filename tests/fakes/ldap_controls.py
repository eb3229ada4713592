"""Search controls as a client writes their values and reads the answers' (RFC 2696, RFC 2891, the list view draft)."""

from typing import Any

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.control import ListView, SortKey

SORTED = "1.2.840.113556.1.4.474"
VIEWED = "2.16.840.1.113730.3.4.10"


def paged(size: int, cookie: bytes) -> bytes:
    return ber.encode(ber.SEQUENCE, ber.encode_integer(size) + ber.encode(ber.OCTET_STRING, cookie))


def sort(*keys: SortKey) -> bytes:
    parts = (
        ber.encode_text(key.attribute)
        + (ber.encode_text(key.rule, 0x80) if key.rule else b"")
        + (ber.encode_boolean(value=True, tag=0x81) if key.reverse else b"")
        for key in keys
    )
    return ber.encode(ber.SEQUENCE, b"".join(ber.encode(ber.SEQUENCE, part) for part in parts))


def list_view(view: ListView, context: bytes | None = None) -> bytes:
    if view.value is None:
        target = ber.encode(0xA0, ber.encode_integer(view.offset) + ber.encode_integer(view.count))
    else:
        target = ber.encode_text(view.value, 0x81)
    held = ber.encode_integer(view.before) + ber.encode_integer(view.after) + target
    return ber.encode(ber.SEQUENCE, held + (b"" if context is None else ber.encode(ber.OCTET_STRING, context)))


def answered(message: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return what the response controls of a decoded message say, by their OID."""
    found: dict[str, tuple[Any, ...]] = {}
    for one in message.get("controls", ()):
        oid, value = one["controlType"].decode(), one["controlValue"]
        at, stop = ber.expect(value, 0, len(value), ber.SEQUENCE)
        parts: list[Any] = []
        while at < stop:
            tag, start, at = ber.read(value, at, stop)
            whole = tag in (ber.INTEGER, ber.ENUMERATED)
            parts.append(ber.integer(value, start, at) if whole else value[start:at])
        found[oid] = tuple(parts)
    return found
