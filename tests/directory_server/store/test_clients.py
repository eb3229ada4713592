from dataclasses import replace

import pytest

from directory_server.store import clients
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken, NotFound
from directory_server.store.rows import FieldGroup, Location, SharedNumbers
from directory_server.vault.vault import Vault

MUNICH = Location("DE", "89", "12345", 3, "0")


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(bytes(32)))
    yield opened
    opened.close()


def add_client(database, name="sbc", password="right"):
    return clients.add(
        database,
        name,
        password,
        preset="audiocodes",
        source_ids=[2, 1],
        fields={FieldGroup.NAME},
        base_dn="dc=contacts",
        location=MUNICH,
    )


def test_a_client_is_verified_by_its_password_only(database):
    added = add_client(database)
    assert clients.by_name(database, "sbc") == added
    assert clients.all(database) == [added]
    assert added.source_ids == {1, 2}
    for _ in range(2):  # the second time from memory
        assert clients.verify(database, "sbc", "right") == added
        assert clients.verify(database, "sbc", "wrong") is None
    assert clients.verify(database, "sbc", "") is None
    assert clients.verify(database, "nobody", "right") is None
    assert clients.verify(database, "nobody", "") is None


def test_a_changed_client_is_kept(database):
    added = add_client(database)
    changed = replace(
        added, source_ids=frozenset({7}), fields=frozenset(FieldGroup), location=Location("AT"), preset="snom",
        shared_numbers=SharedNumbers.COMPANY, called_view=frozenset({3, 1}),
    )  # fmt: skip
    clients.change(database, changed)
    assert clients.by_name(database, "sbc") == changed
    assert clients.verify(database, "sbc", "right") == changed
    clients.change(database, changed, "new")
    assert clients.verify(database, "sbc", "right") is None
    assert clients.verify(database, "sbc", "new") == changed
    with pytest.raises(ValueError, match="empty"):
        clients.change(database, added, "")
    clients.remove(database, "sbc")
    with pytest.raises(NotFound):
        clients.change(database, changed)


def test_a_removed_or_replaced_client_no_longer_binds(database):
    add_client(database)
    assert clients.verify(database, "sbc", "right")
    clients.remove(database, "sbc")
    assert clients.verify(database, "sbc", "right") is None
    add_client(database, password="new")
    assert clients.verify(database, "sbc", "right") is None
    with pytest.raises(NotFound):
        clients.remove(database, "nobody")
    with pytest.raises(NotFound):
        clients.by_name(database, "nobody")
    with pytest.raises(NameTaken):
        add_client(database)
