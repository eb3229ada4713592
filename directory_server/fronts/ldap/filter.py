"""Search filters as trees (RFC 4511 §4.5.1.7): node types, and decoding from BER with counted depth and size."""

from dataclasses import dataclass
from typing import TypeAlias

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.limits import Limits


@dataclass(frozen=True, slots=True)
class And:
    """True if every part is; true without parts (RFC 4526)."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True if any part is; false without parts (RFC 4526)."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; Undefined stays Undefined."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class Equality:
    """`(attribute=value)`."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class Substrings:
    """`(attribute=initial*any*final)`; an empty initial or final is absent."""

    attribute: str
    initial: str
    any: tuple[str, ...]
    final: str


@dataclass(frozen=True, slots=True)
class GreaterOrEqual:
    """`(attribute>=value)`."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class LessOrEqual:
    """`(attribute<=value)`."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class Present:
    """`(attribute=*)`."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Approximate:
    """`(attribute~=value)`."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class Extensible:
    """`(attribute:dn:rule:=value)`; `rule` and `attribute` may be empty, not both."""

    rule: str
    attribute: str
    value: str
    dn: bool


Filter: TypeAlias = (
    And | Or | Not | Equality | Substrings | GreaterOrEqual | LessOrEqual | Present | Approximate | Extensible
)

AND, OR, NOT, EQUALITY, SUBSTRINGS, GREATER, LESS, PRESENT, APPROXIMATE, EXTENSIBLE = (
    *(0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6),
    *(0x87, 0xA8, 0xA9),
)
INITIAL, ANY, FINAL = 0x80, 0x81, 0x82
_RULE, _ATTRIBUTE, _VALUE, _DN = 0x81, 0x82, 0x83, 0x84
_ASSERTIONS: dict[int, type[Equality | GreaterOrEqual | LessOrEqual | Approximate]] = {
    EQUALITY: Equality,
    GREATER: GreaterOrEqual,
    LESS: LessOrEqual,
    APPROXIMATE: Approximate,
}


class FilterTooLargeError(ValueError):
    """The filter is well-formed but deeper or larger than the limits allow (RFC 4511: unwillingToPerform)."""


def decode(data: bytes, at: int, end: int, limits: Limits) -> tuple[Filter, int]:
    """Return the filter at `at` and where it stops.

    Raises BerError for malformed bytes, FilterTooLargeError beyond `limits`.
    """
    tag, start, stop = ber.read(data, at, end)
    if tag == EQUALITY:  # what an SBC sends; needs no reader
        return Equality(*_assertion(data, start, stop)), stop
    return _Reader(data, limits).node(tag, start, stop, 1), stop


def _assertion(data: bytes, start: int, stop: int) -> tuple[str, str]:
    name_start, name_stop = ber.expect(data, start, stop, ber.OCTET_STRING)
    value_start, value_stop = ber.expect(data, name_stop, stop, ber.OCTET_STRING)
    if value_stop != stop:
        raise ber.BerError("bytes behind an assertion")
    return ber.text(data, name_start, name_stop), ber.text(data, value_start, value_stop)


class _Reader:
    """Decodes one filter and counts its nodes."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._nodes = 0

    def node(self, tag: int, start: int, stop: int, depth: int) -> Filter:
        self._nodes += 1
        if depth > self._limits.filter_depth or self._nodes > self._limits.filter_nodes:
            raise FilterTooLargeError("filter is nested too deep or has too many parts")
        if tag in _ASSERTIONS:
            return _ASSERTIONS[tag](*_assertion(self._data, start, stop))
        if tag in (AND, OR):
            parts = self._parts(start, stop, depth + 1)
            return And(parts) if tag == AND else Or(parts)
        if tag == PRESENT:
            return Present(ber.text(self._data, start, stop))
        if tag == NOT:
            inner, inner_start, inner_stop = ber.read(self._data, start, stop)
            if inner_stop != stop:
                raise ber.BerError("NOT with other than one part")
            return Not(self.node(inner, inner_start, inner_stop, depth + 1))
        if tag == SUBSTRINGS:
            return self._substrings(start, stop)
        if tag == EXTENSIBLE:
            return self._extensible(start, stop)
        raise ber.BerError(f"unknown filter tag {tag:#04x}")

    def _parts(self, start: int, stop: int, depth: int) -> tuple[Filter, ...]:
        parts = []
        while start < stop:
            tag, inner_start, start_of_next = ber.read(self._data, start, stop)
            parts.append(self.node(tag, inner_start, start_of_next, depth))
            start = start_of_next
        return tuple(parts)

    def _substrings(self, start: int, stop: int) -> Substrings:
        name_start, name_stop = ber.expect(self._data, start, stop, ber.OCTET_STRING)
        at, end = ber.expect(self._data, name_stop, stop, ber.SEQUENCE)
        if end != stop or at == end:
            raise ber.BerError("substrings without parts")
        initial = final = ""
        between: list[str] = []
        first = True
        while at < end:
            tag, part_start, part_stop = ber.read(self._data, at, end)
            part = ber.text(self._data, part_start, part_stop)
            if not part:
                raise ber.BerError("empty substring")
            if tag == INITIAL and first:
                initial = part
            elif tag == ANY:
                between.append(part)
            elif tag == FINAL and part_stop == end:
                final = part
            else:
                raise ber.BerError("substrings out of order")
            if len(between) > self._limits.substring_parts:
                raise FilterTooLargeError("too many substrings")
            first = False
            at = part_stop
        return Substrings(ber.text(self._data, name_start, name_stop), initial, tuple(between), final)

    def _extensible(self, start: int, stop: int) -> Extensible:
        rule = attribute = ""
        value: str | None = None
        dn = False
        seen = 0
        while start < stop:
            tag, part_start, part_stop = ber.read(self._data, start, stop)
            if tag <= seen:
                raise ber.BerError("extensible match out of order")
            if tag == _RULE:
                rule = ber.text(self._data, part_start, part_stop)
            elif tag == _ATTRIBUTE:
                attribute = ber.text(self._data, part_start, part_stop)
            elif tag == _VALUE:
                value = ber.text(self._data, part_start, part_stop)
            elif tag == _DN and value is not None:
                dn = ber.boolean(self._data, part_start, part_stop)
            else:
                raise ber.BerError("unknown part of an extensible match")
            seen = tag
            start = part_stop
        if value is None or not (rule or attribute):
            raise ber.BerError("extensible match without value, or without rule and attribute")
        return Extensible(rule, attribute, value, dn)
