"""What a connector's `read` yields, and what each event lets the sync engine do.

A pass is a sequence of Upsert, Present, Delete and BadRecord events, then at most one Snapshot, then exactly one
Checkpoint. A stream that ends without a Checkpoint was cut short and changes nothing.

A source of very many records may return a BulkPass, which spares the engine most of the work per record.
"""

from abc import abstractmethod
from collections.abc import Callable, Generator, ItemsView, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
"""A JSON value, as a connector's state is stored."""

Record = Mapping[str, tuple[str, ...]]
"""A source record: the source's own field names to its values as text; an empty field is left out."""


class LateRecord(Mapping[str, tuple[str, ...]]):
    """A record that is made when it is looked at: that of an unchanged row never is.

    Every look makes it anew; who wants more than one value calls `make` once.
    """

    __slots__ = ()

    @abstractmethod
    def make(self) -> dict[str, tuple[str, ...]]:
        """Return the whole record."""

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self.make()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.make())

    def __len__(self) -> int:
        return len(self.make())

    def items(self) -> ItemsView[str, tuple[str, ...]]:
        """Return names and values, making the record only once."""
        return self.make().items()


State = dict[str, "Json"]
"""What a connector needs to go on where it stopped; JSON, opaque to the engine."""


class Upsert(NamedTuple):
    """The complete record under the source's own key, new or changed or neither (the engine compares).

    `version`, if given, is a 128-bit digest of all that the record is made from: while it stays the same the record
    does, and is not looked at.
    """

    key: str
    record: Record
    version: bytes = b""


@dataclass(frozen=True, slots=True)
class Present:
    """The record under this key exists and has not changed since the last pass."""

    key: str


@dataclass(frozen=True, slots=True)
class Delete:
    """The source says that the record under this key is gone."""

    key: str


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be used; with a key, the contact known under it stays as it was.

    `reason` names the fault and the place (line, DN), never the contact's data.
    """

    key: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """End of a full pass. Only `complete=True` lets the engine delete what was not seen."""

    complete: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All events before it are whole; `state` continues from here."""

    state: State


Event = Upsert | Present | Delete | BadRecord | Snapshot | Checkpoint


@dataclass(frozen=True, slots=True)
class Upserts:
    """Upserts one after the other, each with a version; `record` makes the record at a place in the lists.

    ValueError if there are not as many versions as keys.
    """

    keys: list[str]
    versions: list[bytes]
    record: Callable[[int], dict[str, tuple[str, ...]]]

    def __post_init__(self) -> None:
        if len(self.keys) != len(self.versions):
            raise ValueError("every key needs a version")

    def __iter__(self) -> Iterator[Upsert]:
        for at, (key, version) in enumerate(zip(self.keys, self.versions, strict=True)):
            yield Upsert(key, _RecordAt(self.record, at), version)


class _RecordAt(LateRecord):
    __slots__ = ("_at", "_record")

    def __init__(self, record: Callable[[int], dict[str, tuple[str, ...]]], at: int) -> None:
        self._record = record
        self._at = at

    def make(self) -> dict[str, tuple[str, ...]]:
        return self._record(self._at)


class BulkPass(Iterator[Event]):
    """A pass that may also be taken by its `pieces`, with Upserts for many an Upsert; to be taken in one way only."""

    def __init__(self, pieces: Generator[Event | Upserts, None, object]) -> None:
        self.pieces = pieces
        self._events = _each(pieces)

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        """Let go of the source before the end."""
        self._events.close()
        self.pieces.close()


def _each(pieces: Generator[Event | Upserts, None, object]) -> Generator[Event, None, None]:
    for piece in pieces:
        if isinstance(piece, Upserts):
            yield from piece
        else:
            yield piece
