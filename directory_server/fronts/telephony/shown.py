"""Shown texts: names as displays, SIP headers and XML take them. Pure."""

import unicodedata
from typing import Final

_DROPPED: Final = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Controls, line ends and what XML 1.0 (section 2.2) and SIP (RFC 3261, section 25.1) have no room for."""


def shown(text: str, longest: int) -> str:
    """Return one line of at most `longest` characters, without control characters and with single blanks.

    A name goes into a SIP header: a line end in it would begin another header.
    """
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) in _DROPPED else char for char in text)
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
