"""Origins: the sources an index file knows, with the locations and priorities its contacts were read with."""

import sqlite3

from directory_server.directory.reader import Reader, reader
from directory_server.store import sources
from directory_server.store.database import Database
from directory_server.store.location_json import location_from_json, location_to_json
from directory_server.store.rows import Location


class Origins:
    """The sources of an index file within one transaction; new ones are entered when they are first asked for."""

    def __init__(self, connection: sqlite3.Connection, database: Database) -> None:
        self._connection = connection
        self._database = database
        self._readers: dict[int, Reader] = {}
        self.priorities: dict[int, int] = {}
        for number, location, priority in connection.execute("SELECT id, location, priority FROM source"):
            self._take(number, location_from_json(location), priority)

    def reader(self, source: int) -> Reader:
        """Return what reads the source's numbers."""
        if source not in self._readers:
            self._enter(source)
        return self._readers[source]

    def _enter(self, source: int) -> None:
        known = {one.id: one for one in sources.all(self._database)}
        # A removed source has deleted contacts only.
        location, priority = (known[source].location, known[source].priority) if source in known else (Location(), 0)
        self._connection.execute("INSERT INTO source VALUES (?, ?, ?)", (source, location_to_json(location), priority))
        self._take(source, location, priority)

    def _take(self, source: int, location: Location, priority: int) -> None:
        self._readers[source] = reader(location)
        self.priorities[source] = priority
