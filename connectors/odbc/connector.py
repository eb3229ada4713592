"""Contacts from a database, through ODBC or SQLAlchemy, always in a child process."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from connectors.connector import CheckResult, Container, Field
from connectors.contact import Contact
from connectors.errors import ConfigInvalid, SourceGone, Unreachable
from connectors.events import BadRecord, Checkpoint, Event, Record, Snapshot, State, Upsert
from connectors.mapping import apply, load
from connectors.odbc.connection_string import Place, parsed, place_of_connection, place_of_url
from connectors.odbc.process import Child
from connectors.odbc.settings import OdbcSettings
from connectors.pick import fold

VALUE_LIMIT = 100_000  # characters of one value
_SAMPLES = 5
_STATE_VERSION = 1
_USUAL_CUTS = frozenset({254, 255, 2047, 2048, 4000, 4095, 4096, 32767, 65535})


class OdbcConnector:
    """Reads the whole table or query in every pass, in one statement, and never writes."""

    type_name: ClassVar[str] = "odbc"
    settings_type: ClassVar[type[OdbcSettings]] = OdbcSettings

    def __init__(self, settings: OdbcSettings, mapping_overrides: Mapping[str, object] | None = None) -> None:
        self.settings = settings
        self.mapping = load(__package__, mapping_overrides)
        self._children: set[Child] = set()

    def check(self) -> CheckResult:
        """Read up to 1000 rows; see `Connector.check`."""
        self._chosen()
        server, count, longest = "", None, 0
        samples: list[Contact] = []
        with self._child("check") as child:
            messages = child.messages()
            for message in messages:
                server = message.get("server", server)
                count = message.get("count", count)
                if "columns" in message:
                    columns = message["columns"]
                    for event in _events(columns, self._place(columns), messages):
                        if isinstance(event, Upsert):
                            longest = max(
                                longest, *(len(value) for values in event.record.values() for value in values)
                            )
                            samples += [apply(self.mapping, event.record)] if len(samples) < _SAMPLES else []
        warnings = []
        if longest in _USUAL_CUTS:
            warnings.append(f"the longest text has exactly {longest} characters: the driver may cut texts there")
        if not samples:
            warnings.append("the table or query has no usable rows")
        return CheckResult(server, count, tuple(samples), tuple(warnings))

    def discover(self) -> list[Container]:
        """Return the tables and views, or just the one that is set; see `Connector.discover`."""
        found = []
        with self._child("discover") as child:
            for message in child.messages():
                if "container" in message:
                    name, fields = message["container"]
                    found.append(Container(name, tuple(Field(*pair) for pair in fields)))
        return found

    def read(self, state: State | None) -> Iterator[Event]:  # noqa: ARG002 - there is nothing to continue from
        """Yield every row; see `Connector.read`."""
        self._chosen()
        with self._child("read") as child:
            messages = child.messages()
            for message in messages:
                if "columns" in message:
                    yield from _events(message["columns"], self._place(message["columns"]), messages)
        yield Snapshot(complete=True)
        yield Checkpoint({"version": _STATE_VERSION})

    def close(self) -> None:
        """Kill the child processes."""
        while self._children:
            self._children.pop().close()

    def _chosen(self) -> None:
        if not self.settings.table and not self.settings.query:
            raise ConfigInvalid("setting 'table' or 'query' is needed; `source discover` lists the tables")

    @contextmanager
    def _child(self, job: str) -> Iterator[Child]:
        connection, url = self.settings.connection.get_secret_value(), self.settings.url.get_secret_value()
        password = self.settings.password.get_secret_value()
        _probe(place_of_url(url) if url else place_of_connection(connection), self.settings.login_timeout)
        order: dict[str, Any] = {"job": job, "connection": connection, "url": url, "password": password}
        order |= self.settings.model_dump(include={"table", "query", "login_timeout"})
        secrets = (connection, url, password, parsed(connection).get("pwd", ""), _password_of(url))
        child = Child(order, secrets, self.settings.timeout)
        self._children.add(child)
        try:
            yield child
        finally:
            self._children.discard(child)
            child.close()

    def _place(self, columns: list[str]) -> int:
        exact = [place for place, name in enumerate(columns) if name == self.settings.key]
        places = exact or [place for place, name in enumerate(columns) if fold(name) == fold(self.settings.key)]
        if len(places) != 1:
            fault = "is there twice" if places else "is missing"
            found = ", ".join(columns)
            raise ConfigInvalid(f"setting 'key': column '{self.settings.key}' {fault}; columns found: {found}")
        return places[0]


def _password_of(url: str) -> str:
    _, _, account = url.partition("://")[2].rpartition("@")[0].partition(":")
    return account


def _probe(place: Place, timeout: float) -> None:
    """Look at the address or file before a driver does: drivers blur the difference between down and refused."""
    if place.file and not place.file.is_file():
        raise SourceGone(f"the database file {place.file} does not exist")
    if not place.port:
        return
    try:
        socket.create_connection((place.host, place.port), timeout).close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unreachable(f"nothing answers at {place.host} port {place.port}: {reason}") from error


def _events(columns: list[str], key_place: int, messages: Iterator[dict[str, Any]]) -> Iterator[Event]:
    seen: set[str] = set()
    number = 0
    for message in messages:
        for row in message["rows"]:
            number += 1
            key = row[key_place]
            if not key:
                yield BadRecord(None, f"row {number}: the key column is empty")
            elif key in seen:
                yield BadRecord(key, f"row {number}: an earlier row has the same key")
            elif long := [name for name, value in zip(columns, row, strict=True) if value and len(value) > VALUE_LIMIT]:
                seen.add(key)
                yield BadRecord(key, f"row {number}: column {long[0]} holds more than {VALUE_LIMIT} characters")
            else:
                seen.add(key)
                yield Upsert(key, _record(columns, row))


def _record(columns: list[str], row: list[str | None]) -> Record:
    record: dict[str, tuple[str, ...]] = {}
    for name, value in zip(columns, row, strict=True):
        if value:
            record[name] = (*record.get(name, ()), value)
    return record
