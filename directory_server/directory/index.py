"""Index: local files derived from the store, by which contacts are found; rebuilt at any time.

One process follows the store while any number of others read. `current` names the generation in use, a folder with
segments (words, numbers, links, contacts) and a database that says which they are; a rebuild makes a new one and
switches by renaming, so readers never see a half-built index.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Final, TypeVar

from directory_server.directory import tables
from directory_server.directory.changes import Changes
from directory_server.directory.engine import Engine, Found
from directory_server.directory.generation import Generation
from directory_server.directory.query import Query
from directory_server.directory.scope import Scope
from directory_server.directory.snapshots import CURRENT, NAME, Snapshots
from directory_server.directory.words.segments import Snapshot
from directory_server.store import contacts
from directory_server.store.database import Database
from directory_server.store.errors import Busy
from directory_server.store.file_lock import file_lock

WAIT_S: Final = 300
_MANY: Final = 100_000
_CHANGES: Final = "changes"

Result = TypeVar("Result")


class Index:
    """The index of one data folder. Safe to use from several threads and processes.

    While the number of `changes` stays equal, every answer from it is the same.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._engine = Engine()
        self._folder = folder
        self.changes = Changes(folder / _CHANGES)
        self._snapshots = Snapshots(folder, self._engine, self.changes)
        self._database = database

    @classmethod
    def open(cls, folder: Path, database: Database) -> "Index":
        """Open the index and let it follow the store; a damaged one, one of another version, or none, is built first.

        While another process writes it, it is used as it is: nobody who only asks waits for a sync. Raises
        `store.errors.Busy` for one that is still growing after WAIT_S seconds.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = cls(folder, database)
        if not index._is_usable():
            with index._writing(WAIT_S):
                if not index._is_usable():
                    index._rebuild()
        if index.is_growing:
            index.follow(WAIT_S)  # as it is, it would leave out contacts and not say so
        with suppress(Busy):
            index.follow(0)
        return index

    @classmethod
    def serving(cls, folder: Path, database: Database) -> "Index":
        """Open the index for a server, which answers at once: what has to be built first grows while it is asked.

        Call `follow` in the background afterwards.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = cls(folder, database)
        if not index._is_usable():
            with index._writing():
                if not index._is_usable():
                    index._replace(Generation.begin)
        return index

    @property
    def is_growing(self) -> bool:
        """Whether contacts are still missing from it because it is being built."""
        folder = self._snapshots.current()
        return folder is not None and self._generation(folder).is_growing

    @property
    def sequence(self) -> int:
        """The store's change up to which this index has followed."""
        with self.reading() as connection:
            return int(tables.meta(connection, "sequence"))

    def count(self) -> int:
        """Return the number of contacts in the index."""
        with self.reading() as connection:
            (number,) = connection.execute("SELECT total(living) FROM segment").fetchone()
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
            folder = self._snapshots.current()
            if folder is None or not self._generation(folder).can_follow():
                return self._rebuild()
            if not self.is_growing and self._is_quicker_anew():
                return self._rebuild()
            return self._generation(folder).follow()

    def rebuild(self) -> int:
        """Build a new file from the store and switch to it; return the number of changes read."""
        with self._writing():
            return self._rebuild()

    def search(
        self,
        query: Query,
        scope: Scope,
        priorities: Mapping[int, int],
        limit: int,
        familiar: frozenset[int] = frozenset(),
    ) -> Found:
        """Find documents (see `Engine.search`)."""
        with self.snapshot() as snapshot:
            return self._engine.search(snapshot, query, scope, priorities, limit, familiar)

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Give one unchanging state of the index to this thread; may be nested."""
        return self._snapshots.snapshot()

    def at_once(self, work: Callable[[Snapshot], Result]) -> Result:
        """Return what short work on a snapshot gives; it may be done twice (see `Snapshots.at_once`)."""
        return self._snapshots.at_once(work)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Give the connection alone of what `snapshot` gives."""
        return self._snapshots.reading()

    def close(self) -> None:
        """Close every connection; may be called twice."""
        self._snapshots.close()

    @contextmanager
    def _writing(self, wait_s: float = WAIT_S) -> Iterator[None]:
        with file_lock(self._database.lock_file("index"), "the index is being written by another process", wait_s):
            yield

    def _is_usable(self) -> bool:
        """Say whether there is a generation that can be asked, however old."""
        folder = self._snapshots.current()
        return folder is not None and self._generation(folder).is_whole()

    def _is_current(self) -> bool:
        folder = self._snapshots.current()
        if folder is None or not self._generation(folder).can_follow():
            return False
        return self.sequence == contacts.last_sequence(self._database)

    def _generation(self, folder: Path) -> Generation:
        return Generation(folder, self._database, self._engine.segments(folder), self.changes)

    def _is_quicker_anew(self) -> bool:
        """Say whether most of what the index would hold is new."""
        reached = self.sequence
        changed = contacts.last_sequence(self._database) - reached
        return reached == 0 or changed > max(_MANY, self.count())

    def _rebuild(self) -> int:
        return self._replace(lambda generation: generation.build() + generation.follow())

    def _replace(self, make: Callable[[Generation], Result]) -> Result:
        """Make another generation and switch to it."""
        taken = [int(found[1]) for path in self._folder.iterdir() if (found := NAME.match(path.name))]
        folder = self._folder / f"index-{max(taken, default=0) + 1}"
        folder.mkdir(mode=0o700)
        try:
            made = make(self._generation(folder))
            switch = self._folder / "current.new"
            switch.write_text(folder.name, encoding="ascii")
            with self.changes.changing():
                switch.replace(self._folder / CURRENT)
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
        for old in self._folder.iterdir():
            if old != folder and old.name not in {CURRENT, _CHANGES}:
                # On Windows a reader may still have it open: the next rebuild removes it.
                rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
        return made
