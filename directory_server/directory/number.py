"""Numbers as sources write them, read with the source's location; nothing that was written is ever lost.

Own rules read what people write; libphonenumber reads the rest (letters). Neither asks whether a number is "valid":
long German direct dials are not, for libphonenumber, and still ring.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from connectors.contact import Phone, PhoneKind
from directory_server.directory import dialling
from directory_server.directory.asked import BEHIND_STEM, EXTENSION, LONGEST_TEXT, Asked, ask, notation, plain
from directory_server.directory.listing import Number
from directory_server.directory.reader import LONGEST, Reader, reader
from directory_server.directory.usual_number import usual
from directory_server.store.rows import Location

__all__ = ["Asked", "ask", "notation", "read", "read_all"]

_MOST = 10
_DASH = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_OR = r"(?:oder|or|und|and|bzw\.?|resp\.?|sowie|ou|et|o|oppure|lub|albo|nebo|of)"
_KIND = r"(?:tele?fax|fax|tel|fon|mob|handy|cell|gsm|port|kom|priv)[^\W\d_]*[.:\s]*"
_SEVERAL = re.compile(
    rf"[;|\n]|\s{_OR}\s|,(?=\s*[+(0])|,(?=\s*[1-9](?:[ /\-]?\d){{5}})|\s/\s*(?=[+0(])|/(?=[+0])|"
    rf"(?<=[\d)])[\s,/]+(?={_KIND}[+(]?\d)",
    re.IGNORECASE,
)
_TAILS = re.compile(
    rf"^(?P<stem>.*\d{{2}}.*?-)\s*(?P<tails>\d{{1,5}}(?:(?:\s*[/,]\s*|\s{_OR}\s+)-?\s*\d{{1,5}})+)\s*$", re.IGNORECASE
)
_ENDS = re.compile(r"^(?P<stem>.*\d)(?:\s*/\s*)(?P<end>\d{1,4})\s*$")
_RANGE = re.compile(r"(?<=\d)\s*(?:bis|to|thru|until|do|až|à|al|t/m|tot|\.\.\.|…)\s*-?\d+\s*$", re.IGNORECASE)
_REMARK = re.compile(r"[(\[][^()\[\]]*[^\W\d_][^()\[\]]*[)\]]")
_ZERO = re.compile(r"\(\s*0\s*\)")
_LABEL = re.compile(r"^(?:[^\W\d_]|[.:\s])+(?=[+(\-\d])")
_TAIL = re.compile(r"(?<=\d)[\s,:]+[^\W\d_][^\d*#]*$")
_LETTERS = re.compile(r"[^\W\d_]")
_ONE = re.compile(r"\(?\+?[0-9][0-9 ().]*(?:/ *[1-9][0-9 ().]{4,})?(?:-[0-9 ().\-]*)?\Z")
_BLANKS = str.maketrans("+()/-.", "      ")
_GROUP = re.compile(r"[0-9]+")
_ONE_GROUP = 8
_SHORTEST = 7
_LONGEST_AREA = 5

Parts = tuple[str, str, str]
"""E.164 with plus, extension and trunk; each may be empty."""


def read(raw: str, location: Location, kind: PhoneKind = PhoneKind.WORK, label: str = "") -> tuple[Number, ...]:
    """Return the numbers a field holds, at least one as long as it holds anything but blanks.

    Every number carries its own piece of `raw`; a piece that cannot be read has an empty `e164`.
    """
    return read_all((Phone(kind, raw, label),), reader(location))


def read_all(phones: Iterable[Phone], at: Reader) -> tuple[Number, ...]:
    """Return the numbers of several fields, read as `read` does."""
    found: list[Number] = []
    for phone in phones:
        raw = phone.raw
        piece = raw.strip()
        if len(raw) <= LONGEST_TEXT and (parts := usual(piece, at)):  # most numbers
            found.append(Number(phone.kind, piece, *parts, phone.label))
        elif _ONE.match(piece) and len(raw) <= LONGEST_TEXT and ".." not in piece:
            e164, extension, trunk = _dialled(piece, piece.translate(_BLANKS).split(), "", at)
            found.append(Number(phone.kind, piece, e164, extension, trunk, phone.label))
        elif piece:
            several = _read(raw, at) if len(raw) <= LONGEST_TEXT else ((piece, "", "", ""),)
            found += [Number(phone.kind, *one, phone.label) for one in several]
    return tuple(found)


@lru_cache(maxsize=4096)
def _read(raw: str, at: Reader) -> tuple[tuple[str, str, str, str], ...]:
    pieces = _pieces(raw, at)
    if len(pieces) == 1:
        return ((raw.strip(), *_one(pieces[0], at)),)
    read_ones = tuple([(piece, *_one(piece, at)) for piece in pieces[:_MOST]])
    return (*read_ones, ("; ".join(pieces[_MOST:]), "", "", "")) if len(pieces) > _MOST else read_ones


def _pieces(raw: str, at: Reader) -> list[str]:
    """Split a field that holds several numbers; `840798-12/14` gives 840798-12 and 840798-14."""
    text = _DASH.sub("-", plain(raw))
    whole = _TAILS.match(text)
    parts = [text] if whole else _split(text)
    parts = [part for part in parts if any(char.isdigit() for char in part)] or [text]
    pieces = []
    for part in parts:
        several, ends = _TAILS.match(part), _ENDS.match(part)
        if ends and _is_whole(ends["stem"], at):
            pieces += [ends["stem"], _ending(ends["stem"], ends["end"])]
        elif several and len(_digits(several["stem"])) >= dialling.SHORTEST_TRUNK - 1:
            pieces += [several["stem"] + tail for tail in _GROUP.findall(several["tails"])]
        else:
            pieces.append(part)
    return pieces


def _is_whole(text: str, at: Reader) -> bool:
    """Whether this is a number where all have the same length, so that nothing can follow."""
    plus, digits = _LABEL.sub("", text).lstrip("( ").startswith("+"), _digits(text)
    e164 = at.best(digits, plus=plus, zero=bool(_ZERO.search(text)))
    return len(e164) == dialling.WHOLE.get(dialling.country_code(e164))


def _ending(text: str, end: str) -> str:
    """Return a number with other last digits: `044 123 45 67` ending in 68 is `044 123 45 68`."""
    left, chars = len(end), list(text)
    for at in range(len(chars) - 1, -1, -1):
        if left and chars[at].isdecimal():
            left -= 1
            chars[at] = end[left]
    return "".join(chars)


def _split(text: str) -> list[str]:
    """Split where another number begins; a slash behind a mere area code (`0176 / 04 06 90 04`) begins none."""
    parts: list[str] = []
    start = 0
    for found in _SEVERAL.finditer(text):
        before = text[start : found.start()]
        abroad = text[found.end() :].lstrip(" (").startswith("+")
        if found[0].strip() in {"/", ","} and len(_digits(before)) > 1 and _is_area(before) and not abroad:
            continue
        if found[0] == "/" and len(_digits(before)) < _ONE_GROUP and not abroad:
            continue
        parts.append(before.strip())
        start = found.end()
    return [*parts, text[start:].strip()]


def _is_area(text: str) -> bool:
    """Whether this is no more than a country and area code, too short to be a number."""
    digits, start = _digits(_ZERO.sub("", text)), _LABEL.sub("", text).lstrip(" (")
    if not start.startswith("+") and not digits.startswith("00"):
        return digits.startswith("0") and len(digits) <= _LONGEST_AREA + 1 and not start.startswith("-")
    digits = digits.removeprefix("00")
    return len(digits[len(dialling.country_code(digits)) :].removeprefix("0")) <= _LONGEST_AREA


def _digits(text: str) -> str:
    return "".join(_GROUP.findall(text))


def _one(text: str, at: Reader) -> Parts:
    """Read one number."""
    extension = ""
    word = None if "*" in text else EXTENSION.search(text)
    if word and not _digits(text[: word.start()]) and _digits(_REMARK.sub("", text[word.end() :])):
        word = None  # a label before a whole number
    if word:
        extension = word[1]
        text = text[: word.start()].strip(BEHIND_STEM)
        if not _digits(text):
            return _internal(extension, at)
    text = _RANGE.sub("", _REMARK.sub(" ", text)).strip()
    text = _TAIL.sub("", _LABEL.sub("", text)).strip()
    if "*" in text or "#" in text or not text:
        return "", "", ""
    if text.startswith("-") and text[1:].strip().isdigit():
        return _internal(text[1:].strip(), at)
    if _LETTERS.search(text):
        found = dialling.parse(text, at.location.country)
        return ("+" + found if found else ""), extension, ""
    return _dialled(text, _GROUP.findall(text), extension, at)


def _dialled(text: str, groups: list[str], extension: str, at: Reader) -> Parts:
    """Read groups of digits, what stands between them, and the extension that was written behind."""
    if at.outside and len(groups) > 1 and groups[0] == at.outside and groups[1].startswith(at.prefixes):
        del groups[0]
        text = text[text.index(at.outside) + len(at.outside) :].lstrip(" ,-/")
    digits = "".join(groups)
    plus = text.startswith(("+", "(+"))
    if not digits or len(digits) > LONGEST + 3:
        return "", "", ""
    bare = not plus and (digits[0] != "0" or len(digits) == 1)
    if bare and at.is_short(digits):
        return _internal(digits, at)
    zero = "(" in text and _ZERO.search(text) is not None
    e164 = at.best(digits, plus=plus, zero=zero)
    if len(e164) < _SHORTEST or (bare and not at.is_certain(digits, e164)):
        return "", extension, ""
    code = dialling.country_code(e164)
    if "-" in text:
        if zero:
            groups.remove("0")
        e164, trunk = _hyphenated(e164, code, text, groups)
    else:
        trunk = ""
    if extension:
        return _extended(e164, code, trunk, extension)
    own = at.own
    if own and e164.startswith(own) and len(own) < len(e164) <= len(own) + dialling.LONGEST_DIRECT_DIAL:
        trunk = own
    return ("+" + e164, e164[len(trunk) :], "+" + trunk) if trunk else ("+" + e164, "", "")


def _internal(digits: str, at: Reader) -> Parts:
    """Read an extension or service number; with the location's own trunk it is also a whole number."""
    if at.own and not dialling.is_service(digits, at.plan.code):
        return f"+{at.own}{digits}", digits, f"+{at.own}"
    return "", digits, ""


def _extended(e164: str, code: str, trunk: str, extension: str) -> Parts:
    """Add an extension that was written as a word and digits."""
    if code not in dialling.APPENDS_EXTENSION:
        return f"+{e164}", extension, ""
    stem = trunk if trunk and e164[len(trunk) :].strip("0") == "" else e164
    return f"+{stem}{extension}", extension, f"+{stem}"


def _hyphenated(e164: str, code: str, text: str, groups: list[str]) -> tuple[str, str]:
    """Return the number and its trunk, as far as a hyphen tells; `222 123 456-9` is the end of a range."""
    if dialling.learns_trunk(code):
        return e164, _hyphen_trunk(e164, code, text, groups)
    tail = groups[-1]
    is_end = len(e164) - len(tail) == dialling.WHOLE.get(code) and text.rpartition("-")[2].strip() == tail
    return (e164[: -len(tail)] if is_end else e164), ""


def _hyphen_trunk(e164: str, code: str, text: str, groups: list[str]) -> str:
    """Return the E.164 digits before a direct dial's hyphen; "" where the hyphen only groups digits."""
    stem, _hyphen, tail = text.rpartition("-")
    stem, tail = stem.rstrip("- "), tail.strip()
    if len(tail) > dialling.LONGEST_DIRECT_DIAL or not tail.isdecimal() or not stem[-1:].isdecimal():
        return ""
    if dialling.is_mobile(e164) or (code not in dialling.APPENDS_EXTENSION and "-" in stem):
        return ""
    start = text.lstrip("( ")
    abroad = start.startswith(("+", "00"))
    first = 1 if abroad and len(groups) > 2 and groups[0].removeprefix("00") == code else 0  # noqa: PLR2004 - and the tail
    trunk = e164[: len(e164) - len(tail)]
    apart = len(groups) - first > 2 or len(groups[first]) >= _ONE_GROUP or not (abroad or start.startswith("0"))  # noqa: PLR2004 - so
    return trunk if apart and len(trunk) >= dialling.SHORTEST_TRUNK else ""
