"""Numbers and names of every contact, checked in one pass over the index."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from directory_server.directory import catalogue, dialling
from directory_server.directory.listing import Number
from directory_server.directory.quality.finding import Finding
from directory_server.directory.quality.number_form import EXCEL, oddity
from directory_server.directory.tables import source_of
from directory_server.directory.words.segments import Opened
from directory_server.store.rows import Source

BATCH: Final = 2000
_FEWEST_DIGITS = 3

Passed = Callable[[int], None]
"""Is told how many contacts have been looked at."""


def check(opened: Sequence[Opened], sources: dict[int, Source], most: int, passed: Passed) -> list[Finding]:
    """Return what is odd about numbers, which contacts have no name or number, and which sources need a location."""
    unparsable, suspicious = Finding("unparsable_numbers", most), Finding("suspicious_numbers", most)
    no_name, no_number = Finding("no_name", most), Finding("no_number", most)
    located = Finding("missing_location", most)
    codes = {one.id: dialling.plan(one.location.country).code for one in sources.values()}
    no_number.facts = {"with_mail": 0}
    done = 0
    for batch in catalogue.cards(opened, BATCH):
        for row, card in batch:
            source = sources.get(source_of(row))
            if source is None:
                continue
            held = card.numbers
            if not card.sort:
                no_name.take(source.name, row=row, **_written(held[0]) if held else {})
            if not held:
                mail = next((email.address for email in card.contact.emails), "")
                no_number.facts["with_mail"] += bool(mail)
                no_number.take(source.name, row=row, mail=mail)
            for number in held:
                problem = oddity(number.raw, number.e164)
                if problem:
                    suspicious.take(source.name, row=row, **_written(number), e164=number.e164, problem=problem)
                if not number.e164 and not number.extension and problem != EXCEL:
                    unparsable.take(source.name, row=row, **_written(number))
                if not number.e164 and not problem and _is_local(number, source, codes[source.id]):
                    located.take(source.name, row=row, **_written(number))
        done += len(batch)
        passed(done)
    return [unparsable, suspicious, no_name, no_number, located]


def _written(number: Number) -> dict[str, Any]:
    return {"kind": number.kind.value, "raw": number.raw}


def _is_local(number: Number, source: Source, code: str) -> bool:
    """Whether a number that cannot be read would be one with the location its source lacks."""
    place, raw = source.location, number.raw
    if (place.trunk if number.extension else place.area) or any(char.isalpha() for char in raw):
        return False
    digits = "".join(char for char in raw if char.isdecimal())
    return len(digits) >= _FEWEST_DIGITS and digits[0] != "0" and not dialling.is_service(digits, code)
