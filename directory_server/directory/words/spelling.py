"""Spellings: the entries of a vocabulary, which are words in normal form with the way they were written.

An entry is the normal form alone where it was written so, else normal form, raw spelling and place in a hyphenated word
behind separators. In code-point order all spellings of a word stand together, and all words that begin alike.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from directory_server.directory.normal_form import DIGITS, LONGEST, contract, fold, words

SEPARATOR: Final = "\0"
BEHIND_WORD: Final = "\1"
"""Follows every spelling of a word, and stands before every longer word."""
BEHIND_PREFIX: Final = "\U0010ffff"
TAG: Final = ":"
"""Stands before and behind the name of a custom field, and before the only known letter of a given name."""

_APOSTROPHE = re.compile("['`\u2018\u2019\u02bc\u00b4]")
_WRITTEN = re.compile(r"[^\W_]+")
_JOINS: Final = "-'`\u2010\u2011\u2018\u2019\u02bc\u00b4"


class Spelling(NamedTuple):
    """`normal` form, `raw` as written in lower case, and whether it is a later `part` of a hyphenated word."""

    normal: str
    raw: str
    part: bool


def entry(normal: str, raw: str, *, part: bool) -> str:
    """Return the vocabulary's entry for one spelling."""
    if raw == normal and not part:
        return normal
    return f"{normal}{SEPARATOR}{raw}{SEPARATOR}{'1' if part else ''}"


def spelling(text: str) -> Spelling:
    """Return what `entry` was given."""
    normal, separated, rest = text.partition(SEPARATOR)
    if not separated:
        return Spelling(normal, normal, part=False)
    raw, _, part = rest.partition(SEPARATOR)
    return Spelling(normal, raw, part=bool(part))


def raw_of(text: str) -> str:
    """Return the `raw` of the spelling that `entry` was given."""
    return text.split(SEPARATOR, 2)[1] if SEPARATOR in text else text


class Written(NamedTuple):
    """A word of a text: its spelling, and as it stands there; "" where it does not stand there by itself."""

    spelling: Spelling
    shown: str


def written(piece: str) -> list[Written]:
    """Return the words of a text without blanks; those of a longer text are those of its pieces, one by one.

    Where letters and words do not answer each other one by one, the normal form stands for the spelling.
    """
    normals = words(piece)
    composed = unicodedata.normalize("NFC", piece)
    lowered = composed.casefold()
    found = list(_WRITTEN.finditer(lowered))
    if len(found) == len(normals) and not _APOSTROPHE.search(lowered):
        shown = _WRITTEN.findall(composed)
        if len(shown) != len(found):
            shown = [""] * len(found)
        return [
            Written(
                Spelling(normal, match[0][:LONGEST], match.start() > 0 and lowered[match.start() - 1] in _JOINS),
                text,
            )
            for normal, match, text in zip(normals, found, shown, strict=True)
        ]
    apart = any(join in piece for join in _JOINS)
    return [Written(Spelling(normal, normal, apart and at > 0), "") for at, normal in enumerate(normals)]


def entries(piece: str) -> tuple[str, ...]:
    """Return the entries of a text without blanks."""
    if len(piece) <= LONGEST and piece.isascii() and piece.isalnum():  # most
        raw = piece.lower()
        return (entry(contract(raw), raw, part=False),) if len(raw) <= DIGITS or not raw.isdigit() else ()
    return tuple(entry(one.normal, one.raw, part=one.part) for one, _shown in written(piece))


def tag(name: str, word: str) -> str:
    """Return the entry by which a word of the custom field of this name is found."""
    return f"{TAG}{fold(''.join(char for char in name if char.isalpha()))}{TAG}{word}"


def initial(letter: str) -> str:
    """Return the entry of a given name of which only this letter is known."""
    return TAG + letter
