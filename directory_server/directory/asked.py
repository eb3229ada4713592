"""Asked numbers: what digits in any notation may mean at a location, and how to answer in the same notation."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from directory_server.directory import dialling
from directory_server.store.rows import Location

LONGEST = 17
"""Digits of the longest number that is read; a longer one is not a telephone number."""

LONGEST_TEXT = 256
"""Characters of the longest text that is read as a number."""

_SHORTEST_ABROAD = 7
_SHORTEST_BARE_FOREIGN = 10
_SHORT = 4
_ZERO = re.compile(r"\(\s*0\s*\)")
_SCHEME = re.compile(r"^\s*(?:tel|sips?|callto|fax)\s*:\s*", re.IGNORECASE)
_PARAMETERS = re.compile(r"(?:;\s*[a-z][\w.-]*(?:=[^;\s]*)?)+;?\s*\Z", re.IGNORECASE)
_ALLOWED = re.compile(r"[+0-9\s().,/\-\[\]'*_:\u2010-\u2015\u2212~|]*\Z")


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write numbers: E.164 digits beginning with `base` are written as `head` plus what follows `base`."""

    head: str
    base: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An asked number: E.164 digits without plus it may mean, best first, and the form of each.

    `digits` are all digits asked; `extension` is set where they may be an internal or service number.
    """

    text: str
    digits: str
    candidates: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    extension: str = ""


def plain(text: str) -> str:
    """Return the text with ASCII digits and plus, without scheme, host, parameters, bidi marks and other invisibles."""
    if not text.isascii():
        text = "".join(
            str(unicodedata.digit(char)) if char.isdigit() and unicodedata.digit(char, -1) >= 0 else char
            for char in unicodedata.normalize("NFKC", text)
            if unicodedata.category(char) not in {"Cf", "Cc"} or char in "\n\t\r"
        )
    scheme = _SCHEME.match(text)
    if scheme:
        text = text[scheme.end() :].partition("@")[0]
        found = _PARAMETERS.search(text)
        text, parameters = (text[: found.start()], found[0]) if found else (text, "")
        context = re.search(r"phone-context=(\+\d+)", parameters)
        extension = re.search(r"(?:^|;)ext=(\d+)", parameters)
        if context and not text.lstrip().startswith("+"):
            text = context[1] + text
        if extension:
            text += " ext. " + extension[1]
    return text.strip()


def forms(digits: str, location: Location, *, plus: bool, explicit_zero: bool = False) -> list[tuple[Form, str]]:
    """Return how these dialled digits may be read at the location, best first, each with its E.164 digits.

    `explicit_zero` tells that a `(0)` was written and left among the digits.
    """
    if not digits or len(digits) > LONGEST + 3:
        return []
    if plus:
        return _abroad(digits, "+", "", explicit_zero=explicit_zero)
    found = _dialled(digits, location, "")
    outside = location.outside_line
    if outside and digits.startswith(outside) and len(digits) > len(outside) + _SHORT:
        behind = _dialled(digits[len(outside) :], location, outside)
        # "000 49…" can only be an outside line and 00; "0089…" and "00171…" one too, where no such country or number is
        certain = bool(found) and dialling.is_possible(found[0][1])
        found = found + behind if certain and not digits.startswith(outside + "00") else behind + found
    unique = {number: form for form, number in reversed(found)}
    order = {number: at for at, (_form, number) in reversed(list(enumerate(found)))}
    return sorted(((form, number) for number, form in unique.items()), key=lambda pair: order[pair[1]])


def _abroad(digits: str, head: str, prefix: str, *, explicit_zero: bool = False) -> list[tuple[Form, str]]:
    """Read digits behind a plus or an international prefix."""
    code = dialling.country_code(digits)
    if not code or not _SHORTEST_ABROAD <= len(digits) <= LONGEST:
        return []
    rest = digits[len(code) :]
    if explicit_zero and rest.startswith("0") and code not in dialling.KEEPS_ZERO:
        return [(Form(prefix + head, ""), code + rest[1:])]
    return [(Form(prefix + head, ""), dialling.without_trunk(digits))]


def _dialled(digits: str, location: Location, prefix: str) -> list[tuple[Form, str]]:
    """Read digits as dialled behind the outside line, whose digits `prefix` are part of every form's head."""
    plan = dialling.plan(location.country)
    found: list[tuple[Form, str]] = []
    for abroad in {plan.abroad, "00"} if plan.abroad != "00" else {"00"}:
        if digits.startswith(abroad):
            found += _abroad(digits[len(abroad) :], abroad, prefix)
    if not plan.code or digits.startswith("00") or found:
        return found
    if plan.trunk and digits.startswith(plan.trunk) and len(digits) > len(plan.trunk) + 1:
        rest = digits[len(plan.trunk) :]
        if plan.trunk == "0" or dialling.is_whole(rest, location.country):
            found.append((Form(prefix + plan.trunk, plan.code), plan.code + rest))
    if found or (plan.trunk and plan.trunk[0] == "0" == digits[0]):
        return found
    return found + _bare(digits, location, plan, prefix)


def _bare(digits: str, location: Location, plan: dialling.Plan, prefix: str) -> list[tuple[Form, str]]:
    """Read digits without any prefix: extension, national without trunk, international without plus, local."""
    code, area = plan.code, location.area
    found: list[tuple[Form, str]] = []
    if is_short(digits, location):
        if location.trunk:
            base = code + area + location.trunk
            found.append((Form(prefix, base), base + digits))
        return found
    whole = dialling.is_whole(digits, location.country)
    national = (Form(prefix, code), code + digits)
    if whole and plan.trunk != "0":
        found.append(national)
    if digits.startswith(code) and len(digits) >= _SHORTEST_BARE_FOREIGN and (plan.trunk == "0" or not whole):
        found.append((Form(prefix, ""), dialling.without_trunk(digits)))
    if area:
        found.append((Form(prefix, code + area), code + area + digits))
    elif not plan.trunk and not whole:
        found.append(national)
    if len(digits) >= _SHORTEST_BARE_FOREIGN and dialling.country_code(digits):
        found.append((Form(prefix, ""), dialling.without_trunk(digits)))
    return found


def is_short(digits: str, location: Location) -> bool:
    """Whether bare digits are no longer than an internal extension here, or a service number."""
    if digits.startswith("0") and len(digits) > 1:
        return False
    code = dialling.plan(location.country).code
    return len(digits) <= max(location.extension_length, 0 if location.extension_length else _SHORT) or (
        dialling.is_service(digits, code)
    )


def ask(text: str, location: Location) -> Asked:
    """Read a number that somebody asks for, in any notation; text that is no number gives no candidates."""
    return _ask(text, location) if len(text) <= LONGEST_TEXT else Asked(text, "")


@lru_cache(maxsize=16384)
def _ask(text: str, location: Location) -> Asked:
    clean = plain(text)
    if not _ALLOWED.match(clean):
        return Asked(text, "")
    explicit_zero = bool(_ZERO.search(clean))
    digits = "".join(char for char in clean if char.isdigit())
    plus = clean.lstrip(" (").startswith("+")
    found = forms(digits, location, plus=plus, explicit_zero=explicit_zero)
    code = dialling.plan(location.country).code
    short = not plus and is_short(digits, location)
    if short and dialling.is_service(digits, code):
        found = []
    return Asked(
        text=text,
        digits=digits,
        candidates=tuple(number for _form, number in found),
        forms=tuple(form for form, _number in found),
        extension=digits if short else "",
    )


def _begun(asked: Asked, location: Location) -> tuple[Form, ...]:
    """Return the form of a number of which only the beginning was asked."""
    plan = dialling.plan(location.country)
    for abroad in (plan.abroad, "00"):
        if asked.digits.startswith(abroad):
            return (Form(abroad, ""),)
    return (Form(plan.trunk, plan.code),) if plan.trunk and asked.digits.startswith(plan.trunk) else ()


def notation(asked_text: str, e164: str, location: Location) -> str:
    """Write an E.164 number (with or without plus) in the form it was asked in.

    The asked text itself comes back where it means this number. `ask` reads the result as the same number again;
    where the asked form cannot express it, the result is `+` and digits.
    """
    return _notation(asked_text if len(asked_text) <= LONGEST_TEXT else "", e164, location)


@lru_cache(maxsize=16384)
def _notation(asked_text: str, e164: str, location: Location) -> str:
    digits = e164.lstrip("+")
    asked = ask(asked_text, location)
    if digits in asked.candidates:
        return asked_text
    for form in asked.forms or _begun(asked, location):
        if digits.startswith(form.base):
            written = form.head + digits[len(form.base) :]
            if ask(written, location).candidates[:1] == (digits,):
                return written
    return "+" + digits
