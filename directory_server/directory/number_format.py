"""Number formats: a stored number as a client is told it (`rows.NumberFormat`), written for its location. Pure.

What is written is read back with `number.ask` before it is handed out; a format that cannot express a number gives
`+` and digits, and a number that could not be read comes as its source wrote it.
"""

from functools import lru_cache
from typing import Final

import phonenumbers

from directory_server.directory import dialling
from directory_server.directory.asked import ask
from directory_server.directory.listing import Number
from directory_server.directory.reader import reader
from directory_server.store.rows import Location, NumberFormat

_NO_PREFIX_WRITTEN: Final = frozenset({"1"})
"""Country codes where the national prefix is dialled, but nobody writes it."""


def formatted(number: Number, location: Location, form: NumberFormat) -> str:
    """Return the number in this format at this location.

    `number.ask` reads it there as the same number again: as its first reading, of `dialable` as one of them, because
    0040 behind the outside line 0 is Hamburg or Romania. Of `extension` and `e164-no-plus` that is not promised.
    """
    if not number.e164:
        return number.raw
    if form is NumberFormat.ECHO or form is NumberFormat.E164:
        return number.e164
    return _formatted(number.e164, number.trunk, location, form)


@lru_cache(maxsize=16384)
def _formatted(e164: str, trunk: str, location: Location, form: NumberFormat) -> str:
    if form is NumberFormat.E164_NO_PLUS:
        return e164[1:]
    if form is NumberFormat.EXTENSION:
        return _own_extension(e164, location) or e164
    if form is NumberFormat.DIALABLE:
        extension = _own_extension(e164, location)
        # A phone that hears the outside line's digit first would wait for an outside number.
        if extension and not (location.outside_line and extension.startswith(location.outside_line)):
            return extension
        return _checked(_dialled(e164, location), e164, location, among=True)
    text = _national(e164, location) if form is NumberFormat.NATIONAL else _readable(e164, trunk)
    return _checked(text, e164, location)


def _checked(text: str, e164: str, location: Location, *, among: bool = False) -> str:
    """Return the text if it is read as this number, else `+` and digits."""
    candidates = ask(text, location).candidates
    return text if e164[1:] in (candidates if among else candidates[:1]) else e164


def _own_extension(e164: str, location: Location) -> str:
    """Return the digits behind the location's own trunk, "" where it is another's number or no extension."""
    own, digits = reader(location).own, e164[1:]
    extension = digits[len(own) :] if own and digits.startswith(own) else ""
    return extension if extension and ask(extension, location).candidates[:1] == (digits,) else ""


def _national(e164: str, location: Location) -> str:
    plan, digits = dialling.plan(location.country), e164[1:]
    if not plan.code or dialling.country_code(digits) != plan.code:
        return e164
    return ("" if plan.code in _NO_PREFIX_WRITTEN else plan.trunk) + digits[len(plan.code) :]


def _dialled(e164: str, location: Location) -> str:
    plan, digits = dialling.plan(location.country), e164[1:]
    if not plan.code or dialling.country_code(digits) != plan.code:
        return location.outside_line + plan.abroad + digits
    return location.outside_line + plan.trunk + digits[len(plan.code) :]


def _readable(e164: str, trunk: str) -> str:
    """Return country, area and number apart, a direct dial behind its hyphen: `+49 89 840798-12`."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    text: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if not trunk or trunk == e164 or not e164.startswith(trunk):
        return text
    left = len(trunk) - 1
    for at, char in enumerate(text):
        left -= char.isdigit()
        if not left:
            extension = "".join(filter(str.isdigit, text[at + 1 :]))
            return f"{text[: at + 1]}-{extension}"
    return text
