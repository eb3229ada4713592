"""Index: local files derived from the store, by which contacts are found; rebuilt at any time.

One process follows the store while any number of others read. `current` names the generation in use, a folder with a
database (contacts, numbers, links) and segments (words); a rebuild makes a new one and switches by renaming, so readers
never see a half-built index.
"""

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Final, TypeVar
from weakref import ReferenceType, ref

from directory_server.directory import tables
from directory_server.directory.engine import Engine, Found
from directory_server.directory.generation import Generation
from directory_server.directory.query import Query
from directory_server.directory.scope import Scope
from directory_server.directory.words.segments import Snapshot, State
from directory_server.store import contacts
from directory_server.store.database import Database
from directory_server.store.errors import Busy
from directory_server.store.file_lock import file_lock

WAIT_S: Final = 300
_MANY: Final = 100_000
_NAME: Final = re.compile(r"index-(\d+)\Z")

Result = TypeVar("Result")


class _Entered(AbstractContextManager[Result]):
    """What is entered and left by two functions; every look-up passes here, and a generator costs twice as much."""

    __slots__ = ("_enter", "_leave")

    def __init__(self, enter: Callable[[], Result], leave: Callable[[], None]) -> None:
        self._enter, self._leave = enter, leave

    def __enter__(self) -> Result:
        return self._enter()

    def __exit__(self, *_: object) -> None:
        self._leave()


class Index:
    """The index of one data folder. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._engine = Engine()
        self._folder = folder
        self._current_file = str(folder / "current")
        self._database = database
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

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
        folder = self._current()
        return folder is not None and self._generation(folder).is_growing

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
            folder = self._current()
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
        """Give what `reading` does, and the segments as well."""
        return _Entered(self._enter_snapshot, self._leave)

    def _enter_snapshot(self) -> Snapshot:
        self._enter()
        try:
            try:
                opened = self._opened_segments()
            except FileNotFoundError:
                # A rebuild removed the generation before its segments were opened here: nothing of it is known yet.
                self._connection().execute("BEGIN")
                opened = self._opened_segments()
        except BaseException:
            self._leave()
            raise
        return Snapshot(self._local.connection, opened)

    def _opened_segments(self) -> State:
        """Return the segments of this thread's snapshot: those of the time before as long as nothing has changed."""
        (version,) = self._local.connection.execute("PRAGMA data_version").fetchone()
        known: tuple[object, ReferenceType[State]] | None = getattr(self._local, "known", None)
        state = known[1]() if known and known[0] == (self._local.mark, version) else None
        if state is None:
            state = self._engine.segments(self._local.folder).of(self._local.connection)
            self._local.known = (self._local.mark, version), ref(state)
        return state

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Give this thread's connection, seeing one unchanging state of the index; may be nested."""
        return _Entered(self._enter, self._leave)

    def _enter(self) -> sqlite3.Connection:
        depth: int = getattr(self._local, "depth", 0)
        if depth == 0:
            self._connection().execute("BEGIN")
        self._local.depth = depth + 1
        return self._local.connection  # type: ignore[no-any-return] # set by `_connection`

    def _leave(self) -> None:
        self._local.depth -= 1
        if self._local.depth == 0:
            self._local.connection.execute("COMMIT")  # of a newer generation, if a snapshot had to move on

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
        old, (connection, folder) = connection, self._connected()
        if old is not None:
            self._forget(old)
        self._local.connection, self._local.folder, self._local.mark = connection, folder, mark
        with self._lock:
            self._opened.append(connection)
        return connection

    def _connected(self) -> tuple[sqlite3.Connection, Path]:
        """Return a new connection to the current generation, also if a rebuild removes the one just read of."""
        while True:
            folder = self._current()
            if folder is None:
                raise FileNotFoundError(f"{self._folder} holds no index; run `contact-directory index rebuild`")
            try:
                return tables.connect(folder / tables.FILE, writable=False), folder
            except sqlite3.OperationalError:
                if folder == self._current():
                    raise

    def _forget(self, connection: sqlite3.Connection) -> None:
        connection.close()
        with self._lock:
            self._opened.remove(connection)

    def _current(self) -> Path | None:
        """Return the folder of the generation in use."""
        try:
            name = (self._folder / "current").read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        folder = self._folder / name
        return folder if _NAME.match(name) and (folder / tables.FILE).exists() else None

    @contextmanager
    def _writing(self, wait_s: float = WAIT_S) -> Iterator[None]:
        with file_lock(self._database.lock_file("index"), "the index is being written by another process", wait_s):
            yield

    def _is_usable(self) -> bool:
        """Say whether there is a generation that can be asked, however old."""
        folder = self._current()
        return folder is not None and self._generation(folder).is_whole()

    def _is_current(self) -> bool:
        folder = self._current()
        if folder is None or not self._generation(folder).can_follow():
            return False
        return self.sequence == contacts.last_sequence(self._database)

    def _generation(self, folder: Path) -> Generation:
        return Generation(folder, self._database, self._engine.segments(folder))

    def _is_quicker_anew(self) -> bool:
        """Say whether most of what the index would hold is new."""
        reached = self.sequence
        changed = contacts.last_sequence(self._database) - reached
        return reached == 0 or changed > max(_MANY, self.count())

    def _rebuild(self) -> int:
        return self._replace(lambda generation: generation.build() + generation.follow())

    def _replace(self, make: Callable[[Generation], Result]) -> Result:
        """Make another generation and switch to it."""
        taken = [int(found[1]) for path in self._folder.iterdir() if (found := _NAME.match(path.name))]
        folder = self._folder / f"index-{max(taken, default=0) + 1}"
        folder.mkdir(mode=0o700)
        try:
            made = make(self._generation(folder))
            switch = self._folder / "current.new"
            switch.write_text(folder.name, encoding="ascii")
            switch.replace(self._folder / "current")
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
        for old in self._folder.iterdir():
            if old != folder and old.name != "current":
                # On Windows a reader may still have it open: the next rebuild removes it.
                rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
        return made
