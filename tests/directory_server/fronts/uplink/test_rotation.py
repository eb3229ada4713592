"""Sealing keys of a running uplink, seen by an end through a relay: rotated by word, never back, policy at once."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from directory_server.fronts.uplink import sequence, tenant, uplink
from directory_server.protocol.keys import KeyConfiguration
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity, uplinked
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]


async def fetched_after(end: End, known: KeyConfiguration) -> KeyConfiguration:
    """Return the first configuration of a higher sequence."""
    async with asyncio.timeout(10):
        while (found := await end.fetch_keys()).sequence <= known.sequence:  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.05)
    return found


async def test_keys_are_rotated_by_word_and_the_old_ones_still_open(
    relay: Relay, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink, "LOOK_S", 0.05)
    async with uplinked(relay, tmp_path, identity, epoch=2) as running, httpx.AsyncClient(trust_env=False) as client:
        end = End(client, relay.url, TID, relay.registrar.public_key())
        known = [await end.fetch_keys()]
        for _ in range(3):  # within a second: the sequence cannot be the time
            sequence.replace(running.database)
            known.append(await fetched_after(end, known[-1]))
        assert sequence.published(running.database) == known[-1].sequence
        assert len({entry.kid for seen in known for entry in seen.keys}) == 2 * len(known)
        for seen in known:
            for key in seen.keys:
                assert (await end.ask("whoami", {}, relay.ticket(TID), token=identity.token(), key=key))[0] == 0
        sequence.replace(running.database)
        await fetched_after(end, known[-1])
        with pytest.raises(httpx.HTTPStatusError, match="409"):
            await end.ask("whoami", {}, relay.ticket(TID), token=identity.token(), key=known[0].best)


async def test_a_new_start_goes_on_where_the_sequence_was_though_the_clock_went_back(
    relay: Relay, identity: Identity, tmp_path: Path
) -> None:
    async with uplinked(relay, tmp_path, identity, epoch=3) as running:
        far = sequence.published(running.database) + 10**6
        sequence.keep(running.database, far)
        replaced = tenant.load(running.database)
        assert replaced is not None
        tenant.save(running.database, replace(replaced, clients=frozenset(("x",))))  # served anew
        async with httpx.AsyncClient(trust_env=False) as client:
            end = End(client, relay.url, TID, relay.registrar.public_key())
            async with asyncio.timeout(15):
                while True:
                    answer = await client.get(f"{end.url}/keys")
                    if answer.is_success and (await end.fetch_keys()).sequence > far:
                        break
                    await asyncio.sleep(0.1)
        assert sequence.published(running.database) == far + 1


async def test_strictness_is_said_at_once_on_the_open_line(
    relay: Relay, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink, "LOOK_S", 0.05)
    async with uplinked(relay, tmp_path, identity, epoch=4) as running, httpx.AsyncClient(trust_env=False) as client:
        service = End(client, relay.url, TID, relay.registrar.public_key(), service=relay.service_key)
        open_to_all = await service.fetch_keys()
        assert open_to_all.allow_service_end
        assert (await service.ask("whoami", {}, relay.ticket(TID, "svc"), user="o"))[0] == 0
        since = [line.since for line in running.uplink.status()]
        registered = tenant.load(running.database)
        assert registered is not None
        tenant.save(running.database, replace(registered, allow_service_end=False))
        strict = await fetched_after(service, open_to_all)
        assert not strict.allow_service_end
        for key in (open_to_all.best, strict.best):
            status, body = await service.ask("whoami", {}, relay.ticket(TID, "svc"), user="o", key=key)
            assert (status, body["error"]) == (1, "service_end_off")
        assert [line.since for line in running.uplink.status()] == since, "the lines stay"
        tab = End(client, relay.url, TID, relay.registrar.public_key())
        await tab.fetch_keys()
        assert (await tab.ask("whoami", {}, relay.ticket(TID), token=identity.token()))[0] == 0
