"""Asked numbers: what digits in any notation may mean at a location, and how to answer in the same notation."""

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct

from directory_server.directory import dialling
from directory_server.directory.reader import Form, reader
from directory_server.store.rows import Location

LONGEST_TEXT = 256
"""Characters of the longest text that is read as a number."""

_SHORTEST = 7
_ZERO = re.compile(r"\(\s*0\s*\)")
_MARKS = str.maketrans("", "", "+()/-. ")
_SCHEME = re.compile(r"^\s*(?:tel|sips?|callto|fax)\s*:\s*(?://)?", re.IGNORECASE)
_PARAMETERS = re.compile(r"(?:;\s*[a-z][\w.-]*(?:=[^;\s]*)?)+;?\s*\Z", re.IGNORECASE)
PLAIN = re.compile(r"\(?\+?[0-9][0-9 ()/.\-]*\Z")
"""Most numbers: nothing but digits and what groups them."""

_EXTENSION_WORDS = (
    r"(?:ext(?:n|ension)?|x|app(?:arat)?|dw|durchwahl|nst|nebenstelle|kl(?:ap(?:pe|ka))?|int(?:ern[oe]?)?|poste|wew(?:n)?|"
    r"linka|tst|toestel|[lpw](?=\s*\.))"
)
EXTENSION = re.compile(
    rf"(?:(?<![^\W\d_]){_EXTENSION_WORDS}\s*[.:\-#]*|(?<=\d)\s*(?:#|,+|[pw])(?=\s*\d{{1,5}}\s*$))\s*(\d{{1,6}})(?!\d)",
    re.IGNORECASE,
)
"""A word and the extension behind it."""

BEHIND_STEM = " ,;-.(["
"""What may stand between a number and such a word."""

_ALLOWED = re.compile(r"[+0-9\s().,/\-\[\]'*_:\u2010-\u2015\u2212~|]*\Z")


class Asked(Struct, frozen=True):
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
    if "<" in text and text.rstrip().endswith(">"):  # "Anna" <sip:…>
        text = text.rpartition("<")[2].rstrip()[:-1]
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


def ask(text: str, location: Location) -> Asked:
    """Read a number that somebody asks for, in any notation; text that is no number gives no candidates."""
    return _ask(text, location) if len(text) <= LONGEST_TEXT else Asked(text, "")


@lru_cache(maxsize=16384)
def _ask(text: str, location: Location) -> Asked:
    at, extension = reader(location), ""
    if PLAIN.match(text):
        clean, digits = text, text.translate(_MARKS)
    else:
        clean = plain(text)
        if not _ALLOWED.match(clean):
            clean, extension = _extended(clean)
        if not clean:
            return Asked(text, "")
        digits = "".join(char for char in clean if char.isdigit())
    plus = clean.startswith(("+", "(+")) or clean.lstrip(" (").startswith("+")
    short = not plus and bool(digits) and at.is_short(digits)
    if short and dialling.is_service(digits, at.plan.code):
        return Asked(text, digits, extension=digits)
    found = at.readings(digits, plus=plus, zero="(" in clean and _ZERO.search(clean) is not None)
    if extension:
        found = [
            (form, number + more)
            for form, number in found
            for more in ((extension, "") if dialling.country_code(number) in dialling.APPENDS_EXTENSION else ("",))
        ]
    if len(found) == 1:
        form, number = found[0]
        return Asked(text, digits, (number,), (form,), digits if short else "")
    return Asked(
        text=text,
        digits=digits,
        candidates=tuple([number for _form, number in found]),
        forms=tuple([form for form, _number in found]),
        extension=digits if short else "",
    )


def _extended(text: str) -> tuple[str, str]:
    """Return a number and the extension that a word after it names; ("", "") where this is anything else."""
    word = EXTENSION.search(text)
    stem = text[: word.start()].strip(BEHIND_STEM) if word else ""
    if (
        word
        and _ALLOWED.match(stem)
        and sum(map(str.isdigit, stem)) >= _SHORTEST
        and not text[word.end() :].strip(" )].")
    ):
        return stem, word[1]
    return "", ""


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
