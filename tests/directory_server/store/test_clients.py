import itertools
from dataclasses import replace

import pytest

from directory_server.store import clients
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken, NotFound
from directory_server.store.rows import Client, FieldGroup, Location, NumberFormat, SharedNumbers
from directory_server.vault.vault import Vault

MUNICH = Location("DE", "89", "12345", 3, "0")
HERE = "10.0.0.7"


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(bytes(32)))
    yield opened
    opened.close()


def add_client(database, name="sbc", password="right"):
    return clients.add(database, client(name), password)


def client(name="sbc", **changes):
    seen = frozenset({2, 1}), frozenset({FieldGroup.NAME})
    return replace(Client(0, name, "audiocodes", *seen, "dc=contacts", MUNICH), **changes)


def test_a_client_is_verified_by_its_password_only(database):
    added = add_client(database)
    assert clients.by_name(database, "sbc") == added
    assert clients.all(database) == [added]
    assert added.source_ids == {1, 2}
    for _ in range(2):  # the second time from memory
        assert clients.verify(database, "sbc", "right", HERE) == added
        assert clients.verify(database, "sbc", "wrong", HERE) is None
    assert clients.verify(database, "sbc", "", HERE) is None
    assert clients.verify(database, "nobody", "right", HERE) is None
    assert clients.verify(database, "nobody", "", HERE) is None


def test_a_changed_client_is_kept(database):
    added = add_client(database)
    changed = replace(
        added, source_ids=frozenset({7}), fields=frozenset(FieldGroup), location=Location("AT"), preset="snom",
        shared_numbers=SharedNumbers.COMPANY, called_view=frozenset({3, 1}), addresses=("10.0.0.0/8", "fd00::/8"),
        number_format=NumberFormat.READABLE, result_limit=50, templates=(("displayName", "{name} ({company})"),),
    )  # fmt: skip
    clients.change(database, changed)
    assert clients.by_name(database, "sbc") == changed
    assert clients.verify(database, "sbc", "right", HERE) == changed
    clients.change(database, changed, "new")
    assert clients.verify(database, "sbc", "right", HERE) is None
    assert clients.verify(database, "sbc", "new", HERE) == changed
    with pytest.raises(ValueError, match="empty"):
        clients.change(database, added, "")
    clients.remove(database, "sbc")
    with pytest.raises(NotFound):
        clients.change(database, changed)


def test_a_removed_or_replaced_client_no_longer_binds(database):
    add_client(database)
    assert clients.verify(database, "sbc", "right", HERE)
    clients.remove(database, "sbc")
    assert clients.verify(database, "sbc", "right", HERE) is None
    add_client(database, password="new")
    assert clients.verify(database, "sbc", "right", HERE) is None
    with pytest.raises(NotFound):
        clients.remove(database, "nobody")
    with pytest.raises(NotFound):
        clients.by_name(database, "nobody")
    with pytest.raises(NameTaken):
        add_client(database)


def test_a_client_is_verified_only_where_it_may_ask_from(database):
    clients.add(database, client(addresses=("10.0.0.0/24", "fd00::/8")), "right")
    for address in ("10.0.0.7", "::ffff:10.0.0.7", "fd00::1", "fd00::1%eth0"):
        assert clients.verify(database, "sbc", "right", address)
        assert clients.verify(database, "sbc", "wrong", address) is None
    for address in ("10.0.1.7", "::ffff:10.0.1.7", "fe80::1", "", "?"):
        assert clients.verify(database, "sbc", "right", address) is None


def test_a_client_without_a_password_is_known_by_the_smallest_of_its_networks(database):
    for name, networks in (("b", ("10.0.0.0/8", "fd00::/8")), ("a", ("10.0.0.0/8",)), ("c", ("10.1.0.0/16",))):
        clients.add(database, client(name, addresses=networks), None)
    clients.add(database, client("d", addresses=("10.1.2.3/32",)), "secret")
    known = {
        address: clients.known_by(database, address) for address in ("10.9.9.9", "10.1.2.3", "fd00::1", "::1", "x")
    }
    assert {address: one.name if one else None for address, one in known.items()} == {
        "10.9.9.9": "a", "10.1.2.3": "c", "fd00::1": "b", "::1": None, "x": None,
    }  # fmt: skip
    for password in ("", "x"):
        assert clients.verify(database, "a", password, "10.9.9.9") is None


def test_a_client_has_a_password_or_an_address(database):
    with pytest.raises(ValueError, match="needs addresses"):
        clients.add(database, client(), None)
    bare = clients.add(database, client(addresses=("10.0.0.0/8",)), None)
    with pytest.raises(ValueError, match="needs addresses"):
        clients.change(database, replace(bare, addresses=()))
    clients.change(database, replace(bare, addresses=()), "secret")
    assert clients.verify(database, "sbc", "secret", HERE)
    assert clients.known_by(database, HERE) is None


def test_only_a_password_found_right_before_is_right_again_at_once(database):
    added = clients.add(database, client(addresses=("10.0.0.0/8",)), "right")
    moments = itertools.count(step=2 * clients.FRESH_S)

    def again(name, password, address):
        return clients.verify_again(database, name, password, address, next(moments))

    asked = "sbc", "right", HERE
    assert again(*asked) is None
    assert clients.verify(database, *asked) == again(*asked) == added
    for other in (("sbc", "wrong", HERE), ("sbc", "", HERE), ("x", "right", HERE), ("sbc", "right", "::1")):
        assert again(*other) is None
    changed = replace(added, preset="snom")
    clients.change(database, changed)
    assert again(*asked) == changed
    clients.change(database, changed, "new")
    assert again(*asked) is None
    clients.remove(database, "sbc")
    assert again("sbc", "new", HERE) is None
    bare = clients.add(database, client(addresses=("10.0.0.0/8",)), None)
    assert again(bare.name, "", HERE) is None


def test_a_change_counts_after_a_moment_however_often_is_asked(database):
    clients.add(database, client(), "right")
    asked = "sbc", "right", HERE
    assert clients.verify(database, *asked)
    assert clients.verify_again(database, *asked, 7.0)
    clients.remove(database, "sbc")
    seen = [clients.verify_again(database, *asked, 7.0 + at / 1000) is not None for at in range(200)]
    assert seen == [True] * seen.count(True) + [False] * seen.count(False)
    assert 45 <= seen.count(True) <= 51
    assert clients.verify(database, *asked) is None
