"""Snapshots: unchanging states of an index, each of the generation in use when it begins, a connection per thread."""

import os
import re
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, TypeVar
from weakref import ReferenceType, ref

from directory_server.directory import tables
from directory_server.directory.changes import Changes
from directory_server.directory.engine import Engine
from directory_server.directory.words.segments import Snapshot, State

CURRENT: Final = "current"
"""The file that names the generation in use."""
NAME: Final = re.compile(r"index-(\d+)\Z")
"""What generations are called."""

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


class Snapshots:
    """Gives snapshots of the index in one folder. Safe to use from several threads."""

    def __init__(self, folder: Path, engine: Engine, changes: Changes) -> None:
        self._folder = folder
        self._engine = engine
        self._changes = changes
        self._current_file = str(folder / CURRENT)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

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

    def at_once(self, work: Callable[[Snapshot], Result]) -> Result:
        """Return what short work gives that reads one state of the index.

        Without a transaction, which would cost a third of a look-up: with the same number of changes afterwards,
        all was read of one state, else the work is done again.
        """
        local, number = self._local, self._changes.number()
        if getattr(local, "depth", 0) or number is None:
            with self.snapshot() as snapshot:
                return work(snapshot)
        seen: tuple[int, ReferenceType[State]] | None = getattr(local, "seen", None)
        state = seen[1]() if seen and seen[0] == number else None
        if state is not None:
            result = work(Snapshot(local.connection, state))
            if self._changes.number() == number:
                return result
        with self.snapshot() as snapshot:
            # Of this number or a later one: an earlier one never comes again.
            local.seen = number, ref(snapshot.opened)
            return work(snapshot)

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

    def current(self) -> Path | None:
        """Return the folder of the generation in use."""
        try:
            name = (self._folder / CURRENT).read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        folder = self._folder / name
        return folder if NAME.match(name) and (folder / tables.FILE).exists() else None

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
            folder = self.current()
            if folder is None:
                raise FileNotFoundError(f"{self._folder} holds no index; run `contact-directory index rebuild`")
            try:
                return tables.connect(folder / tables.FILE, writable=False), folder
            except sqlite3.OperationalError:
                if folder == self.current():
                    raise

    def _forget(self, connection: sqlite3.Connection) -> None:
        connection.close()
        with self._lock:
            self._opened.remove(connection)
