"""Numbers as sources write them, read with the source's location; nothing that was written is ever lost.

Own rules read what people write; libphonenumber reads the rest (letters). Neither asks whether a number is "valid":
long German direct dials are not, for libphonenumber, and still ring.
"""

import re
from functools import lru_cache

from connectors.contact import PhoneKind
from directory_server.directory import dialling
from directory_server.directory.asked import LONGEST, LONGEST_TEXT, Asked, ask, forms, is_short, notation, plain
from directory_server.directory.listing import Number
from directory_server.store.rows import Location

__all__ = ["Asked", "ask", "notation", "read"]

_MOST = 10
_DASH = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SEVERAL = re.compile(
    r"[;|\n]|\s(?:oder|or|und|and|bzw\.?|ou|o)\s|,(?=\s*[+(0])|\s/\s*(?=[+0(])|/(?=\+)", re.IGNORECASE
)
_TAILS = re.compile(r"^(?P<stem>.*\d{2}.*?-)\s*(?P<tails>\d{1,5}(?:\s*[/,]\s*-?\s*\d{1,5})+)\s*$")
_EXTENSION_WORDS = (
    r"(?:ext(?:n|ension)?|x|app(?:arat)?|dw|durchwahl|nst|nebenstelle|kl(?:appe)?|int(?:erno)?|poste|wew(?:n)?|linka|"
    r"tst|toestel)"
)
_EXTENSION = re.compile(rf"(?<![^\W\d_]){_EXTENSION_WORDS}\s*[.:\-#]*\s*(\d{{1,6}})(?!\d)", re.IGNORECASE)
_RANGE = re.compile(r"(?<=\d)\s*(?:bis|to|until|\.\.\.|…)\s*-?\d+\s*$", re.IGNORECASE)
_REMARK = re.compile(r"[(\[][^()\[\]]*[^\W\d_][^()\[\]]*[)\]]")
_ZERO = re.compile(r"\(\s*0\s*\)")
_LABEL = re.compile(r"^(?:[^\W\d_]|[.:\s])+(?=[+(\-\d])")
_TAIL = re.compile(r"(?<=\d)[\s,:]+[^\W\d_][^\d*#]*$")
_LETTERS = re.compile(r"[^\W\d_]")
_DIRECT = re.compile(r"^(?P<stem>.*\d)\s*-\s*(?P<tail>\d{1,5})\s*$")
_SIMPLE = re.compile(r"[+0-9(](?:[0-9 ()/\-]|\.(?!\.))*\Z")
_GROUP = re.compile(r"[0-9]+")
_ONE_GROUP = 8
_SHORTEST = 7
_SHORTEST_TRUNK = 7
_LONGEST_AREA = 5


def read(raw: str, location: Location, kind: PhoneKind = PhoneKind.WORK, label: str = "") -> tuple[Number, ...]:
    """Return the numbers a field holds, at least one as long as it holds anything but blanks.

    Every number carries its own piece of `raw`; a piece that cannot be read has an empty `e164`.
    """
    return tuple(
        Number(kind=kind, raw=piece, e164=e164, extension=extension, trunk=trunk, label=label)
        for piece, e164, extension, trunk in (
            _read(raw, location) if len(raw) <= LONGEST_TEXT else ((raw.strip(), "", "", ""),)
        )
        if piece
    )


@lru_cache(maxsize=65536)
def _read(raw: str, location: Location) -> tuple[tuple[str, str, str, str], ...]:
    if not raw.strip():
        return ()
    pieces = _pieces(raw)
    if len(pieces) == 1:
        return ((raw.strip(), *_one(pieces[0], location)),)
    read_ones = tuple((piece, *_one(piece, location)) for piece in pieces[:_MOST])
    return (*read_ones, ("; ".join(pieces[_MOST:]), "", "", "")) if len(pieces) > _MOST else read_ones


def _pieces(raw: str) -> list[str]:
    """Split a field that holds several numbers; `840798-12/14` gives 840798-12 and 840798-14."""
    if "/" not in raw and _SIMPLE.match(raw):
        return [raw.strip()]
    text = _DASH.sub("-", plain(raw))
    parts = _split(text)
    parts = [part for part in parts if any(char.isdigit() for char in part)] or [text]
    pieces = []
    for part in parts:
        several = _TAILS.match(part)
        if several and len(_digits(several["stem"])) >= _SHORTEST_TRUNK - 1:
            pieces += [several["stem"] + tail for tail in _GROUP.findall(several["tails"])]
        else:
            pieces.append(part)
    return pieces


def _split(text: str) -> list[str]:
    """Split where another number begins; a slash behind a mere area code (`0176 / 04 06 90 04`) begins none."""
    parts: list[str] = []
    start = 0
    for found in _SEVERAL.finditer(text):
        before = text[start : found.start()]
        if found[0].strip() == "/" and _is_area(before) and not text[found.end() :].lstrip(" (").startswith("+"):
            continue
        parts.append(before.strip())
        start = found.end()
    return [*parts, text[start:].strip()]


def _is_area(text: str) -> bool:
    """Whether this is no more than a country and area code, too short to be a number."""
    digits, start = _digits(_ZERO.sub("", text)), text.lstrip(" (")
    if not start.startswith("+") and not digits.startswith("00"):
        return digits.startswith("0") and len(digits) <= _LONGEST_AREA + 1 and not start.startswith("-")
    digits = digits.removeprefix("00")
    return len(digits[len(dialling.country_code(digits)) :].removeprefix("0")) <= _LONGEST_AREA


def _digits(text: str) -> str:
    return "".join(_GROUP.findall(text))


def _one(text: str, location: Location) -> tuple[str, str, str]:
    """Read one number: E.164 with plus, extension, trunk; each may be empty."""
    if _SIMPLE.match(text):  # most numbers: nothing but digits and what groups them
        return _dialled(text, "", location)
    text = _RANGE.sub("", _REMARK.sub(" ", text)).strip()
    extension = ""
    word = _EXTENSION.search(text)
    if word:
        extension = word[1]
        text = text[: word.start()].strip(" ,;-.(")
        if not _digits(text):
            return _internal(extension, location)
    text = _TAIL.sub("", _LABEL.sub("", text)).strip()
    if "*" in text or "#" in text or not text:
        return "", "", ""
    if text.startswith("-") and text[1:].strip().isdigit():
        return _internal(text[1:].strip(), location)
    if _LETTERS.search(text):
        found = dialling.parse(text, location.country)
        return ("+" + found if found else ""), extension, ""
    return _dialled(text, extension, location)


def _dialled(text: str, extension: str, location: Location) -> tuple[str, str, str]:
    """Read digits with what groups them, and the extension that was written behind."""
    digits, plus = _digits(text), text.startswith(("+", "(+"))
    if not digits or len(digits) > LONGEST + 3:
        return "", "", ""
    if not plus and is_short(digits, location):
        return _internal(digits, location)
    readings = forms(digits, location, plus=plus, explicit_zero=bool(_ZERO.search(text)))
    if not readings or len(readings[0][1]) < _SHORTEST or not _is_certain(digits, location, readings[0][1], plus=plus):
        return "", extension, ""
    return _complete(readings[0][1], text, extension, location)


def _is_certain(digits: str, location: Location, e164: str, *, plus: bool) -> bool:
    """Whether a stored number means this: bare digits must not be guessed to be from another country."""
    plan = dialling.plan(location.country)
    return plus or digits.startswith(("0", plan.abroad)) or e164.startswith(plan.code)


def _internal(digits: str, location: Location) -> tuple[str, str, str]:
    """Read an extension or service number; with the location's own trunk it is also a whole number."""
    plan = dialling.plan(location.country)
    if location.trunk and not dialling.is_service(digits, plan.code):
        trunk = f"+{plan.code}{location.area}{location.trunk}"
        return trunk + digits, digits, trunk
    return "", digits, ""


def _complete(e164: str, text: str, extension: str, location: Location) -> tuple[str, str, str]:
    """Add what a hyphen, an extension word or the location's own trunk tell about where the direct dial begins."""
    code = dialling.country_code(e164)
    trunk = _hyphen_trunk(e164, code, text)
    if extension and code in dialling.APPENDS_EXTENSION:
        stem = trunk if trunk and e164[len(trunk) :].strip("0") == "" else e164
        return f"+{stem}{extension}", extension, f"+{stem}"
    if extension:
        return f"+{e164}", extension, ""
    plan = dialling.plan(location.country)
    own = plan.code + location.area + location.trunk
    if location.trunk and e164.startswith(own) and len(e164) - len(own) in range(1, 6):
        trunk = own
    return f"+{e164}", e164[len(trunk) :] if trunk else "", f"+{trunk}" if trunk else ""


def _hyphen_trunk(e164: str, code: str, text: str) -> str:
    """Return the E.164 digits before a direct dial's hyphen; "" where the hyphen only groups digits."""
    direct = _DIRECT.match(text)
    if not direct or not dialling.learns_trunk(code) or dialling.is_mobile(e164):
        return ""
    if code not in dialling.APPENDS_EXTENSION and text.count("-") > 1:
        return ""
    groups = _GROUP.findall(_ZERO.sub(" ", direct["stem"]))
    if text.lstrip("( ").startswith(("+", "00")) and len(groups) > 1 and groups[0].removeprefix("00") == code:
        groups = groups[1:]
    local = not text.lstrip("( ").startswith(("+", "0"))
    trunk = e164[: len(e164) - len(direct["tail"])]
    apart = len(groups) > 1 or local or len(groups[0]) >= _ONE_GROUP
    return trunk if apart and len(trunk) >= _SHORTEST_TRUNK else ""
