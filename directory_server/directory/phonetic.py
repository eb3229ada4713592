"""Kölner Phonetik: one code for German names that sound alike (Postel 1969)."""

import re
from functools import lru_cache

_PLAIN = {
    **dict.fromkeys("aeiouyj", "0"), "h": "", "b": "1", **dict.fromkeys("fvw", "3"), **dict.fromkeys("gkq", "4"),
    "l": "5", **dict.fromkeys("mn", "6"), "r": "7", **dict.fromkeys("sz", "8"),
}  # fmt: skip
_REPEATED = re.compile(r"(\d)\1+")


def _digit(letter: str, before: str, after: str) -> str:  # noqa: PLR0911 - one return per rule of the code
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        if not before:
            return "4" if after and after in "ahkloqrux" else "8"
        if before in "sz":
            return "8"
        return "4" if after and after in "ahkoqux" else "8"
    return _PLAIN.get(letter, "")


@lru_cache(maxsize=65536)
def code(word: str) -> str:
    """Return the code of a word of letters a-z in lower case; other characters are skipped, "" for none."""
    letters = [letter for letter in word if "a" <= letter <= "z"]
    raw = "".join(
        _digit(letter, letters[at - 1] if at else "", letters[at + 1] if at + 1 < len(letters) else "")
        for at, letter in enumerate(letters)
    )
    raw = _REPEATED.sub(r"\1", raw)
    return raw[:1] + raw[1:].replace("0", "")
