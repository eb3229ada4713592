"""Normal form: how words are written in the index and in queries alike, so that Müller = Mueller = Muller."""

import re
import unicodedata
from functools import lru_cache

VERSION = 2
"""Raised with every change of what this file returns: an index of another version is rebuilt."""

LONGEST = 40
DIGITS = 6
_LONGEST_KEPT = 64

_SPECIAL = {
    "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l",
    "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "\u0131": "i", "þ": "th", "Þ": "th",
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u00b4": "'",
}  # fmt: skip


def _table() -> dict[int, str]:
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        parts = unicodedata.normalize("NFKD", chr(code))
        plain = "".join(_SPECIAL.get(part, part) for part in parts if not unicodedata.combining(part))
        if plain.casefold() != chr(code):
            table[code] = plain.casefold()
    table.update({ord(letter): plain for letter, plain in _SPECIAL.items()})
    return table


_TABLE = _table()
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*|[^\W_a-z0-9]+")
_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_UMLAUT = re.compile(r"([ao]|(?<!q)u)e")


def fold(text: str) -> str:
    """Return the text without case and Latin accents; ä is a here, not ae."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = unicodedata.normalize("NFC", text).translate(_TABLE).casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", plain))


def contract(word: str) -> str:
    """Drop the e of ae, oe, ue (not behind qu): the one spelling of all three ways to write an umlaut."""
    return _UMLAUT.sub(r"\1", word) if "e" in word else word


def words(text: str, digits: int = DIGITS) -> tuple[str, ...]:
    """Return the words of a text in normal form, in order; o'connell also gives connell.

    Words are cut at 40 letters; of pure digits more than `digits` are left out: they are numbers, and found as such.
    """
    return _kept(text, digits) if len(text) <= _LONGEST_KEPT else _words(text, digits)


def _words(text: str, digits: int) -> tuple[str, ...]:
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        parts = (word.replace("'", ""), word.rpartition("'")[2]) if "'" in word else (word,)
        for part in parts:
            if len(part) > digits and part.isdigit():
                continue
            found.append(contract(part[:LONGEST]))
    return tuple(found)


_kept = lru_cache(maxsize=32768)(_words)  # names and companies; queries may be long and never come again
