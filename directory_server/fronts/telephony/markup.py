"""Markup: the little XML that phones read. Pure.

Their parsers are no full ones: the five predefined entities are always written, and empty elements with an end tag.
"""

from typing import Final
from xml.sax.saxutils import escape

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_QUOTES: Final = {'"': "&quot;", "'": "&apos;"}


def element(name: str, *inside: str, label: str = "") -> str:
    """Return an element around markup, one line each if there is more than one; `label` is an attribute, escaped."""
    attribute = f' label="{escape(label, _QUOTES)}"' if label else ""
    content = "\n" + "\n".join(inside) + "\n" if len(inside) > 1 else "".join(inside)
    return f"<{name}{attribute}>{content}</{name}>"


def text(name: str, content: str, label: str = "") -> str:
    """Return an element around a text, which is escaped."""
    return element(name, escape(content, _QUOTES), label=label)


def document(root: str, *inside: str) -> bytes:
    """Return a whole document in UTF-8."""
    return (HEAD + element(root, "", *inside) + "\n").replace(f"<{root}>\n\n", f"<{root}>\n").encode()
