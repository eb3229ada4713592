"""The uplink as the server runs it, with a real relay: registered late, registered anew, broken views."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from directory_server.directory.person_json import person_json
from directory_server.fronts.uplink import tenant, uplink
from directory_server.fronts.uplink.outbound import Outbound
from directory_server.fronts.uplink.uplink import Uplink
from directory_server.observe.status import Health
from directory_server.store.database import Database
from tests.fakes.end import End
from tests.fakes.uplinked import API, OID, OTHER_TID, TAB, TID, FakeView, Identity, person, uplinked
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]


def registered(database: Database, relay: Relay, **changed: Any) -> tenant.Tenant:
    plain = tenant.Tenant(
        tid=TID, relay=relay.url, registrar=relay.url, authority="http://127.0.0.1:9", client_id="a", epoch=1,
        credential=relay.credential(TID, tenant.identity_key(database)),
        audiences=tenant.names_of_audience(API), clients=frozenset({TAB}),
    )  # fmt: skip
    return replace(plain, **changed)


def front(database: Database) -> Uplink:
    return Uplink(
        database,
        outbound=Outbound(),
        views=lambda _oid, _groups: FakeView([person(1, "Müller")]),
        ages=dict,
        render=person_json,
        version="test",
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    )


async def until(found: Any, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110 - the status page is polled too
            await asyncio.sleep(0.02)


async def test_registration_is_noticed_without_a_restart(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink, "LOOK_S", 0.05)
    running = front(database)
    await running.start()
    try:
        assert running.status() == ()
        tenant.save(database, registered(database, relay))
        await until(lambda: running.status() and running.status()[0].state == "connected")
        shown = running.status()[0]
        assert (shown.relay, shown.health, shown.detail) == (relay.url, Health.GOOD, "")
        assert shown.since is not None
        assert shown.fingerprint == tenant.fingerprint(tenant.identity_key(database))
        key = tenant.identity_key(database)
        other = registered(database, relay, tid=OTHER_TID, credential=relay.credential(OTHER_TID, key, 2), epoch=2)
        tenant.save(database, other)
        async with httpx.AsyncClient(trust_env=False) as client:
            end = End(client, relay.url, OTHER_TID, relay.registrar.public_key())
            async with asyncio.timeout(10):
                while not (await client.get(f"{end.url}/keys")).is_success:  # noqa: ASYNC110 - asked over HTTP
                    await asyncio.sleep(0.05)
            fresh = relay.credential(OTHER_TID, key, 2, age=-1)
            tenant.save(database, replace(other, credential=fresh))
            async with asyncio.timeout(10):
                while (await client.get(f"{end.url}/keys")).json()["credential"] != fresh:  # noqa: ASYNC110 - same
                    await asyncio.sleep(0.05)
    finally:
        await running.stop()
    assert running.status() == ()


async def test_an_old_credential_is_renewed_by_itself(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink, "LOOK_S", 0.05)
    old = relay.credential(TID, tenant.identity_key(database), age=8 * 86400)
    tenant.save(database, registered(database, relay, credential=old))
    running = front(database)
    await running.start()
    try:
        await until(lambda: (tenant.load(database) or registered(database, relay, credential=old)).credential != old)
    finally:
        await running.stop()


async def test_a_renewal_does_not_undo_a_registration_made_meanwhile(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tenant.identity_key(database)
    old = registered(database, relay, credential=relay.credential(TID, key, age=8 * 86400))
    new = registered(database, relay, credential=relay.credential(TID, key, 9), epoch=9)
    renewed = asyncio.Event()

    async def renew(*_: object) -> tenant.Tenant:
        tenant.save(database, new)
        renewed.set()
        return replace(old, credential=relay.credential(TID, key))

    monkeypatch.setattr(uplink, "LOOK_S", 0.05)
    monkeypatch.setattr(uplink.registration, "renew", renew)
    tenant.save(database, old)
    running = front(database)
    await running.start()
    try:
        await asyncio.wait_for(renewed.wait(), 10)
        await asyncio.sleep(0.2)
        assert tenant.load(database) == new
    finally:
        await running.stop()


async def test_a_credential_of_another_registrar_is_denied_and_shown(database: Database, relay: Relay) -> None:
    stranger = Relay()
    foreign = stranger.credential(TID, tenant.identity_key(database))
    stranger.close()
    tenant.save(database, registered(database, relay, credential=foreign))
    running = front(database)
    await running.start()
    try:
        await until(lambda: running.status()[0].state == "denied")
        assert running.status()[0].health is Health.BAD
        assert "credential_invalid" in running.status()[0].detail
    finally:
        await running.stop()


async def test_a_view_that_breaks_is_a_clear_answer_and_no_leak(
    relay: Relay, identity: Identity, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_oid: str, _groups: frozenset[str]) -> Any:
        raise RuntimeError("Kanarienvogel")

    async with (
        uplinked(relay, tmp_path, identity, epoch=9, views=broken),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        end = End(client, relay.url, TID, relay.registrar.public_key())
        await end.fetch_keys()
        status, body = await end.ask("search", {"text": "x"}, relay.ticket(TID), token=identity.token(oid=OID))
    assert (status, body) == (4, {"error": "failed", "message": "the directory could not answer"})
    assert "RuntimeError" in caplog.text
    assert "Kanarienvogel" not in caplog.text


async def test_an_unreachable_identity_provider_is_said(relay: Relay, tmp_path: Path) -> None:
    async with (
        uplinked(relay, tmp_path, Identity("http://127.0.0.1:9"), epoch=10),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        end = End(client, relay.url, TID, relay.registrar.public_key())
        await end.fetch_keys()
        status, body = await end.ask("whoami", {}, relay.ticket(TID), token=Identity().token())
    assert (status, body["error"]) == (4, "identity_unavailable")
