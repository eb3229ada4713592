"""A small directory in a temporary folder: contacts put straight into the real store, and the real index over it."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.index import Index
from directory_server.directory.scope import Scope
from directory_server.directory.view import View
from directory_server.store import sequence, sources
from directory_server.store.contact_json import contact_to_json, fingerprint
from directory_server.store.database import Database, driver_of
from directory_server.store.rows import Client, FieldGroup, Location, SharedNumbers, Source
from directory_server.vault.vault import Vault

EVERYTHING = frozenset(FieldGroup)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def named(name: str, number: str = "0171 2345678") -> Contact:
    return Contact(display_name=name, phones=(Phone(PhoneKind.WORK, number),))


class World:
    """Use as a context manager; `put` and `delete` change the store and let the index follow."""

    _changes = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database.open(folder / "contactory.sqlite", Vault(secrets.token_bytes(32)))
        self.index = Index.open(folder / "index", self.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()
        self.database.close()

    def source(self, name: str, location: Location | None = None, priority: int = 100) -> Source:
        return sources.add(self.database, name, "csv", {}, location=location, priority=priority)

    def put(self, source: Source, contacts: Mapping[str, Contact], *, follow: bool = True) -> None:
        """Write contacts by key: new ones as of MOMENT, changed ones as of a later one."""
        self._changes += 1
        later = MOMENT + timedelta(hours=self._changes)
        with self.database.write() as connection:
            first = sequence.reserve(connection, len(contacts))
            driver_of(connection).executemany(
                "INSERT INTO contacts (source_id, key, sequence, first_seen, changed, record_hash, contact_hash,"
                " contact, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}')"
                " ON CONFLICT (source_id, key) DO UPDATE SET sequence = excluded.sequence, deleted = NULL,"
                " changed = CASE WHEN contact = excluded.contact THEN changed ELSE ? END,"
                " contact = excluded.contact, contact_hash = excluded.contact_hash",
                [
                    (source.id, key, first + at + 1, MOMENT.isoformat(), MOMENT.isoformat(), b"",
                     fingerprint(contact_to_json(contact)), contact_to_json(contact), later.isoformat())
                    for at, (key, contact) in enumerate(contacts.items())
                ],
            )  # fmt: skip
        if follow:
            self.index.follow()

    def delete(self, source: Source, keys: Iterable[str], *, follow: bool = True) -> None:
        wanted = list(keys)
        with self.database.write() as connection:
            first = sequence.reserve(connection, len(wanted))
            driver_of(connection).executemany(
                "UPDATE contacts SET deleted = ?, sequence = ? WHERE source_id = ? AND key = ?",
                [(MOMENT.isoformat(), first + at + 1, source.id, key) for at, key in enumerate(wanted)],
            )
        if follow:
            self.index.follow()

    def keys(self, text: str) -> set[str]:
        """Return the keys of the contacts that everybody's view finds, 50 at most."""
        return {listing.key for listing in self.view().listings(text, 50)}

    def view(
        self,
        fields: Mapping[int, frozenset[FieldGroup]] | None = None,
        location: Location | None = None,
        shared_numbers: SharedNumbers = SharedNumbers.PRIORITY,
        client: Client | None = None,
    ) -> View:
        """Return a view of these field groups by source id; of everything without. `client` is who is shown it."""
        known = sources.all(self.database)
        scope = Scope(dict.fromkeys((source.id for source in known), EVERYTHING) if fields is None else dict(fields))
        here = client.location if client else location or Location("DE")
        return View(self.index, scope, known, here, shared_numbers=shared_numbers, client=client)
