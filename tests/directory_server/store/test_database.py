import json
import sqlite3
import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.store import (  # noqa: F401 - each registers its table
    admins,
    clients,
    contacts,
    grants,
    keys,
    runs,
    settings,
    sources,
    states,
    tokens,
)
from directory_server.store import database as database_module
from directory_server.store.contact_json import contact_to_json, fingerprint
from directory_server.store.database import Database
from directory_server.store.errors import NotADatabase, SchemaTooNew
from directory_server.store.rows import SharedNumbers
from directory_server.store.schema import METADATA, REVISION
from directory_server.vault.vault import Vault

VAULT = Vault(bytes(32))


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", VAULT)
    yield opened
    opened.close()


def test_the_migrations_make_exactly_the_tables_the_code_names(database):
    with database.read() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert difference == []


def test_the_revision_is_the_newest_migration():
    migrations = ScriptDirectory(database_module.__file__.replace("database.py", "migrations"))
    assert migrations.get_heads() == [REVISION]


def test_it_is_opened_as_the_design_says(database):
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "page_size")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "page_size": 8192,
    }
    assert database.path.stat().st_mode & 0o777 == 0o600


def test_opening_again_keeps_everything(database):
    settings.put(database, "a", 1)
    again = Database.open(database.path, VAULT)
    assert settings.get(again, "a") == 1
    again.close()


def test_a_newer_schema_is_refused_and_left_alone(database):
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="9999"):
        Database.open(database.path, VAULT)
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "contactory.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(NotADatabase):
        Database.open(path, VAULT)


def test_several_processes_may_open_a_new_one_at_once(tmp_path):
    code = (
        "import sys; from pathlib import Path; from directory_server.store.database import Database;"
        "from directory_server.store import settings; from directory_server.vault.vault import Vault;"
        "d = Database.open(Path(sys.argv[1]), Vault(bytes(32))); settings.put(d, sys.argv[2], 1); d.close()"
    )
    path = tmp_path / "contactory.sqlite"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path), str(number)]) for number in range(4)]
    assert [process.wait(40) for process in started] == [0, 0, 0, 0]
    database = Database.open(path, VAULT)
    assert [settings.get(database, str(number)) for number in range(4)] == [1, 1, 1, 1]
    database.close()


def test_a_write_that_raises_changes_nothing(database):
    def fail():
        with database.write() as connection:
            connection.execute(text("INSERT INTO settings (name, value) VALUES ('a', '1')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert settings.get(database, "a") is None


def test_a_read_sees_one_state_while_others_write(database):
    settings.put(database, "a", 1)
    with database.read() as connection:
        before = connection.execute(text("SELECT value FROM settings")).scalar()
        settings.put(database, "a", 2)
        assert connection.execute(text("SELECT value FROM settings")).scalar() == before
    assert settings.get(database, "a") == 2


def test_what_is_written_on_a_reading_connection_is_not_kept(database):
    with database.read() as connection:
        connection.execute(text("INSERT INTO settings (name, value) VALUES ('a', '1')"))
    assert settings.get(database, "a") is None


def test_the_driver_connection_reads_only(database):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.driver().execute("DELETE FROM settings")


def test_each_thread_has_its_own_driver_connection(database):
    mine, others = database.driver(), []
    thread = threading.Thread(target=lambda: others.append(database.driver()))
    thread.start()
    thread.join()
    assert others[0] is not mine
    assert database.driver() is mine


def test_closing_twice_is_fine(database):
    database.driver()
    database.close()
    database.close()


def test_repr_carries_no_secret(database):
    assert repr(database) == f"<Database {database.path}>"


def test_contacts_of_an_older_schema_are_written_as_contacts_are_now(tmp_path, monkeypatch):
    path = tmp_path / "contactory.sqlite"
    monkeypatch.setattr(database_module, "REVISION", "0004")
    Database.open(path, VAULT).close()
    marks = "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028\U0001f600'
    old = {
        "given_name": "Jörg", "notes": marks, "birthday": "1970-01-01",
        "phones": [["work", "1"], ["home", "2", "Fax"]], "emails": [["work", "a@x"], ["home", "b@x"]],
        "addresses": [["home", "", "", "Ulm", "", ""]], "custom": [["nr", "9"]],
    }  # fmt: skip
    with sqlite3.connect(path) as plain:
        plain.execute(
            "INSERT INTO contacts VALUES (1, 1, 'k', 1, '2026-01-01', '2026-01-01', NULL, x'00', x'00', ?, '{}')",
            (json.dumps(old, ensure_ascii=False),),
        )
    plain.close()
    monkeypatch.undo()
    opened = Database.open(path, VAULT)
    contact = Contact(
        given_name="Jörg", notes=marks, birthday="1970-01-01", custom=(("nr", "9"),),
        phones=(Phone(PhoneKind.WORK, "1"), Phone(PhoneKind.HOME, "2", "Fax")),
        emails=(Email("a@x"), Email("b@x", PlaceKind.HOME)), addresses=(Address(PlaceKind.HOME, city="Ulm"),),
    )  # fmt: skip
    text = contact_to_json(contact)
    assert opened.driver().execute("SELECT contact, contact_hash FROM contacts").fetchall() == [
        (text, fingerprint(text))
    ]
    opened.close()


def test_clients_of_the_first_schema_are_kept(tmp_path, monkeypatch):
    path = tmp_path / "contactory.sqlite"
    monkeypatch.setattr(database_module, "REVISION", "0001")
    Database.open(path, VAULT).close()
    with sqlite3.connect(path) as plain:
        plain.execute("INSERT INTO clients VALUES (1, 'sbc', 'generic', '[3]', 'name', 'dc=x', '{}', 'hash')")
    plain.close()
    monkeypatch.undo()
    opened = Database.open(path, VAULT)
    kept = clients.by_name(opened, "sbc")
    assert (kept.source_ids, kept.shared_numbers, kept.called_view) == ({3}, SharedNumbers.PRIORITY, frozenset())
    opened.close()
