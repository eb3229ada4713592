"""Faults of records and sources, as connectors tell them in English, in the words of the one who reads them."""

import re
from typing import Final

from directory_server.commands.speech import Speech

_KNOWN: Final = (
    (re.compile(r"(?:line|row) (?P<number>\d+): the key column is empty"), "fault_no_key"),
    (re.compile(r"(?:line|row) (?P<number>\d+): an earlier (?:line|row) has the same key"), "fault_same_key"),
    (re.compile(r"line (?P<number>\d+): (?P<found>\d+) columns where the header has (?P<wanted>\d+)"), "fault_columns"),
)
_HELD: Final = (
    (re.compile(r"the source is suddenly empty: all (?P<live>\d+) contacts would be deleted"), "reason_emptied"),
    (
        re.compile(r"(?P<number>\d+) of (?P<live>\d+) contacts would be deleted, more than (?P<share>\d+)%"),
        "reason_deleted",
    ),
    (
        re.compile(r"(?P<number>\d+) of (?P<live>\d+) contacts would change at once, more than (?P<share>\d+)%"),
        "reason_changed",
    ),
)
_KIND = re.compile(r"\A[A-Z][A-Za-z]+: (?=\S)")


def fault_text(fault: str, say: Speech) -> str:
    """Return a record's fault in this language; one that is not known, as the connector told it."""
    return _said(fault, _KNOWN, say) or fault


def reason_text(reason: str, say: Speech) -> str:
    """Return why a run failed or was held, in this language if it is known, without the name of the error's class."""
    return _said(reason, _HELD, say) or _KIND.sub("", reason, count=1)


def _said(text: str, known: tuple[tuple[re.Pattern[str], str], ...], say: Speech) -> str:
    for pattern, name in known:
        found = pattern.fullmatch(text)
        if found:
            return say(name, **found.groupdict())
    return ""
