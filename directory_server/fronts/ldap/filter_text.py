"""Search filters as text (RFC 4515): writing them for traces, reading them for traces and tests."""

import re

from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.limits import Limits

_SPECIAL = {"\\": "\\5c", "*": "\\2a", "(": "\\28", ")": "\\29", "\0": "\\00"}
_ITEM = re.compile(r"([^=~<>:()*\\]*)(:=|:[^=]*:=|~=|>=|<=|=)(.*)", re.DOTALL)


class FilterSyntaxError(ValueError):
    """The text is no filter; `offset` says where that shows, in characters."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} at character {offset}")
        self.offset = offset


_OPERATORS: dict[type, str] = {f.Equality: "=", f.GreaterOrEqual: ">=", f.LessOrEqual: "<=", f.Approximate: "~="}


def write(node: f.Filter) -> str:
    """Return the filter in the notation of RFC 4515."""
    match node:
        case f.And(parts) | f.Or(parts):
            return f"({'&' if isinstance(node, f.And) else '|'}{''.join(map(write, parts))})"
        case f.Not(part):
            return f"(!{write(part)})"
        case f.Present(attribute):
            return f"({attribute}=*)"
        case f.Substrings(attribute, initial, between, final):
            return f"({attribute}={'*'.join(map(_escape, (initial, *between, final)))})"
        case f.Extensible(rule, attribute, value, dn):
            return f"({attribute}{':dn' if dn else ''}{':' + rule if rule else ''}:={_escape(value)})"
        case _:
            return f"({node.attribute}{_OPERATORS[type(node)]}{_escape(node.value)})"


def _escape(value: str) -> str:
    written = "".join(_SPECIAL.get(character, character) for character in value)
    return re.sub("[\udc80-\udcff]", lambda found: f"\\{ord(found[0]) - 0xDC00:02x}", written)


def _unescape(value: str, offset: int) -> str:
    if "\\" not in value:
        return value
    octets = bytearray()
    at = 0
    while at < len(value):
        if value[at] != "\\":
            octets += value[at].encode("utf-8", "surrogateescape")
            at += 1
            continue
        digits = value[at + 1 : at + 3]
        if not re.fullmatch("[0-9A-Fa-f]{2}", digits):
            raise FilterSyntaxError("backslash without two hexadecimal digits", offset + at)
        octets.append(int(digits, 16))
        at += 3
    return octets.decode("utf-8", "surrogateescape")


def parse(text: str, limits: Limits | None = None) -> f.Filter:
    """Return the filter written as `text`; FilterSyntaxError names the place, FilterTooLargeError beyond the limits."""
    node, at = _node(text, 0, 1, limits or Limits())
    if at != len(text):
        raise FilterSyntaxError("text behind the filter", at)
    return node


def _node(text: str, at: int, depth: int, limits: Limits) -> tuple[f.Filter, int]:
    if depth > limits.filter_depth:
        raise f.FilterTooLargeError("filter is nested too deep")
    if text[at : at + 1] != "(":
        raise FilterSyntaxError("opening parenthesis expected", at)
    kind = text[at + 1 : at + 2]
    if kind not in ("&", "|", "!") or not kind:
        stop = text.find(")", at)
        if stop < 0:
            raise FilterSyntaxError("closing parenthesis missing", len(text))
        return _item(text[at + 1 : stop], at + 1), stop + 1
    start = at
    at += 2
    parts: list[f.Filter] = []
    while text[at : at + 1] == "(":
        part, at = _node(text, at, depth + 1, limits)
        parts.append(part)
    if text[at : at + 1] != ")":
        raise FilterSyntaxError("closing parenthesis missing", at)
    if kind == "!":
        if len(parts) != 1:
            raise FilterSyntaxError("NOT takes one part", start)
        return f.Not(parts[0]), at + 1
    return (f.And if kind == "&" else f.Or)(tuple(parts)), at + 1


def _item(text: str, offset: int) -> f.Filter:
    found = _ITEM.fullmatch(text)
    if found is None:
        raise FilterSyntaxError("no filter operator", offset)
    attribute, operator, value = found.groups()
    start = offset + found.start(3)
    if operator.startswith(":"):
        return _extensible(attribute, operator[:-2], _unescape(value, start), offset)
    if not attribute:
        raise FilterSyntaxError("attribute missing", offset)
    if operator == "=" and value == "*":
        return f.Present(attribute)
    if operator == "=" and "*" in value:
        initial, *between, final = (_unescape(part, start) for part in value.split("*"))
        if not (initial or any(between) or final):
            raise FilterSyntaxError("substrings without parts", start)
        return f.Substrings(attribute, initial, tuple(part for part in between if part), final)
    plain = _unescape(value, start)
    if operator == "~=":
        return f.Approximate(attribute, plain)
    if operator == ">=":
        return f.GreaterOrEqual(attribute, plain)
    return f.LessOrEqual(attribute, plain) if operator == "<=" else f.Equality(attribute, plain)


def _extensible(attribute: str, middle: str, value: str, offset: int) -> f.Extensible:
    words = middle.split(":")[1:] if middle else []
    dn = bool(words) and words[0].lower() == "dn"
    rule = ":".join(words[1:] if dn else words)
    if not (rule or attribute):
        raise FilterSyntaxError("extensible match without rule and attribute", offset)
    return f.Extensible(rule, attribute, value, dn)
