"""Controls of a search: pages (RFC 2696), an order (RFC 2891), a window of a list.

The list view is that of draft-ietf-ldapext-ldapv3-vlv-09.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.message import Control, Request, SearchRequest
from directory_server.fronts.ldap.response import Code

PAGED: Final = "1.2.840.113556.1.4.319"
SORT: Final = "1.2.840.113556.1.4.473"
LIST_VIEW: Final = "2.16.840.1.113730.3.4.9"
OIDS: Final = (PAGED, SORT, LIST_VIEW)
MANAGE_DSA_IT: Final = "2.16.840.1.113730.3.4.2"
DOMAIN_SCOPE: Final = "1.2.840.113556.1.4.1339"
_SORTED: Final = "1.2.840.113556.1.4.474"
_VIEWED: Final = "2.16.840.1.113730.3.4.10"

MOST_SORT_KEYS: Final = 8
_KEYS: Final = f"a sort takes 1 to {MOST_SORT_KEYS} keys"
_RULE, _REVERSE, _FAILED = 0x80, 0x81, 0x80
_BY_OFFSET, _BY_VALUE = 0xA0, 0x81
_MOST: Final = 2**31 - 1


class ControlError(ValueError):
    """A control's value is not what its specification says (RFC 4511 §4.1.11: protocolError)."""


@dataclass(frozen=True, slots=True)
class Paged:
    """At most `size` entries; an empty `cookie` asks for the first page."""

    size: int
    cookie: bytes


@dataclass(frozen=True, slots=True)
class SortKey:
    """An attribute to sort by; `rule` is empty for the attribute's own ordering."""

    attribute: str
    rule: str = ""
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class ListView:
    """A window around one entry: `before` ones, itself and `after` ones.

    It is the entry at `offset`, from 1 on, of a list that the client believes to have `count` entries, 0 if it does not
    know; or, where `value` is given, the first one that is not before it.
    """

    before: int
    after: int
    offset: int = 0
    count: int = 0
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Controls:
    """What the controls of one search ask for."""

    paged: Paged | None = None
    sort: tuple[SortKey, ...] = ()
    must_sort: bool = False
    list_view: ListView | None = None

    def __bool__(self) -> bool:
        return bool(self.paged or self.sort or self.list_view)


NONE: Final = Controls()


def is_honoured(oid: str, request: Request) -> bool:
    """Whether a critical control may come with this request.

    There are no referrals here, so two controls are kept by doing nothing (RFC 3296 §3, MS-ADTS 3.1.1.3.4.1.4).
    """
    return oid in (MANAGE_DSA_IT, DOMAIN_SCOPE) or (isinstance(request, SearchRequest) and oid in OIDS)


def read(controls: Iterable[Control]) -> Controls:
    """Return what the controls of a search ask for; others are passed over. Raises ControlError."""
    found: dict[str, Control] = {}
    for control in controls:
        if control.oid in OIDS:
            if control.oid in found:
                raise ControlError("a control is given twice")
            found[control.oid] = control
    if not found:
        return NONE
    try:
        return Controls(
            paged=_paged(_value(found[PAGED])) if PAGED in found else None,
            sort=_sort(_value(found[SORT])) if SORT in found else (),
            must_sort=SORT in found and found[SORT].critical,
            list_view=_list_view(_value(found[LIST_VIEW])) if LIST_VIEW in found else None,
        )
    except ber.BerError as error:
        raise ControlError(f"malformed control value: {error}") from None


def _value(control: Control) -> bytes:
    if control.value is None:
        raise ControlError("a control lacks its value")
    return control.value


def _whole(value: bytes) -> tuple[int, int]:
    """Return start and stop of the sequence that makes up a value."""
    start, stop = ber.expect(value, 0, len(value), ber.SEQUENCE)
    _end(stop, len(value))
    return start, stop


def _end(at: int, stop: int) -> None:
    if at != stop:
        raise ber.BerError("bytes behind the end")


def _count(value: bytes, at: int, stop: int) -> tuple[int, int]:
    """Return a number that is not negative (maxInt of RFC 4511 at most), and where it ends."""
    start, at = ber.expect(value, at, stop, ber.INTEGER)
    number = ber.integer(value, start, at)
    if not 0 <= number <= _MOST:
        raise ber.BerError("number out of range")
    return number, at


def _paged(value: bytes) -> Paged:
    at, stop = _whole(value)
    size, at = _count(value, at, stop)
    start, at = ber.expect(value, at, stop, ber.OCTET_STRING)
    _end(at, stop)
    return Paged(size, value[start:at])


def _sort(value: bytes) -> tuple[SortKey, ...]:
    at, stop = _whole(value)
    keys: list[SortKey] = []
    while at < stop:
        part, end = ber.expect(value, at, stop, ber.SEQUENCE)
        name, part_stop = ber.expect(value, part, end, ber.OCTET_STRING)
        attribute, rule, reverse = ber.text(value, name, part_stop), "", False
        at = part_stop
        if at < end and value[at] == _RULE:
            start, at = ber.expect(value, at, end, _RULE)
            rule = ber.text(value, start, at)
        if at < end:
            start, at = ber.expect(value, at, end, _REVERSE)
            reverse = ber.boolean(value, start, at)
        _end(at, end)
        if len(keys) == MOST_SORT_KEYS:
            raise ControlError(_KEYS)
        keys.append(SortKey(attribute, rule, reverse))
    if not keys:
        raise ControlError(_KEYS)
    return tuple(keys)


def _list_view(value: bytes) -> ListView:
    at, stop = _whole(value)
    before, at = _count(value, at, stop)
    after, at = _count(value, at, stop)
    tag, start, at = ber.read(value, at, stop)
    if tag == _BY_OFFSET:
        offset, part = _count(value, start, at)
        count, part = _count(value, part, at)
        _end(part, at)
        view = ListView(before, after, offset, count)
    elif tag == _BY_VALUE:
        view = ListView(before, after, value=ber.text(value, start, at))
    else:
        raise ber.BerError("neither an offset nor a value")
    if at < stop:  # the context of an answer before: the list is found without it
        _start, at = ber.expect(value, at, stop, ber.OCTET_STRING)
    _end(at, stop)
    return view


def paged(count: int, cookie: bytes) -> bytes:
    """Return the response control of a page: how many entries there are, 0 if unknown; the last has no cookie."""
    return _response(PAGED, ber.encode_integer(count) + ber.encode(ber.OCTET_STRING, cookie))


def sorted_by(code: Code, attribute: str = "") -> bytes:
    """Return the response control of a sort; `attribute` is the key that failed."""
    failed = ber.encode_text(attribute, _FAILED) if attribute else b""
    return _response(_SORTED, ber.encode_integer(code, ber.ENUMERATED) + failed)


def viewed(code: Code, target: int = 0, count: int = 0) -> bytes:
    """Return the response control of a window: the place of its target, from 1 on, and the length of the list."""
    numbers = ber.encode_integer(target) + ber.encode_integer(count)
    return _response(_VIEWED, numbers + ber.encode_integer(code, ber.ENUMERATED))


def _response(oid: str, value: bytes) -> bytes:
    held = ber.encode(ber.OCTET_STRING, ber.encode(ber.SEQUENCE, value))
    return ber.encode(ber.SEQUENCE, ber.encode_text(oid) + held)
