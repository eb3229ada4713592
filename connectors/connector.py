"""The contract every connector keeps; `tests/contracts/` proves it on real servers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from connectors.contact import Contact
from connectors.events import Event, State
from connectors.mapping import FieldMapping
from connectors.settings import Settings


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a working source told about itself.

    `server` identifies it (product and host, file name), `count` is the number of records where it is cheap to know,
    `samples` are up to 5 mapped contacts, `warnings` are sentences for the admin.
    """

    server: str
    count: int | None
    samples: tuple[Contact, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field a container offers, with one example value (never from a secret)."""

    name: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A place to read from: a table, view, OU, folder or file, and its fields."""

    name: str
    fields: tuple[Field, ...] = ()


class Connector(Protocol):
    """One configured source; made with its settings and its mapping, closed by `close`.

    `mapping` is its template with the admin's changes, by which its records become contacts.

    Every method raises only `connectors.errors.ConnectorError` subclasses.
    """

    type_name: ClassVar[str]
    settings_type: ClassVar[type[Settings]]
    mapping: FieldMapping

    def check(self) -> CheckResult:
        """Ask the source for a few records and say what it is."""
        ...

    def discover(self) -> list[Container]:
        """List what could be read, for choosing a place and drawing a mapping."""
        ...

    def read(self, state: State | None) -> Iterator[Event]:
        """Yield one pass; a full one without `state`. The last event is the Checkpoint (see `connectors.events`).

        A BulkPass spares the engine most of the work for records that it knows as they are.
        """
        ...

    def close(self) -> None:
        """Let go of connections and child processes; may be called twice."""
        ...
