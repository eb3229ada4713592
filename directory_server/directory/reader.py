"""Readers of dialled digits: what digits may mean at a location, whose dialling plan is worked out once."""

from dataclasses import dataclass
from functools import lru_cache

from directory_server.directory import dialling
from directory_server.store.rows import Location

LONGEST = 17
"""Digits of the longest number that is read; a longer one is not a telephone number."""

_SHORTEST_ABROAD = 7
_SHORTEST_BARE_FOREIGN = 10
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write numbers: E.164 digits beginning with `base` are written as `head` plus what follows `base`."""

    head: str
    base: str


Reading = tuple[Form, str]
"""A form and the E.164 digits it gives."""


def _abroad(digits: str, form: Form, *, zero: bool = False) -> list[Reading]:
    """Read digits behind a plus or an international prefix."""
    code = dialling.country_code(digits)
    if not code or not _SHORTEST_ABROAD <= len(digits) <= LONGEST:
        return []
    rest = digits[len(code) :]
    if zero and rest.startswith("0") and code not in dialling.KEEPS_ZERO:
        return [(form, code + rest[1:])]
    return [(form, dialling.without_trunk(digits))]


class Reader:
    """Reads dialled digits at one location, whose plan is worked out once.

    `own` are the E.164 digits of the location's own trunk, empty if it has none; `outside` the outside line, behind
    which a number of its own begins with one of `prefixes`. `is_plain` tells that it has neither; `home` is then the
    country code that one leading zero stands for, empty where it stands for none.
    """

    __slots__ = (
        "_abroad",
        "_behind",
        "_plus",
        "_short",
        "_straight",
        "_zero",
        "home",
        "is_plain",
        "location",
        "outside",
        "own",
        "plan",
        "prefixes",
    )

    def __init__(self, location: Location) -> None:
        """Prepare for one location."""
        self.location = location
        self.plan = dialling.plan(location.country)
        self.own = self.plan.code + location.area + location.trunk if location.trunk else ""
        self.prefixes = tuple([prefix for prefix in (self.plan.trunk, self.plan.abroad, "0") if prefix])
        self._short = location.extension_length or _SHORT
        self._plus = Form("+", "")
        self._straight = _Line(self, "")
        self.outside = location.outside_line
        self._behind = _Line(self, location.outside_line)
        self._abroad = (self.plan.abroad, "00")
        self._zero = self.plan.code if self.plan.trunk == "0" and not location.outside_line else ""
        self.is_plain = not location.trunk and not location.outside_line
        self.home = self._zero if self.plan.abroad == "00" else ""

    def readings(self, digits: str, *, plus: bool, zero: bool = False) -> list[Reading]:
        """Return how these dialled digits may be read, best first.

        `zero` tells that a `(0)` was written and left among the digits.
        """
        if not digits or len(digits) > LONGEST + 3:
            return []
        if plus:
            return _abroad(digits.removeprefix("00"), self._plus, zero=zero)
        found = self._straight.readings(digits)
        if not self._begins_outside(digits):
            return found if len(found) < 2 else _distinct(found)  # noqa: PLR2004 - nothing to compare
        behind = self._behind.readings(digits[len(self.outside) :])
        return _distinct(found + behind if self._is_direct(digits, found) else behind + found)

    def best(self, digits: str, *, plus: bool, zero: bool = False) -> str:
        """Return the E.164 digits of the best reading, or ""."""
        if self._zero and not plus and digits[:1] == "0" and not digits.startswith(self._abroad):  # most at home
            return self._zero + digits[1:] if 2 < len(digits) <= LONGEST + 1 - len(self._zero) else ""  # noqa: PLR2004
        if not plus and self._begins_outside(digits) and len(digits) <= LONGEST + 3:
            found = self._straight.readings(digits)
            if self._is_direct(digits, found):
                return found[0][1]
        readings = self.readings(digits, plus=plus, zero=zero)
        return readings[0][1] if readings else ""

    def _begins_outside(self, digits: str) -> bool:
        outside = self.outside
        return bool(outside) and digits.startswith(outside) and len(digits) > len(outside) + _SHORT

    def _is_direct(self, digits: str, found: list[Reading]) -> bool:
        """Whether digits that begin like the outside line are rather a number dialled without one.

        "000 49…" can only be an outside line and 00; "0089…" and "00171…" one too, where no such country or number is.
        """
        return bool(found) and not digits.startswith(self.outside + "00") and dialling.is_possible(found[0][1])

    def is_short(self, digits: str) -> bool:
        """Whether bare digits are no longer than an internal extension here, or a service number."""
        if digits[0] == "0" and len(digits) > 1:
            return False
        return len(digits) <= self._short or dialling.is_service(digits, self.plan.code)

    def is_certain(self, digits: str, e164: str) -> bool:
        """Whether stored digits without plus mean this: bare ones are not guessed to be from another country."""
        return digits.startswith(("0", self.plan.abroad)) or e164.startswith(self.plan.code)


def _distinct(found: list[Reading]) -> list[Reading]:
    """Return the first reading of every number."""
    if len(found) == 2:  # noqa: PLR2004 - the most there is at most places
        return found if found[0][1] != found[1][1] else found[:1]
    first: dict[str, Reading] = {}
    for reading in found:
        first.setdefault(reading[1], reading)
    return list(first.values())


class _Line:
    """Reads digits dialled directly or behind the outside line, whose digits `prefix` are part of every form's head."""

    __slots__ = (
        "_abroad",
        "_area",
        "_bare",
        "_code",
        "_country",
        "_national",
        "_own",
        "_prefix",
        "_reader",
        "_trunk",
        "_zero",
    )

    def __init__(self, reader: Reader, prefix: str) -> None:
        plan, location = reader.plan, reader.location
        self._reader = reader
        self._code, self._prefix = plan.code, plan.trunk
        self._abroad = tuple([(abroad, Form(prefix + abroad, "")) for abroad in dict.fromkeys((plan.abroad, "00"))])
        self._country = location.country
        self._trunk = Form(prefix + plan.trunk, plan.code)
        self._zero = Form(prefix + "0", plan.code)
        self._national = Form(prefix, plan.code)
        self._bare = Form(prefix, "")
        self._area = Form(prefix, plan.code + location.area)
        self._own = Form(prefix, reader.own)

    def readings(self, digits: str) -> list[Reading]:
        code, trunk = self._code, self._prefix
        for abroad, form in self._abroad:
            if digits.startswith(abroad):
                found = _abroad(digits[len(abroad) :], form)
                if found:
                    return found
        if not code or digits.startswith("00") or len(digits) + len(code) > LONGEST + 1:
            return []
        if trunk and digits.startswith(trunk) and len(digits) > len(trunk) + 1:
            rest = digits[len(trunk) :]
            if trunk == "0" or dialling.is_whole(rest, self._country):
                return [(self._trunk, code + rest)]
        if digits[0] == "0" and trunk[:1] == "0":
            return []
        if digits[0] == "0" and code in dialling.DROPS_ZERO and dialling.is_whole(digits[1:], self._country):
            return [(self._zero, code + digits[1:])]
        return self._without_prefix(digits)

    def _without_prefix(self, digits: str) -> list[Reading]:
        """Read digits without any prefix: extension, national without trunk, international without plus, local."""
        reader, plan = self._reader, self._reader.plan
        if reader.is_short(digits):
            return [(self._own, reader.own + digits)] if reader.own else []
        code, area = plan.code, reader.location.area
        found: list[Reading] = []
        whole = plan.trunk != "0" and dialling.is_whole(digits, self._country)
        if whole:
            found.append((self._national, code + digits))
        if len(digits) >= _SHORTEST_BARE_FOREIGN and digits.startswith(code) and not whole:
            found.append((self._bare, dialling.without_trunk(digits)))
        if area and len(code + area + digits) <= LONGEST:
            found.append((self._area, code + area + digits))
        elif not area and not plan.trunk and not whole:
            found.append((self._national, code + digits))
        if len(digits) >= _SHORTEST_BARE_FOREIGN and dialling.country_code(digits):
            found.append((self._bare, dialling.without_trunk(digits)))
        return found


@lru_cache(maxsize=1024)
def reader(location: Location) -> Reader:
    """Return what reads digits at this location."""
    return Reader(location)
