"""Segments: which segments an index has, and which of their documents are gone; small ones lie inside the database.

Everything is within the index database's transactions: a reader sees the segments of its snapshot.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from directory_server.directory.card import sort_from_bytes
from directory_server.directory.words import build, segment_file
from directory_server.directory.words.batch import Batch, Collector, living
from directory_server.directory.words.best import Scratch
from directory_server.directory.words.segment import Segment
from directory_server.directory.words.segment_file import SegmentFile

MOST_DOCUMENTS: Final = 1_000_000
"""Documents of one segment at most: what a build needs of memory depends on it."""
_INSIDE: Final = 4_000
"""Documents up to which a segment lies inside the index file."""
_MOST_SMALL: Final = 6
_SHARE: Final = 8
"""A segment is merged when those behind it have more than one eighth of its documents."""
_PREFIX: Final = "words-"


class Opened(NamedTuple):
    """A segment as one snapshot sees it; `alive` by document, None for all."""

    segment: Segment
    alive: npt.NDArray[np.bool_] | None
    scratch: Scratch


class State(list[Opened]):
    """The segments of one state of the index; Segments keeps the latest, so that others can refer to it weakly.

    `kept` is what others have worked out of it, by whose it is; it is forgotten with the state.
    """

    __slots__ = ("__weakref__", "kept")

    def __init__(self, opened: Iterable[Opened] = ()) -> None:
        super().__init__(opened)
        self.kept: WeakKeyDictionary[object, object] = WeakKeyDictionary()


class Snapshot(NamedTuple):
    """One unchanging state of the index: a connection within its transaction, and the segments it sees."""

    connection: sqlite3.Connection
    opened: State


class Segments:
    """The opened segments of one folder. Safe to use from several threads, each with its own connection."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._latest = State()
        self._opened: dict[int, tuple[Segment, Scratch]] = {}
        self._alive: dict[int, tuple[int, npt.NDArray[np.bool_] | None]] = {}

    def of(self, connection: sqlite3.Connection) -> State:
        """Return the segments of the connection's snapshot; raises segment_file.Damaged or FileNotFoundError."""
        rows = connection.execute("SELECT id, stamp, version FROM segment ORDER BY id").fetchall()
        found = self._latest = State(self._open(connection, *row) for row in rows)
        if len(self._opened) > len(rows):
            self._forget({stamp for _number, stamp, _version in rows})
        return found

    def _open(self, connection: sqlite3.Connection, number: int, stamp: int, version: int) -> Opened:
        # Known by drawn numbers: counted ones come again when the transaction that gave them is rolled back.
        opened, known = self._opened.get(stamp), self._alive.get(stamp)
        if opened is None:
            file, data = connection.execute("SELECT file, data FROM segment WHERE id = ?", (number,)).fetchone()
            opened = (Segment(self._content(file, data)), Scratch())
        if known is None or known[0] != version:
            (dead,) = connection.execute("SELECT dead FROM segment WHERE id = ?", (number,)).fetchone()
            known = (version, _alive(opened[0].size, dead))
        with self._lock:
            opened = self._opened.setdefault(stamp, opened)
            self._alive[stamp] = known
        return Opened(opened[0], known[1], opened[1])

    def _forget(self, present: set[int]) -> None:
        with self._lock:
            for stamp in self._opened.keys() - present:
                del self._opened[stamp]
                self._alive.pop(stamp, None)

    def add(self, connection: sqlite3.Connection, collected: Collector, priorities: Mapping[int, int]) -> None:
        """Put the documents collected in, if there are any, as a new segment."""
        if len(collected):
            self._put(connection, collected.batch(), collected.sorts(), priorities)

    def _put(
        self, connection: sqlite3.Connection, batch: Batch, sorts: Sequence[str], priorities: Mapping[int, int]
    ) -> None:
        sections, facts = build.segment(batch, sorts, priorities)
        count = len(batch.rows)
        cursor = connection.execute(
            "INSERT INTO segment (stamp, documents, living, version, file, data, dead)"
            " VALUES (random(), ?, ?, 0, '', NULL, ?)",
            (count, count, b""),
        )
        number = cursor.lastrowid
        if count <= _INSIDE:
            data = b"".join(segment_file.to_bytes(sections, facts))
            connection.execute("UPDATE segment SET data = ? WHERE id = ?", (data, number))
            return
        name = f"{_PREFIX}{number}"
        (self._folder / name).unlink(missing_ok=True)  # left by a writer that was killed before it named it
        segment_file.write(self._folder / name, sections, facts)
        connection.execute("UPDATE segment SET file = ? WHERE id = ?", (name, number))

    def remove(self, connection: sqlite3.Connection, contacts: Collection[int]) -> None:
        """Take the documents of these contacts out; unknown ids are passed over."""
        ids = [number for (number,) in connection.execute("SELECT id FROM segment ORDER BY id")]
        for number, opened in zip(ids, self.of(connection), strict=True):
            gone = opened.segment.contacts(contacts)
            if opened.alive is not None:
                gone = gone[opened.alive[gone]]
            if not len(gone):
                continue
            (dead,) = connection.execute("SELECT dead FROM segment WHERE id = ?", (number,)).fetchone()
            connection.execute(
                "UPDATE segment SET dead = ?, living = living - ?, version = random() WHERE id = ?",
                (dead + gone.astype("<u4").tobytes(), len(gone), number),
            )
        connection.execute("DELETE FROM segment WHERE living = 0")

    def tidy(self, connection: sqlite3.Connection, priorities: Mapping[int, int]) -> list[str]:
        """Merge segments that have become many, small or holey; return names for `delete`, once that is committed.

        The files of segments replaced here are among them only the next time: a reader may be about to open one.
        """
        rows = connection.execute("SELECT id, documents, living, file FROM segment ORDER BY id").fetchall()
        place = _merged_from([living for _id, _documents, living, _file in rows], [row[1] for row in rows])
        if place is not None:
            opened = self.of(connection)[place:]
            batch = living(((one.segment, one.alive) for one in opened), self._folder)
            self._put(connection, batch, _sorts(opened), priorities)
            for number, _documents, _living, _file in rows[place:]:
                connection.execute("DELETE FROM segment WHERE id = ?", (number,))
        used = {file for (file,) in connection.execute("SELECT file FROM segment")} | {row[3] for row in rows}
        return [path.name for path in self._folder.glob(f"{_PREFIX}*") if path.name not in used]

    def delete(self, files: Iterable[str]) -> None:
        """Delete files that no segment has any more."""
        for file in files:
            # On Windows a reader may still have it open: the next tidying finds it again.
            with suppress(PermissionError):
                (self._folder / file).unlink(missing_ok=True)

    def are_sound(self, connection: sqlite3.Connection) -> bool:
        """Whether every segment is whole; reads all of them."""
        for file, data in connection.execute("SELECT file, data FROM segment"):
            try:
                if not self._content(file, data).is_sound():
                    return False
            except (FileNotFoundError, segment_file.Damaged):
                return False
        return True

    def _content(self, file: str, data: bytes) -> SegmentFile:
        return SegmentFile.opened(self._folder / file) if file else SegmentFile(data)


def _alive(size: int, dead: bytes) -> npt.NDArray[np.bool_] | None:
    if not dead:
        return None
    alive = np.ones(size, dtype=np.bool_)
    alive[np.frombuffer(dead, dtype="<u4")] = False
    return alive


def _merged_from(living: Sequence[int], documents: Sequence[int]) -> int | None:
    """Return the first of the last segments that should become one, or None."""
    behind = sum(living)
    for place, (alive, size) in enumerate(zip(living, documents, strict=True)):
        behind -= alive
        holey = size - alive > size // _SHARE
        if (behind * _SHARE > alive or holey) and alive + behind <= MOST_DOCUMENTS and (behind or holey):
            small = len(living) - place > _MOST_SMALL or behind > _INSIDE or holey
            if small:
                return place
    return None


def _sorts(opened: Iterable[Opened]) -> list[str]:
    """Return the names to sort by of all living documents."""
    found: list[str] = []
    for one in opened:
        docs = range(one.segment.size) if one.alive is None else np.flatnonzero(one.alive).tolist()
        found += [sort_from_bytes(one.segment.cards.of(doc)) for doc in docs]
    return found
