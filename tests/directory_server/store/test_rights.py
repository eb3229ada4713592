"""Rights are read again whenever the store was written, by this process or another, and only then."""

import threading
from pathlib import Path

import pytest

from directory_server.store import grants, preferences, rights, settings, sources
from directory_server.store.database import Database
from directory_server.store.rows import FieldGroup
from directory_server.vault.vault import Vault


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(bytes(32)))
    yield opened
    opened.close()


def test_they_are_read_once_while_nothing_is_written(database):
    assert rights.current(database) is rights.current(database)
    settings.put(database, "other", 1)
    first = rights.current(database)
    assert rights.current(database) is first


@pytest.mark.parametrize("elsewhere", [False, True])
def test_every_change_is_seen_at_once(database, elsewhere):
    writer = Database.open(Path(database.path), Vault(bytes(32))) if elsewhere else database
    assert rights.current(database) == rights.Rights((), {}, {})
    crm = sources.add(writer, "crm", "csv", {})
    assert rights.current(database).sources == (crm,)
    held = grants.put(writer, crm, "g", {FieldGroup.NAME})
    everyone = grants.put(writer, crm, "all", FieldGroup)
    assert rights.current(database).grants == {"g": (held,), "all": (everyone,)}
    preferences.put(writer, "notes", ("crm",))
    assert rights.current(database).preferred == {"notes": ("crm",)}
    grants.remove(writer, crm, "g")
    preferences.remove(writer, "notes")
    assert rights.current(database) == rights.Rights((crm,), {"all": (everyone,)}, {})
    if elsewhere:
        writer.close()


def test_every_thread_sees_them(database):
    rights.current(database)
    seen = []
    crm = sources.add(database, "crm", "csv", {})
    thread = threading.Thread(target=lambda: seen.append(rights.current(database).sources))
    thread.start()
    thread.join()
    assert seen == [(crm,)]
    database.close()
    assert rights.current(database).sources == (crm,)
