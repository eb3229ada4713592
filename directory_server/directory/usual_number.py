"""Usual numbers: the ways in which most numbers are written, read by one pattern in a third of the time."""

import re

from directory_server.directory import dialling
from directory_server.directory.reader import Reader

_USUAL = re.compile(
    r"(?:0|\+([1-9][0-9]{0,2}) (?:\(0\))?)"  # home, or another country's code
    r"([1-9][0-9]{1,5})(?: |/(?=[1-9][0-9]{4}))"  # area code; behind a slash fewer digits are another number's end
    r"([0-9]{2,9}(?: [0-9]{2,4})*)(?:-([0-9]{1,5}))?\Z"
)
_LENGTHS = range(7, 16)
_OTHERWISE = dialling.KEEPS_ZERO | {"7"}
"""Country codes behind which (0) belongs to the number, or an 8 may not."""


def usual(text: str, at: Reader) -> tuple[str, str, str] | None:
    """Return E.164 with plus, extension and trunk of a number that is written in one of the usual ways, else None.

    `0221/208358-39`, `+49 (0)221 20 83 58`; what it returns is what `number.read` would find out the long way.
    """
    found = _USUAL.match(text)
    if found is None or not at.is_plain:
        return None
    abroad, area, local, tail = found.groups()
    code = abroad or at.home
    if not code or (abroad and (dialling.country_code(abroad + area) != abroad or abroad in _OTHERWISE)):
        return None
    stem = code + area + (local.replace(" ", "") if " " in local else local)
    if tail is None:
        return ("+" + stem, "", "") if len(stem) in _LENGTHS else None
    e164 = stem + tail
    if len(e164) not in _LENGTHS or not dialling.learns_trunk(code):
        return None
    is_trunk = len(stem) >= dialling.SHORTEST_TRUNK and not dialling.is_mobile(e164)
    return ("+" + e164, tail, "+" + stem) if is_trunk else ("+" + e164, "", "")
