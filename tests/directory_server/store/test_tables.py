from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contact import Contact
from directory_server.store import admins, contacts, grants, keys, runs, sequence, settings, sources, states
from directory_server.store.change import Change
from directory_server.store.contact_json import contact_to_json
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken, NotFound
from directory_server.store.rows import FieldGroup, Grant, Location, RunState
from directory_server.store.staging import staging
from directory_server.vault.errors import SealBroken, SealedWithOtherKey
from directory_server.vault.vault import Vault

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MUNICH = Location("DE", "89", "12345", 3, "0")
CANARY = "canary-secret-7461"


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(bytes(32)))
    yield opened
    opened.close()


@pytest.fixture
def crm(database):
    return sources.add(database, "crm", "odbc", {"table": "people"}, secrets={"password": CANARY}, location=MUNICH)


def store(database, source, names, at=NOW):
    changes = [Change(key, contact_to_json(Contact(company=name)), "{}", b"r", b"c") for key, name in names.items()]
    with staging(database) as stage:
        stage.put(changes)
        with stage.apply(source.id, at):
            pass


def bytes_on_disk(database):
    return b"".join(path.read_bytes() for path in database.path.parent.glob("contactory.sqlite*"))


def test_a_source_comes_back_as_it_was_added(database, crm):
    assert sources.by_name(database, "crm") == crm
    assert (crm.type, crm.settings, crm.location, crm.mapping, crm.priority) == (
        *("odbc", {"table": "people"}, MUNICH),
        *(None, 100),
    )
    other = sources.add(database, "ad", "ldap", {}, mapping={"company": "o"}, priority=5)
    assert sources.all(database) == [other, crm]
    assert other.mapping == {"company": "o"}


def test_a_sources_secret_is_sealed_and_only_its_settings_open_it(database, crm):
    assert sources.settings_of(database, crm) == {"table": "people", "password": CANARY}
    assert sources.secret_names(database, crm) == ["password"]
    assert CANARY not in repr(crm)
    assert CANARY.encode() not in bytes_on_disk(database)


def test_a_secret_moved_to_another_source_does_not_open(database, crm):
    other = sources.add(database, "other", "odbc", {}, secrets={"password": "x"})
    with database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE source_secrets SET sealed = (SELECT sealed FROM source_secrets WHERE source_id = ?)"
            " WHERE source_id = ?",
            (crm.id, other.id),
        )
    with pytest.raises(SealBroken):
        sources.settings_of(database, other)


def test_another_master_key_opens_no_secret(database, crm):
    stranger = Database.open(database.path, Vault(b"x" * 32))
    with pytest.raises(SealedWithOtherKey):
        sources.settings_of(stranger, crm)
    stranger.close()


def test_names_of_sources_are_taken_once(database, crm):
    with pytest.raises(NameTaken):
        sources.add(database, "crm", "csv", {})
    with pytest.raises(NotFound, match="no source named 'nix'"):
        sources.by_name(database, "nix")


def test_a_fingerprint_follows_settings_and_secrets(database, crm):
    first = sources.fingerprint(database, crm)
    assert sources.fingerprint(database, crm) == first
    sources.remove(database, crm, NOW)
    same_but_secret = sources.add(database, "crm", "odbc", {"table": "people"}, secrets={"password": "other"})
    assert sources.fingerprint(database, same_but_secret) != first


def test_a_removed_source_leaves_nothing_but_deleted_contacts(database, crm):
    store(database, crm, {"1": "A", "2": "B"})
    grants.put(database, crm, "all", FieldGroup)
    before = contacts.last_sequence(database)
    assert sources.remove(database, crm, NOW) == 2
    assert sources.all(database) == []
    assert grants.all(database) == []
    gone = contacts.changed_since(database, before, 10)
    assert [(item.key, item.deleted) for item in gone] == [("1", NOW), ("2", NOW)]
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM source_secrets").scalar() == 0
    again = sources.add(database, "crm", "csv", {})
    assert again.id != crm.id


def test_a_changed_source_is_kept(database, crm):
    first, secrets = sources.fingerprint(database, crm), sources.secret_names(database, crm)
    changed = replace(crm, mapping={"company": "Firma"}, location=Location("AT"), priority=7)
    sources.change(database, changed)
    assert sources.by_id(database, crm.id) == changed
    assert (sources.fingerprint(database, changed), sources.secret_names(database, crm)) == (first, secrets)
    sources.change(database, crm, settings={"table": "other"}, secrets={"pin": "1"})
    new = sources.by_name(database, crm.name)
    assert (new.settings, new.mapping, new.location) == ({"table": "other"}, crm.mapping, crm.location)
    assert sources.settings_of(database, new) == {"table": "other", "pin": "1"}
    assert sources.fingerprint(database, new) != first
    sources.remove(database, crm, NOW)
    assert sources.by_id(database, crm.id) is None
    with pytest.raises(NotFound):
        sources.change(database, crm)


def test_contacts_are_found_by_id_key_and_change(database, crm):
    store(database, crm, {str(number): f"N{number}" for number in range(2000)})
    page = contacts.changed_since(database, 0, 1500)
    rest = contacts.changed_since(database, page[-1].sequence, 1500)
    assert [item.key for item in (*page, *rest)] == [str(number) for number in range(2000)]
    assert contacts.last_sequence(database) == rest[-1].sequence
    by_id = contacts.by_ids(database, [item.id for item in page] + [10**9])
    assert by_id == {item.id: item for item in page}
    assert contacts.by_key(database, crm.id, "7") == page[7]
    assert contacts.by_key(database, crm.id, "nix") is None
    assert contacts.counts(database) == {crm.id: 2000}


def test_a_restaged_key_counts_once_and_the_last_wins(database, crm):
    with staging(database) as stage:
        stage.put(
            [
                Change("1", '{"company":"A"}', "{}", b"r", b"c"),
                Change("1", '{"company":"B"}', "{}", b"r", b"c", again=True),
            ]
        )
        stage.put([Change("2", '{"company":"C"}', "{}", b"r", b"c"), Change("2", None, None, None, None, again=True)])
        with stage.apply(crm.id, NOW):
            pass
    assert [item.contact.company for item in contacts.changed_since(database, 0, 10)] == ["B"]


def test_a_failure_while_applying_changes_nothing(database, crm):
    def fail():
        with staging(database) as stage:
            stage.put([Change("1", "{}", "{}", b"r", b"c")])
            with stage.apply(crm.id, NOW):
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert contacts.changed_since(database, 0, 10) == []
    assert contacts.last_sequence(database) == 0


def test_what_was_purged_is_told_to_followers(database, crm):
    store(database, crm, {"1": "A"})
    sources.remove(database, crm, NOW)
    last = contacts.last_sequence(database)
    assert sequence.purged(database) == 0
    with database.write() as connection:
        assert contacts.purge(connection, NOW) == 0
        assert contacts.purge(connection, NOW + timedelta(seconds=1)) == 1
    assert sequence.purged(database) == last
    assert contacts.last_sequence(database) == last


def test_a_state_comes_back(database, crm):
    assert states.of(database, crm.id) is None
    for state in ({"at": 1}, {"at": [2, None, "ü"]}):
        saved = states.SavedState("f", "m", state)
        with database.write() as connection:
            states.put(connection, crm.id, saved)
        assert states.of(database, crm.id) == saved


def test_runs_are_history(database, crm):
    for state, started in ((RunState.DONE, NOW), (RunState.FAILED, NOW + timedelta(hours=1))):
        with database.write() as connection:
            runs.add(connection, crm.id, started=started, seconds=1.5, state=state, counts={"created": 2}, reason="x")
    assert [run.state for run in runs.of(database, crm.id)] == [RunState.FAILED, RunState.DONE]
    assert runs.latest(database)[crm.id].state is RunState.FAILED
    assert runs.latest(database, RunState.DONE)[crm.id].started == NOW
    assert len(runs.of(database, crm.id, limit=1)) == 1


def test_a_grant_is_replaced_and_taken_back(database, crm):
    grants.put(database, crm, "g1", FieldGroup)
    narrow = grants.put(database, crm, "g1", {FieldGroup.NAME})
    assert grants.all(database) == [narrow] == [Grant(crm.id, "g1", frozenset({FieldGroup.NAME}))]
    grants.remove(database, crm, "g1")
    assert grants.all(database) == []
    with pytest.raises(NotFound):
        grants.remove(database, crm, "g1")


def test_an_admin_redeems_a_code_once(database):
    code = admins.new_code()
    admins.invite(database, "anna", code, NOW)
    assert [(admin.name, admin.invited) for admin in admins.all(database)] == [("anna", True)]
    assert not admins.redeem(database, "anna", admins.new_code(), "pass word")
    assert not admins.redeem(database, "nobody", code, "pass word")
    assert not admins.verify(database, "anna", "pass word")
    assert admins.redeem(database, "anna", code.lower().replace("-", " "), "pass word")
    assert not admins.redeem(database, "anna", code, "other")
    assert admins.verify(database, "anna", "pass word")
    assert not admins.verify(database, "anna", "other")
    assert not admins.verify(database, "nobody", "pass word")
    with pytest.raises(NameTaken):
        admins.invite(database, "anna", code, NOW)
    assert code.encode() not in bytes_on_disk(database)


def test_keys_are_sealed(database):
    assert keys.get(database, "identity") is None
    keys.put(database, "identity", b"old")
    keys.put(database, "identity", CANARY.encode())
    assert keys.get(database, "identity") == CANARY.encode()
    assert keys.names(database) == ["identity"]
    assert CANARY.encode() not in bytes_on_disk(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE keys SET name = 'moved'")
    with pytest.raises(SealBroken):
        keys.get(database, "moved")
    keys.remove(database, "moved")
    assert keys.names(database) == []


def test_settings_hold_json(database):
    assert settings.get(database, "relay") is None
    for value in ({"tid": "ü"}, [1, None], "x", None):
        settings.put(database, "relay", value)
        assert settings.get(database, "relay") == value
    settings.remove(database, "relay")
    assert settings.get(database, "relay") is None
