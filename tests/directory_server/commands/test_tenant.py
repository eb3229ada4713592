import time
from contextlib import closing
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.fronts.uplink import tenant
from directory_server.store.database import Database
from directory_server.vault import master_key
from directory_server.vault.vault import Vault
from relay_cloud.wire import credential


@pytest.fixture
def registered(line):
    """Return the tenant registered in the command line's data folder."""
    with closing(Database.open(line.data / "contactory.sqlite", Vault(master_key.load(line.data)))) as database:
        registrar, now = ec.generate_private_key(ec.SECP256R1()), int(time.time())
        print_ = tenant.fingerprint(tenant.identity_key(database))
        made = tenant.Tenant(
            tid=UUID(int=7), relay="https://relay.example", registrar="https://relay.example",
            authority="https://login.example", client_id="a", epoch=1, audiences=frozenset(("a",)), clients=frozenset(),
            credential=credential.issue(registrar, tid=UUID(int=7), thumbprint=print_, epoch=1, now=now),
        )  # fmt: skip
        tenant.save(database, made)
    return made


def test_without_a_registration_it_says_what_to_do(line):
    assert "tenant register" in line.refused("tenant", "strict", "on")


def test_strictness_is_kept_and_shown(line, registered):
    assert line.ok("tenant", "status")["strict"] is False
    assert line.ok("tenant", "strict", "on")["strict"] is True
    shown = line.ok("tenant", "status")
    assert (shown["strict"], shown["tid"], shown["epoch"]) == (True, str(registered.tid), registered.epoch)
    assert "Only the tab is answered." in line.run("tenant", "status").out
    assert line.ok("tenant", "strict", "off")["strict"] is False
    assert "bot" in line.run("tenant", "status").out


def test_other_words_are_wrong_usage(line, registered):
    assert line.run("tenant", "strict", "perhaps").code == 2
