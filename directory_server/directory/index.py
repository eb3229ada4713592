"""Index: local files derived from the store, by which contacts are found; rebuilt at any time.

One process follows the store while any number of others read. `current` names the file in use; a rebuild makes a new
one and switches by renaming, so readers never see a half-built index.
"""

import gc
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from directory_server.directory import contact_table, tables
from directory_server.directory.document import Document, document
from directory_server.directory.engine import Engine
from directory_server.directory.fts_engine import FtsEngine
from directory_server.store import contacts, sequence, sources
from directory_server.store.database import Database
from directory_server.store.errors import Busy
from directory_server.store.file_lock import file_lock
from directory_server.store.location_json import location_from_json, location_to_json
from directory_server.store.rows import Location, StoredContact

BATCH: Final = 2000
WAIT_S: Final = 300
_MANY: Final = 20_000


class Index:
    """The index of one data folder. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, database: Database, engine: Engine) -> None:
        self.engine = engine
        self._folder = folder
        self._current_file = str(folder / "current")
        self._database = database
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, database: Database) -> "Index":
        """Open the index and let it follow the store; one of another version, or none, is built first.

        While another process writes it, it is used as it is: nobody who only asks waits for a sync.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = cls(folder, database, FtsEngine())
        try:
            index.follow(0 if index._is_usable() else WAIT_S)
        except Busy:
            if not index._is_usable():
                raise
        return index

    @property
    def sequence(self) -> int:
        """The store's change up to which this index has followed."""
        with self.reading() as connection:
            return int(tables.meta(connection, "sequence"))

    @property
    def state(self) -> object:
        """A token for what this thread reads now: while it stays equal, every answer from the index would be the same.

        Costs about 3 µs.
        """
        (version,) = self._connection().execute("PRAGMA data_version").fetchone()
        return self._local.mark, version

    def count(self) -> int:
        """Return the number of contacts in the index."""
        with self.reading() as connection:
            (number,) = connection.execute("SELECT count(*) FROM doc").fetchone()
            return int(number)

    def follow(self, wait_s: float = WAIT_S) -> int:
        """Take over what changed in the store since the last time; return how many contacts that were.

        Rebuilds instead where following cannot be right: another version, a store older than the index (restored
        from a backup), changes already purged, a source whose location has changed. Raises `store.errors.Busy` if
        another process holds the index longer than `wait_s` seconds.
        """
        if self._is_current():
            return 0
        with self._writing(wait_s):
            path = self._current()
            if path is None or not self._can_follow(path) or self.sequence == 0:
                return self._rebuild()
            return self._follow(path)

    def rebuild(self) -> int:
        """Build a new file from the store and switch to it; return the number of changes read."""
        with self._writing():
            return self._rebuild()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection, seeing one unchanging state of the index; may be nested."""
        depth: int = getattr(self._local, "depth", 0)
        connection = self._connection() if depth == 0 else self._local.connection
        if depth == 0:
            connection.execute("BEGIN")
        self._local.depth = depth + 1
        try:
            yield connection
        finally:
            self._local.depth = depth
            if depth == 0:
                connection.execute("COMMIT")

    def close(self) -> None:
        """Close every connection; may be called twice."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, a new one after a switch; the usual case costs one `stat`."""
        try:
            state = os.stat(self._current_file)  # noqa: PTH116 - every request passes here, and a Path costs as much again
        except FileNotFoundError:
            state = None
        mark = (state.st_ino, state.st_mtime_ns) if state else None
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None and mark is not None and self._local.mark == mark:
            return connection
        old, connection = connection, self._connected()
        if old is not None:
            self._forget(old)
        self._local.connection, self._local.mark = connection, mark
        with self._lock:
            self._opened.append(connection)
        return connection

    def _connected(self) -> sqlite3.Connection:
        """Return a new connection to the current file, also if a rebuild removes the one just read of."""
        while True:
            path = self._current()
            if path is None:
                raise FileNotFoundError(f"{self._folder} holds no index; run `contact-directory index rebuild`")
            try:
                return tables.connect(path, writable=False)
            except sqlite3.OperationalError:
                if path == self._current():
                    raise

    def _forget(self, connection: sqlite3.Connection) -> None:
        connection.close()
        with self._lock:
            self._opened.remove(connection)

    def _current(self) -> Path | None:
        try:
            name = (self._folder / "current").read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        path = self._folder / name
        return path if path.exists() else None

    @contextmanager
    def _writing(self, wait_s: float = WAIT_S) -> Iterator[None]:
        with file_lock(self._database.lock_file("index"), "the index is being written by another process", wait_s):
            yield

    def _is_usable(self) -> bool:
        """Say whether there is a file that can be asked, however old."""
        path = self._current()
        try:
            if path is None:
                return False
            with closing(tables.connect(path, writable=False)) as connection:
                return tables.meta(connection, "version") == tables.VERSION
        except sqlite3.DatabaseError:
            return False

    def _is_current(self) -> bool:
        path = self._current()
        if path is None or not self._can_follow(path):
            return False
        return self.sequence == contacts.last_sequence(self._database)

    def _can_follow(self, path: Path) -> bool:
        try:
            with closing(tables.connect(path, writable=False)) as connection:
                if tables.meta(connection, "version") != tables.VERSION:
                    return False
                reached = int(tables.meta(connection, "sequence"))
                known = {
                    number: location_from_json(text)
                    for number, text in connection.execute("SELECT id, location FROM source")
                }
        except sqlite3.DatabaseError:
            return False  # damaged, foreign, or just replaced: derived data is built anew
        present = {source.id: source.location for source in sources.all(self._database)}
        moved = any(present[number] != location for number, location in known.items() if number in present)
        last = contacts.last_sequence(self._database)
        return not moved and sequence.purged(self._database) <= reached <= last

    def _rebuild(self) -> int:
        present = self._current()
        numbers = [int(path.stem[6:]) for path in self._folder.glob("index-*.sqlite")]
        path = self._folder / f"index-{max(numbers, default=0) + 1}.sqlite"
        tables.create(path)
        count = self._build(path) + self._follow(path)
        switch = self._folder / "current.new"
        switch.write_text(path.name, encoding="ascii")
        switch.replace(self._folder / "current")
        for old in self._folder.glob("index-*.sqlite*"):
            if not old.name.startswith(path.name) and (present is None or old.exists()):
                with suppress(PermissionError):  # Windows: a reader still has it open, the next rebuild removes it
                    old.unlink(missing_ok=True)
        return count

    def _build(self, path: Path) -> int:
        """Fill a new file, which nobody reads yet, with what the store holds now; return the number of changes read."""
        last = contacts.last_sequence(self._database)
        reached = count = 0
        with tables.building(path) as connection, _without_collector():
            while changed := contacts.changed_since(self._database, reached, BATCH):
                # What changes meanwhile gets a number beyond `last` and would come a second time.
                present = [stored for stored in changed if stored.sequence <= last]
                self._add(connection, [stored for stored in present if stored.deleted is None])
                count += len(present)
                reached = present[-1].sequence if present else last
                if len(present) < len(changed):
                    break
            tables.set_meta(connection, "sequence", str(max(reached, last)))
            self.engine.optimize(connection)
        return count

    def _follow(self, path: Path) -> int:
        connection = tables.connect(path, writable=True)
        try:
            reached = int(tables.meta(connection, "sequence"))
            count = 0
            last = contacts.last_sequence(self._database)  # always before the changes: none may come between the two
            while changed := contacts.changed_since(self._database, reached, BATCH):
                connection.execute("BEGIN IMMEDIATE")
                locations = self._locations(connection, {stored.source_id for stored in changed})
                removed = contact_table.remove(connection, (stored.id for stored in changed), locations)
                self._add(connection, [stored for stored in changed if stored.deleted is None], removed)
                reached = changed[-1].sequence
                tables.set_meta(connection, "sequence", str(reached))
                connection.execute("COMMIT")
                count += len(changed)
                last = contacts.last_sequence(self._database)
            if reached < last:  # the newest changes were purged meanwhile, or numbers reserved and not used
                tables.set_meta(connection, "sequence", str(last))
            if count >= _MANY:
                self.engine.optimize(connection)
                connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
        return count

    def _add(
        self, connection: sqlite3.Connection, wanted: list[StoredContact], removed: Sequence[Document] = ()
    ) -> None:
        """Put contacts in that are not there (any more), within the open transaction; `removed` were taken out."""
        added = []
        for source_id, location in self._locations(connection, {stored.source_id for stored in wanted}).items():
            stored = [one for one in wanted if one.source_id == source_id]
            documents = [document(one, location) for one in stored]
            contact_table.insert(connection, stored, documents, location)
            added += documents
        self.engine.update(connection, removed, added)

    def _locations(self, connection: sqlite3.Connection, wanted: set[int]) -> dict[int, Location]:
        """Return the locations numbers are read with, entering those of new sources."""
        known = {
            number: location_from_json(text) for number, text in connection.execute("SELECT id, location FROM source")
        }
        if wanted - known.keys():
            present = {source.id: source.location for source in sources.all(self._database)}
            for number in sorted(wanted - known.keys()):
                known[number] = present.get(number, Location())  # a removed source has deleted contacts only
                connection.execute("INSERT INTO source VALUES (?, ?)", (number, location_to_json(known[number])))
        return known


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
