"""Numbers and names of every contact, checked in one pass over the index."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

from directory_server.directory import dialling
from directory_server.directory.quality.finding import Finding
from directory_server.directory.quality.number_form import EXCEL, oddity
from directory_server.directory.tables import SOURCE_MASK
from directory_server.store.contact_json import contact_from_json
from directory_server.store.rows import Source

BATCH: Final = 2000
_FEWEST_DIGITS = 3

Passed = Callable[[int], None]
"""Is told how many contacts have been looked at."""


def check(connection: sqlite3.Connection, sources: dict[int, Source], most: int, passed: Passed) -> list[Finding]:
    """Return what is odd about numbers, which contacts have no name or number, and which sources need a location."""
    unparsable, suspicious = Finding("unparsable_numbers", most), Finding("suspicious_numbers", most)
    no_name, no_number = Finding("no_name", most), Finding("no_number", most)
    located = Finding("missing_location", most)
    codes = {one.id: dialling.plan(one.location.country).code for one in sources.values()}
    no_number.facts = {"with_mail": 0}
    for row, nameless, numbers, numberless in _rows(connection, passed):
        source = sources.get(row & SOURCE_MASK)
        if source is None:
            continue
        held = json.loads(numbers)
        if nameless:
            no_name.take(source.name, row=row, **{"kind": held[0][0], "raw": held[0][1]} if held else {})
        if numberless is not None:
            mail = next((email.address for email in contact_from_json(numberless).emails), "")
            no_number.facts["with_mail"] += bool(mail)
            no_number.take(source.name, row=row, mail=mail)
            continue
        for kind, raw, e164, extension, *_rest in held:
            problem = oddity(raw, e164)
            if problem:
                suspicious.take(source.name, row=row, kind=kind, raw=raw, e164=e164, problem=problem)
            if not e164 and not extension and problem != EXCEL:
                unparsable.take(source.name, row=row, kind=kind, raw=raw)
            if not e164 and not problem and _is_local(raw, extension, source, codes[source.id]):
                located.take(source.name, row=row, kind=kind, raw=raw)
    return [unparsable, suspicious, no_name, no_number, located]


def _rows(connection: sqlite3.Connection, passed: Passed) -> Iterator[tuple[int, int, str, str | None]]:
    """Yield row, whether there is no name, the numbers, and of a contact without any the whole contact."""
    cursor = connection.cursor()
    cursor.execute("SELECT row, sort = '', numbers, CASE WHEN numbers = '[]' THEN contact END FROM doc ORDER BY row")
    done = 0
    while batch := cursor.fetchmany(BATCH):
        yield from batch
        done += len(batch)
        passed(done)


def _is_local(raw: str, extension: str, source: Source, code: str) -> bool:
    """Whether a number that cannot be read would be one with the location its source lacks."""
    place = source.location
    if (place.trunk if extension else place.area) or any(char.isalpha() for char in raw):
        return False
    digits = "".join(char for char in raw if char.isdecimal())
    return len(digits) >= _FEWEST_DIGITS and digits[0] != "0" and not dialling.is_service(digits, code)
