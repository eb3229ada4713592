"""Phonetic codes: words that sound alike share one. Kölner Phonetik for German names, Double Metaphone for others."""

import re
from functools import lru_cache
from typing import Final

from directory_server.directory import double_metaphone

SHORTEST: Final = 3
"""Letters of the shortest word that has codes."""

_PLAIN = {
    **dict.fromkeys("aeiouyj", "0"), "h": "", "b": "1", **dict.fromkeys("fvw", "3"), **dict.fromkeys("gkq", "4"),
    "l": "5", **dict.fromkeys("mn", "6"), "r": "7", **dict.fromkeys("sz", "8"),
}  # fmt: skip
_REPEATED = re.compile(r"(\d)\1+")
_OTHER = re.compile(r"[^a-z]+")


def _digit(before: str, letter: str, after: str) -> str:  # noqa: PLR0911 - one return per rule of the code
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after in "csz" else "2"
    if letter == "x":
        return "8" if before in "ckq" else "48"
    if letter == "c":
        if before == " ":
            return "4" if after in "ahkloqrux" else "8"
        if before in "sz":
            return "8"
        return "4" if after in "ahkoqux" else "8"
    return _PLAIN[letter]


class _Digits(dict[str, str]):
    """The digit of the middle one of three letters (a blank where the word ends), worked out when first asked."""

    def __missing__(self, letters: str) -> str:
        self[letters] = digit = _digit(*letters)
        return digit


_DIGITS = _Digits()


@lru_cache(maxsize=65536)
def code(word: str) -> str:
    """Return the Kölner Phonetik (Postel 1969) of a word of letters a-z; other characters are skipped, "" for none."""
    return _cologne(_OTHER.sub("", word))


def _cologne(letters: str) -> str:
    padded = f" {letters} "
    raw = "".join([_DIGITS[padded[at : at + 3]] for at in range(len(letters))])
    raw = _REPEATED.sub(r"\1", raw)
    return raw[:1] + raw[1:].replace("0", "")


@lru_cache(maxsize=65536)
def codes(word: str) -> tuple[str, ...]:
    """Return the codes of a word in normal form: `k` + Kölner Phonetik, `m` + each code of Double Metaphone.

    Words of one language at least sound alike if they share a code. There are none for words under `SHORTEST` letters
    and for words with anything but a-z.
    """
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha() and word.islower()):
        return ()
    german = _cologne(word)
    first, second = double_metaphone.codes(word)
    found = ["k" + german] if german else []
    if first:
        found.append("m" + first)
    if second and second != first:
        found.append("m" + second)
    return tuple(found)
