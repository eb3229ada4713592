"""Generation: one folder of an index, a small database and segments (words, numbers, contacts), as it is written."""

import gc
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from directory_server.directory import tables
from directory_server.directory.changes import Changes
from directory_server.directory.document import Document, Kept, document
from directory_server.directory.link import Hashes
from directory_server.directory.origins import Origins
from directory_server.directory.words.batch import Collector
from directory_server.directory.words.segments import MOST_DOCUMENTS, Segments
from directory_server.store import contacts, sequence, sources
from directory_server.store.contact_json import contact_from_json
from directory_server.store.contacts import RawRow
from directory_server.store.database import Database
from directory_server.store.location_json import location_from_json

BATCH: Final = 200
"""Contacts a build takes at once: few enough to stay in the processor's cache from one step to the next."""
STEP: Final = 10_000
_LARGEST_STEP: Final = 100_000
"""Changes that become visible together while an index follows: as many as it holds, within these bounds."""
_NAMES: Final = 200_000
"""Different names, and companies, that are remembered while an index is written."""
_GROWING: Final = "growing"
_SEQUENCE: Final = 3
"""Where a row of `contacts.rows_since` has its sequence number."""


class Generation:
    """One generation; whoever writes it holds the index's lock."""

    def __init__(self, folder: Path, database: Database, segments: Segments, changes: Changes) -> None:
        self._folder = folder
        self._file = folder / tables.FILE
        self._database = database
        self._segments = segments
        self._changes = changes

    def is_whole(self) -> bool:
        """Say whether it is of this version and undamaged; reads all but the cards, 0.3 ms per MB."""
        try:
            with closing(tables.connect(self._file, writable=False)) as connection:
                if tables.meta(connection, "version") != tables.VERSION:
                    return False
                connection.execute("BEGIN")
                return self._segments.are_sound(connection)
        except sqlite3.DatabaseError:
            return False  # damaged, foreign, or just replaced: derived data is built anew

    def can_follow(self) -> bool:
        """Say whether following the store from here would be right."""
        try:
            with closing(tables.connect(self._file, writable=False)) as connection:
                if tables.meta(connection, "version") != tables.VERSION:
                    return False
                reached = int(tables.meta(connection, "sequence"))
                known = {
                    number: (location_from_json(location), priority)
                    for number, location, priority in connection.execute("SELECT id, location, priority FROM source")
                }
        except (sqlite3.DatabaseError, ValueError):
            return False
        present = {source.id: (source.location, source.priority) for source in sources.all(self._database)}
        moved = any(present[number] != one for number, one in known.items() if number in present)
        last = contacts.last_sequence(self._database)
        return not moved and sequence.purged(self._database) <= reached <= last

    def begin(self) -> None:
        """Make an empty generation that is to be asked while it grows: `follow` fills it step by step."""
        tables.create(self._file)
        with closing(tables.connect(self._file, writable=True)) as connection:
            tables.set_meta(connection, _GROWING, "1")

    @property
    def is_growing(self) -> bool:
        """Whether it does not hold everything yet."""
        with closing(tables.connect(self._file, writable=False)) as connection:
            return tables.meta(connection, _GROWING) == "1"

    def build(self) -> int:
        """Fill a new folder, which nobody reads yet, with what the store holds now; return the changes read."""
        tables.create(self._file)
        last = contacts.last_sequence(self._database)
        reached = count = 0
        with tables.building(self._file) as connection, _without_collector():
            hashes = Hashes(_NAMES)
            while reached < last:
                origins = Origins(connection, self._database)
                collector, ids, reached = self._collected(reached, last, MOST_DOCUMENTS, origins, hashes)
                self._segments.add(connection, collector, origins.priorities)
                count += len(ids)
            tables.set_meta(connection, "sequence", str(last))
        return count

    def follow(self) -> int:
        """Take over what changed in the store since the last time; return how many contacts that were."""
        connection, hashes = tables.connect(self._file, writable=True), Hashes(_NAMES)
        try:
            reached = int(tables.meta(connection, "sequence"))
            count = 0
            while reached < (last := contacts.last_sequence(self._database)):
                connection.execute("BEGIN IMMEDIATE")
                (held,) = connection.execute("SELECT total(living) FROM segment").fetchone()
                most = max(STEP, min(int(held), _LARGEST_STEP))
                origins = Origins(connection, self._database)
                with _without_collector():
                    collector, ids, reached = self._collected(reached, last, most, origins, hashes)
                    self._segments.remove(connection, ids)
                    self._segments.add(connection, collector, origins.priorities)
                tables.set_meta(connection, "sequence", str(reached))
                with self._changes.changing():
                    connection.execute("COMMIT")
                self._tidy(connection)
                count += len(ids)
            tables.set_meta(connection, _GROWING, "")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
        return count

    def _collected(
        self, reached: int, last: int, most: int, origins: Origins, hashes: Hashes
    ) -> tuple[Collector, "array[int]", int]:
        """Collect the contacts changed behind the change `reached` and up to `last`, at most so many.

        Return them without those that are deleted, the ids of all, and the change up to which these are all.
        """
        collector, ids = Collector(self._folder), array("q")
        while len(ids) < most:
            wanted = min(BATCH, most - len(ids))
            changed = contacts.rows_since(self._database, reached, wanted)
            # What changes meanwhile gets a number beyond `last` and would come a second time.
            present = [row for row in changed if row[_SEQUENCE] <= last]
            collector.add(_documents(present, origins, hashes))
            ids.fromlist([row[0] for row in present])
            if len(present) < wanted:
                return collector, ids, last  # further numbers were purged, or reserved and not used
            reached = present[-1][_SEQUENCE]
        return collector, ids, reached

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Merge what has become many segments; if there is no room for that, those there are go on serving."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            unused = self._segments.tidy(connection, Origins(connection, self._database).priorities)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        with self._changes.changing():
            connection.execute("COMMIT")
        self._segments.delete(unused)


def _documents(changed: Iterable[RawRow], origins: Origins, hashes: Hashes) -> list[Document]:
    """Return the documents of those contacts that are not deleted."""
    return [
        document(identity, source, contact_from_json(text), origins.reader(source), Kept(key, moment, text), hashes)
        for identity, source, key, _sequence, text, moment, deleted in changed
        if not deleted
    ]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the cyclic garbage collector out: a build makes many objects and no cycles, it would cost a quarter."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
