"""Asked texts: what a telephone system meant by the text in a path or a query. Pure.

A plus is the trouble: in a path it stands for itself, in a query for a blank (WHATWG URL, application/x-www-form-
urlencoded), so that a phone that sends it unescaped seems to ask for ` 49…`. Some escape it twice (`%252B`).
"""

import re
from typing import Final

_TWICE: Final = re.compile(r"%2b", re.IGNORECASE)
_BLANK_FOR_PLUS: Final = re.compile(
    r"\A(?P<scheme>(?:tel|sips?|callto):)?\s+(?=[1-9])(?=[^A-Za-z@]*(?:@|;|\Z))", re.IGNORECASE
)


def in_path(text: str, longest: int) -> str:
    """Return the number of a decoded path segment; "" (nobody's) for a text of more than `longest` characters."""
    return _TWICE.sub("+", text) if len(text) <= longest else ""


def in_query(text: str, longest: int) -> str:
    """Return the number of a decoded query parameter, or the words; a blank before an E.164 number was a plus.

    "" for a text of more than `longest` characters.
    """
    return _BLANK_FOR_PLUS.sub(lambda found: (found["scheme"] or "") + "+", in_path(text, longest))
