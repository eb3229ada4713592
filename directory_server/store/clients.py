"""Clients: the LDAP/HTTP clients that may ask, and their password hashes."""

import json
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Final

from sqlalchemy import Column, Integer, Row, Table, Text, delete, insert, select, update

from directory_server.store import grants
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken, NotFound
from directory_server.store.location_json import location_from_json, location_to_json
from directory_server.store.password import hash_password
from directory_server.store.rows import Client, NumberFormat, SharedNumbers, most_narrow
from directory_server.store.schema import METADATA

FRESH_S: Final = 0.05
"""Seconds for which a client that binds over and over is not looked up anew."""

CLIENTS = Table(
    "clients",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("preset", Text, nullable=False),
    Column("source_ids", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("base_dn", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("shared_numbers", Text, nullable=False, server_default="priority"),
    Column("called_view", Text, nullable=False, server_default="[]"),
    Column("addresses", Text, nullable=False, server_default="[]"),
    Column("number_format", Text, nullable=False, server_default="echo"),
    Column("result_limit", Integer, nullable=False, server_default="0"),
    Column("templates", Text, nullable=False, server_default="[]"),
    sqlite_autoincrement=True,
)


def add(database: Database, client: Client, password: str | None) -> Client:
    """Add a client and return it with its id; without a password it is known by its addresses alone.

    Raises NameTaken, ValueError for an empty or overlong password and for a client with neither password nor address.
    """
    if password is None and not client.addresses:
        raise ValueError("a client without a password needs addresses to be known by")
    row = {**_values(client), "name": client.name, "password": "" if password is None else hash_password(password)}
    with database.write() as connection:
        if connection.execute(select(CLIENTS.c.id).where(CLIENTS.c.name == client.name)).first():
            raise NameTaken(f"a client named {client.name!r} exists already")
        connection.execute(insert(CLIENTS).values(row))
    return by_name(database, client.name)


def change(database: Database, client: Client, password: str | None = None, *, without_password: bool = False) -> None:
    """Keep everything of `client` but its name instead of what is stored, and the password if one is given.

    `without_password` takes the one it has away.

    Raises NotFound if the client was removed, ValueError for an empty or overlong password, and where neither password
    nor address would remain.
    """
    values = _values(client)
    if password is not None or without_password:
        values["password"] = "" if password is None else hash_password(password)
    with database.write() as connection:
        kept = connection.execute(select(CLIENTS.c.password).where(CLIENTS.c.id == client.id)).scalar()
        if values.get("password", kept) == "" and not client.addresses:
            raise ValueError("a client without a password needs addresses to be known by")
        if connection.execute(update(CLIENTS).where(CLIENTS.c.id == client.id).values(values)).rowcount == 0:
            raise NotFound(f"there is no client named {client.name!r}")


def all(database: Database) -> list[Client]:  # noqa: A001 - `clients.all` is how it reads
    """Return every client in order of name."""
    with database.read() as connection:
        return [_client(row) for row in connection.execute(select(CLIENTS).order_by(CLIENTS.c.name))]


def by_name(database: Database, name: str) -> Client:
    """Return the client of this name; raises NotFound (a KeyError)."""
    with database.read() as connection:
        row = connection.execute(select(CLIENTS).where(CLIENTS.c.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"there is no client named {name!r}")
    return _client(row)


def verify(database: Database, name: str, password: str, address: str) -> Client | None:
    """Return the client if name and password are right and it may ask from this IP address.

    Else None after the same work for any reason. A password found right before costs microseconds, any other about
    30 ms of CPU.
    """
    client, phc = _remembered(database).get(name, (None, None))
    right = database.verified_passwords.verify(password, phc or None)
    return client if right and client is not None and client.may_ask_from(address) else None


def verify_again(database: Database, name: str, password: str, address: str, now: float) -> Client | None:
    """Return the client as `verify` does if its password was found right before; None where only `verify` can tell.

    Costs microseconds in any case: it goes by what was stored FRESH_S ago or later, by the steady clock `now`.
    """
    client, phc = _remembered(database, now).get(name, (None, None))
    if client is None or not phc or not database.verified_passwords.knows(password, phc):
        return None
    return client if client.may_ask_from(address) else None


@dataclass(slots=True)
class _Found:
    """Clients and password hashes by name, as of a version of the database; `since` when, if a clock was at hand."""

    version: int
    clients: dict[str, tuple[Client, str]]
    since: float | None


def _remembered(database: Database, now: float | None = None) -> dict[str, tuple[Client, str]]:
    """Return clients and password hashes by name, read anew if anything was written since this thread asked last.

    With `now`, what this thread found no more than FRESH_S ago will do.
    """
    held: _Found | None = getattr(database.remembered, "clients", None)
    if held is not None and now is not None and held.since is not None and now - held.since < FRESH_S:
        return held.clients
    (version,) = database.driver().execute("PRAGMA data_version").fetchone()
    if held is not None and held.version == version:
        held.since = now
        return held.clients
    # Whatever is written from here on changes the version, so that the next call reads again.
    with database.read() as connection:
        found = {row.name: (_client(row), str(row.password)) for row in connection.execute(select(CLIENTS))}
    database.remembered.clients = _Found(version, found, now)
    return found


def known_by(database: Database, address: str) -> Client | None:
    """Return the client without a password that this IP address belongs to: of several the one of the smallest network.

    Of equally small ones the first by name.
    """
    bare = sorted((client for client, phc in _remembered(database).values() if not phc), key=attrgetter("name"))
    found = [(most_narrow(client.addresses, address), client) for client in bare]
    narrowest, client = max(found, key=itemgetter(0), default=(-1, None))
    return client if narrowest >= 0 else None


def without_password(database: Database) -> frozenset[int]:
    """Return the ids of the clients that are known by their addresses alone."""
    return frozenset(client.id for client, phc in _remembered(database).values() if not phc)


def remove(database: Database, name: str) -> None:
    """Remove the client; raises NotFound."""
    with database.write() as connection:
        if connection.execute(delete(CLIENTS).where(CLIENTS.c.name == name)).rowcount == 0:
            raise NotFound(f"there is no client named {name!r}")


def _values(client: Client) -> dict[str, str | int]:
    return {
        "preset": client.preset,
        "source_ids": json.dumps(sorted(client.source_ids)),
        "fields": grants.to_text(client.fields),
        "base_dn": client.base_dn,
        "location": location_to_json(client.location),
        "shared_numbers": client.shared_numbers.value,
        "called_view": json.dumps(sorted(client.called_view)),
        "addresses": json.dumps(client.addresses),
        "number_format": client.number_format.value,
        "result_limit": client.result_limit,
        "templates": json.dumps(client.templates, ensure_ascii=False),
    }


def _client(row: Row[Any]) -> Client:
    return Client(
        id=row.id,
        name=row.name,
        preset=row.preset,
        source_ids=frozenset(json.loads(row.source_ids)),
        fields=grants.from_text(row.fields),
        base_dn=row.base_dn,
        location=location_from_json(row.location),
        shared_numbers=SharedNumbers(row.shared_numbers),
        called_view=frozenset(json.loads(row.called_view)),
        addresses=tuple(json.loads(row.addresses)),
        number_format=NumberFormat(row.number_format),
        result_limit=row.result_limit,
        templates=tuple((name, text) for name, text in json.loads(row.templates)),
    )
