"""Distinguished names (RFC 4514): text to a form that compares equal where the names are equal, and back."""

import re
from functools import lru_cache
from typing import TypeAlias

from directory_server.fronts.ldap import schema
from directory_server.fronts.ldap.fold import squeeze

# One RDN: its (attribute, value) pairs, sorted; values folded for comparison.
Rdn: TypeAlias = tuple[tuple[str, str], ...]
# The RDNs as written, nearest first.
Dn: TypeAlias = tuple[Rdn, ...]

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+")
_HEX = re.compile(r"#((?:[0-9A-Fa-f]{2})+)")
_ESCAPED = ',+"\\<>;= #'
_MOST_CHARACTERS = 4096


class DnSyntaxError(ValueError):
    """The text is no distinguished name."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Dn:
    """Return the name in its comparable form: attribute names canonical, values folded in case and spaces.

    Raises DnSyntaxError. The empty text is the empty name (RFC 4514 §2.1).
    """
    if len(text) > _MOST_CHARACTERS:
        raise DnSyntaxError("distinguished name is too long")
    if not text.strip():
        return ()
    rdns: list[Rdn] = []
    pairs: list[tuple[str, str]] = []
    at = 0
    while True:
        attribute, value, at = _pair(text, at)
        pairs.append((attribute, squeeze(value)))
        separator = text[at : at + 1]
        if separator != "+":
            rdns.append(tuple(sorted(pairs)))
            pairs = []
        if not separator:
            return tuple(rdns)
        at += 1


def first_value(text: str) -> str:
    """Return the value of the first RDN as written, unescaped; DnSyntaxError if there is none."""
    return _pair(text, 0)[1]


def _pair(text: str, at: int) -> tuple[str, str, int]:
    while text[at : at + 1] == " ":
        at += 1
    found = _TYPE.match(text, at)
    if found is None:
        raise DnSyntaxError("attribute type expected in a distinguished name")
    at = found.end()
    while text[at : at + 1] == " ":
        at += 1
    if text[at : at + 1] != "=":
        raise DnSyntaxError("equals sign expected in a distinguished name")
    value, at = _value(text, at + 1)
    known = schema.attribute(found[0])
    return known.name if known else found[0].lower(), value, at


def _value(text: str, at: int) -> tuple[str, int]:
    while text[at : at + 1] == " ":
        at += 1
    if text[at : at + 1] == '"':
        return _quoted(text, at + 1)
    hexadecimal = _HEX.match(text, at)
    if hexadecimal and text[hexadecimal.end() : hexadecimal.end() + 1] in ("", ",", "+", ";"):
        return hexadecimal[0].lower(), hexadecimal.end()
    octets = bytearray()
    kept = 0  # escaped spaces at the end belong to the value
    while at < len(text) and text[at] not in ",;+":
        if text[at] == "\\":
            octet, at = _escape(text, at)
            octets += octet
            kept = len(octets)
            continue
        if text[at] in '"<>':
            raise DnSyntaxError("unescaped special character in a distinguished name")
        octets += text[at].encode("utf-8", "surrogateescape")
        at += 1
    end = max(kept, len(octets.rstrip(b" ")))
    return bytes(octets[:end]).decode("utf-8", "surrogateescape"), at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Read the quoted form of LDAPv2 (RFC 2253 §4), which old clients still send."""
    octets = bytearray()
    while text[at : at + 1] != '"':
        if at >= len(text):
            raise DnSyntaxError("closing quote missing in a distinguished name")
        if text[at] == "\\":
            octet, at = _escape(text, at)
            octets += octet
        else:
            octets += text[at].encode("utf-8", "surrogateescape")
            at += 1
    at += 1
    while text[at : at + 1] == " ":
        at += 1
    if text[at : at + 1] not in ("", ",", ";", "+"):
        raise DnSyntaxError("text behind a quoted value in a distinguished name")
    return octets.decode("utf-8", "surrogateescape"), at


def _escape(text: str, at: int) -> tuple[bytes, int]:
    digits = text[at + 1 : at + 3]
    if re.fullmatch("[0-9A-Fa-f]{2}", digits):
        return bytes((int(digits, 16),)), at + 3
    if digits and digits[0] in _ESCAPED:
        return digits[0].encode(), at + 2
    raise DnSyntaxError("broken escape in a distinguished name")


@lru_cache(maxsize=1024)
def escape(value: str) -> str:
    """Return a value as it stands in a distinguished name (RFC 4514 §2.4)."""
    written = re.sub(r'([,+"\\<>;=])', r"\\\1", value).replace("\0", "\\00")
    if written[:1] in (" ", "#"):
        written = "\\" + written
    return written[:-1] + "\\ " if written.endswith(" ") and len(value) > 1 else written


def below(name: Dn, base: Dn) -> bool:
    """Whether `name` is `base` or lies under it."""
    return len(name) >= len(base) and name[len(name) - len(base) :] == base


def common(name: Dn, base: Dn) -> int:
    """Return how many RDNs from the root the two names share."""
    count = 0
    while count < min(len(name), len(base)) and name[-1 - count] == base[-1 - count]:
        count += 1
    return count
