"""Contacts by their change: the rows an index is built from."""

from datetime import UTC, datetime

import pytest

from connectors.contact import Contact
from directory_server.store import contacts, moment, sources
from directory_server.store.change import Change
from directory_server.store.contact_json import contact_from_json, contact_to_json
from directory_server.store.database import Database, driver_of
from directory_server.store.staging import staging
from directory_server.vault.vault import Vault

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(bytes(32)))
    yield opened
    opened.close()


def store(database, source, changes):
    with staging(database) as stage:
        stage.put(changes)
        with stage.apply(source.id, NOW):
            pass


def test_raw_rows_say_what_the_parsed_contacts_say(database):
    crm = sources.add(database, "crm", "csv", {})
    store(
        database,
        crm,
        [Change(str(number), contact_to_json(Contact(company=f"N{number}")), "{}", b"r", b"c") for number in range(30)],
    )
    store(database, crm, [Change("7", None, None, None, None), Change("3", '{"company":"new"}', "{}", b"x", b"y")])
    parsed = contacts.changed_since(database, 0, 100)
    rows = contacts.rows_since(database, 0, 20)
    assert [row[3] for row in rows] == [stored.sequence for stored in parsed[:20]]
    rows += contacts.rows_since(database, rows[-1][3], 20)
    assert contacts.rows_since(database, rows[-1][3], 20) == []
    assert [
        (
            *(identity, source_id, key, number, contact_from_json(contact), moment.from_text(changed)),
            deleted and moment.from_text(deleted),
        )
        for identity, source_id, key, number, contact, changed, deleted in rows
    ] == [(*(one.id, one.source_id, one.key, one.sequence, one.contact, one.changed), one.deleted) for one in parsed]
    assert [row[2] for row in rows if row[6]] == ["7"]


def test_what_is_known_are_both_hashes_byte_for_byte_and_nothing_of_deleted_contacts(database):
    crm, other = sources.add(database, "crm", "csv", {}), sources.add(database, "other", "csv", {})
    hashes = {f"k{at}": (bytes([at, 0, *range(242, 256)]), bytes([0, at, *range(14)])) for at in range(256)}
    store(database, crm, [Change(key, "{}", "{}", one, two) for key, (one, two) in hashes.items()])
    store(database, other, [Change("k1", "{}", "{}", b"r" * 16, b"c" * 16)])
    store(database, crm, [Change("k7", None, None, None, None)])
    assert contacts.known(database, crm.id) == {
        key: b"" if key == "k7" else one + two for key, (one, two) in hashes.items()
    }
    assert list(contacts.known(database, crm.id)) == list(hashes), "in the order in which they came"


def test_a_purge_looks_at_deleted_contacts_only(database):
    asked: list[str] = []
    with database.write() as connection:
        driver = driver_of(connection)
        driver.set_trace_callback(asked.append)
        contacts.purge(connection, NOW)
        driver.set_trace_callback(None)
        of_contacts = [query for query in asked if "contacts" in query]
        plans = [str(driver.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()) for query in of_contacts]
    assert len(plans) == 2
    assert all("contacts_deleted" in plan for plan in plans)


@pytest.mark.parametrize("number", [0, -1, -(2**63), -(2**63) - 1, 2**63 - 1, 2**63, 2**200])
def test_an_id_that_no_contact_can_have_is_an_unknown_one(database, number):
    crm = sources.add(database, "crm", "csv", {})
    store(database, crm, [Change("1", contact_to_json(Contact(company="N")), "{}", b"r", b"c")])
    (known,) = contacts.changed_since(database, 0, 1)
    assert set(contacts.by_ids(database, [number, known.id])) == {known.id}
