"""Text prepared for comparison (RFC 4518), and further so that umlauts and accents do not matter."""

import unicodedata
from functools import lru_cache

_TRANSLITERATED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "ł": "l"}
)
_STRIPPED = str.maketrans({"ø": "o", "ß": "ss", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe"})


def squeeze(text: str) -> str:
    """Return the text without regard to case and runs of spaces (caseIgnoreMatch, NFKC)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.lower().split())


_LONGEST_KEPT = 256


def forms(text: str) -> tuple[str, ...]:
    """Return the spellings of a text that count as equal: `Jürgen` gives `jurgen` and `juergen`.

    Two texts match when they share a form. The first one is without accents and is what ordering compares.
    """
    return _kept(text) if len(text) <= _LONGEST_KEPT else _forms(text)


def _forms(text: str) -> tuple[str, ...]:
    plain = squeeze(text)
    if plain.isascii():
        return (plain,)
    stripped = _strip(plain.translate(_STRIPPED))
    written_out = _strip(plain.translate(_TRANSLITERATED))
    return (stripped,) if stripped == written_out else (stripped, written_out)


_kept = lru_cache(maxsize=65536)(_forms)  # the short ones: anybody may send long ones


def _strip(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def fragment(text: str) -> tuple[str, ...]:
    """Return the forms of a part of a value, whose spaces at the ends count (RFC 4518 §2.6.1)."""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return tuple(lead + form + trail for form in forms(text))
