"""Report: every check of quality over one unchanging state of the index. Counts are exact, examples few.

Memory does not grow with the number of contacts, but with that of the duplicates found.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from directory_server.directory import catalogue
from directory_server.directory.index import Index
from directory_server.directory.listing import Listing
from directory_server.directory.quality import numbers, several
from directory_server.directory.quality import sources as of_sources
from directory_server.directory.quality.finding import Finding
from directory_server.directory.scope import Scope
from directory_server.directory.words.segments import Opened
from directory_server.store import contacts
from directory_server.store import sources as stored
from directory_server.store.database import Database
from directory_server.store.rows import FieldGroup, Source

STALE_HOURS: Final = 26
"""Hours after which a source is stale: a nightly run may come a little late."""

CHECKS: Final = (
    "stale_sources", "bad_records", "nobody_may_see", "unseen_fields", "missing_location", "unparsable_numbers",
    "suspicious_numbers", "shared_numbers", "duplicates", "no_name", "no_number",
)  # fmt: skip
"""The findings in the order of a report."""

Progress = Callable[[float], None]
"""Is told now and then which part of the work is done, from 0 to 1."""

_PASS, _SHARED, _DUPLICATES = 0.5, 0.3, 0.2


def report(
    database: Database,
    index: Index,
    *,
    now: datetime,
    source: Source | None = None,
    limit: int = 5,
    stale_hours: int = STALE_HOURS,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Check the contacts of all sources, or of one, with at most `limit` examples of each finding.

    About 25 s of CPU per million contacts.
    """
    tell = progress or (lambda _: None)
    known = {one.id: one for one in stored.all(database)}
    chosen = {source.id: source} if source else known
    only = source.id if source else None
    counts = contacts.counts(database)
    with index.snapshot() as snapshot:
        opened = snapshot.opened
        keys = sum(len(parts.docs) for one in opened for parts in one.segment.numbers.values())
        links = sum(len(one.segment.links.keys) for one in opened)
        found = numbers.check(opened, chosen, limit, _part(tell, 0, _PASS, index.count()))
        found.append(several.shared_numbers(snapshot, known, limit, _part(tell, _PASS, _SHARED, keys), only))
        found.append(several.duplicates(snapshot, known, limit, _part(tell, _PASS + _SHARED, _DUPLICATES, links), only))
        found += [
            of_sources.stale(database, chosen, now, stale_hours),
            of_sources.bad_records(database, chosen, limit),
            *of_sources.unseen(database, chosen, counts),
        ]
        for finding in found:
            _name(opened, finding, known)
    tell(1)
    found.sort(key=lambda finding: CHECKS.index(finding.check))
    return {
        "source": source.name if source else None,
        "sources": {one.name: counts.get(one.id, 0) for one in chosen.values()},
        "contacts": sum(counts.get(number, 0) for number in chosen),
        "stale_hours": stale_hours,
        "problems": sum(finding.count for finding in found),
        "findings": [finding.as_json() for finding in found],
    }


def _part(tell: Progress, start: float, share: float, total: int) -> Callable[[int], None]:
    """Return what tells the progress of one part of the work."""
    return lambda done: tell(start + share * min(1, done / max(total, 1)))


def _name(opened: Sequence[Opened], finding: Finding, known: dict[int, Source]) -> None:
    """Put the contacts of the examples in the place of their rows."""
    for example in finding.examples:
        if "row" in example:
            example.update(_contacts(opened, [example.pop("row")], known)[0])
        elif "rows" in example:
            example["who"] = _contacts(opened, example.pop("rows"), known)


def _contacts(opened: Sequence[Opened], rows: Iterable[int], known: dict[int, Source]) -> list[dict[str, Any]]:
    scope = Scope(dict.fromkeys(known, frozenset(FieldGroup)))
    names = {number: one.name for number, one in known.items()}
    wanted = list(rows)
    places = catalogue.places(opened, wanted)
    return [_contact(one) for one in catalogue.listings(places, [(row, None) for row in wanted], scope, names)]


def _contact(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.id,
        "source": listing.source,
        "key": listing.key,
        "display_name": listing.contact.name(),
        "company": listing.contact.company,
    }
