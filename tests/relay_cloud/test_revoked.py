"""Revoked registrations: the list, how it is followed, and the processes that obey it."""

import asyncio
import logging
import time
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud.revoked import Revoked
from relay_cloud.wire import base64url, credential, es256, revocations
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.revocations import Revocations, RevocationsRefused
from tests.fakes.uplinked import TID, Identity, uplinked
from tests.relay_cloud.test_main import contact_relay
from tests.relay_cloud.test_registrar_route import IK, KEY
from tests.servers.registrar import RegistrarProcess
from tests.servers.relay import Relay

pytestmark = pytest.mark.anyio

REGISTRAR, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (71, 72))
tenants = st.integers(0, 3).map(lambda number: UUID(int=number))
lists = st.builds(Revocations, st.integers(1, 9), st.dictionaries(tenants, st.integers(1, 99)))
credentials = st.builds(Credential, tenants, st.just("t"), st.integers(0, 99), st.just(0), st.just(0))


@given(st.lists(lists, max_size=5), lists, credentials)
def test_a_list_only_takes_away(before: list[Revocations], later: Revocations, held: Credential) -> None:
    known = Revocations()
    for one in before:
        known = known.follow(one)
    after = known.follow(later)
    newer = later.seq > known.seq
    assert after.seq == max(known.seq, later.seq)
    assert after.revoke(held) == (known.revoke(held) or (newer and later.revoke(held)))


@given(lists)
def test_a_signed_list_says_what_was_signed(one: Revocations) -> None:
    text = revocations.issue(REGISTRAR, one, 1)
    assert revocations.check(text, REGISTRAR.public_key()) == one
    with pytest.raises(RevocationsRefused):
        revocations.check(text, OTHER.public_key())


def test_a_credential_is_no_list_and_a_list_no_credential() -> None:
    issued = credential.issue(REGISTRAR, tid=TID, thumbprint="t", epoch=1, now=0)
    with pytest.raises(RevocationsRefused):
        revocations.check(issued, REGISTRAR.public_key())
    with pytest.raises(credential.CredentialRefused):
        credential.check(revocations.issue(REGISTRAR, Revocations(1), 0), REGISTRAR.public_key(), 0)


async def test_what_is_broken_or_older_is_said_once_and_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    held = Credential(TID, "t", 4, 0, 0)
    text, changes = "", []

    async def read() -> str:
        if not text:
            raise OSError("gone")
        return text

    revoked = Revoked(read, REGISTRAR.public_key())
    revoked.changed = lambda: changes.append(text)
    good = text = revocations.issue(REGISTRAR, Revocations(2, {TID: 5}), 0)
    await revoked.look()
    await revoked.look()
    assert (revoked(held), changes, caplog.messages) == (True, [good], [])
    foreign = revocations.issue(OTHER, Revocations(9), 0)
    older = revocations.issue(REGISTRAR, Revocations(1), 0)
    with caplog.at_level(logging.WARNING):
        for wrong in ("", "garbage", older, foreign):
            caplog.clear()
            text = wrong
            await revoked.look()
            await revoked.look()
            assert (revoked(held), changes, len(caplog.messages)) == (True, [good], 1)
    assert revoked.text == good


@pytest.mark.server
async def test_registrar_and_relay_obey_the_list(tmp_path: Path, identity: Identity, client: httpx.AsyncClient) -> None:
    listing = tmp_path / "revocations"
    relay = Relay(registrar_private_key=None, revocations=str(listing))
    key, tenant = relay.folder / "registrar.pem", ("--tenant", str(TID))
    for epoch in ("5", "3"):  # the second takes nothing back
        assert contact_relay("registrar", "revoke", key, listing, *tenant, "--min-epoch", epoch).returncode == 0
    with RegistrarProcess(relay, identity.authority, "c", revocations=listing) as registrar:
        served = (await client.get(f"{registrar.url}/v1/revocations")).raise_for_status().text
        assert revocations.check(served, relay.registrar.public_key()) == Revocations(2, {TID: 5})
        for epoch, status in ((4, 401), (5, 200)):
            text, at = relay.credential(TID, KEY, epoch), int(time.time())
            proof = base64url.encode(es256.sign(KEY, credential.renewal(text, at)))
            renewal = {"credential": text, "ik": IK, "iat": at, "sig": proof}
            answer = await client.post(f"{registrar.url}/v1/renew", json=renewal)
            assert (answer.status_code, answer.json().get("error")) == (status, "revoked" if status == 401 else None)
        relay.set(revocations=f"{registrar.url}/v1/revocations")
        with relay:
            async with uplinked(relay, tmp_path, identity, epoch=5):
                pass
            refused = tmp_path / "refused"
            refused.mkdir()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(2), uplinked(relay, refused, identity, epoch=4):
                    pass
            assert 'contact_relay_handshakes_total{result="revoked"}' in relay.metrics()


def test_one_of_two_ways_to_name_the_epoch_is_needed(tmp_path: Path) -> None:
    key, listing = tmp_path / "key.pem", tmp_path / "list"
    assert contact_relay("registrar", "key", key).returncode == 0
    command = ("registrar", "revoke", key, listing, "--tenant", str(TID))
    assert contact_relay(*command).returncode == 2
    assert contact_relay(*command, "--epoch-now", "--min-epoch", "1").returncode == 2
    assert contact_relay(*command, "--epoch-now").returncode == 0
    public = es256.from_public_pem((tmp_path / "key.pem.pub").read_bytes())
    assert time.time() - 60 < revocations.check(listing.read_text().strip(), public).min_epochs[TID] < time.time() + 2
    listing.write_text("garbage")
    done = contact_relay(*command, "--epoch-now")
    assert (done.returncode, listing.read_text(), "Traceback" in done.stderr) == (1, "garbage", False)
