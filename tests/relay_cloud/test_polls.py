"""A directory in a network that lets no WebSocket through: real proxies, real relays, real seal."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from directory_server.fronts.uplink import dial, polls
from directory_server.fronts.uplink.line import LineState
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity, Uplinked, uplinked
from tests.servers.cluster import Cluster
from tests.servers.proxy import Mode, Proxy
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay(tenant_rate=1000, tenant_burst=1000) as running:
        yield running


def reached_by(proxy: Proxy, *relays: Relay) -> None:
    """Have the relays know the name that the proxy gives them."""
    for relay in relays:
        relay.stop()
        relay.set(public_url=proxy.url)
        relay.start()


@asynccontextmanager
async def behind(proxy: Proxy, relay: Relay, folder: Path, identity: Identity) -> AsyncIterator[Uplinked]:
    """Run a directory that reaches its relay through the proxy."""
    own, relay.url = relay.url, proxy.url
    try:
        async with uplinked(relay, folder, identity) as running:
            relay.url = own
            yield running
    finally:
        relay.url = own


async def asked(relay: Relay, identity: Identity, count: int) -> list[int]:
    """Ask at once, without a proxy; returns the statuses of the answers."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        end = End(client, relay.url, TID, relay.registrar.public_key())
        await end.fetch_keys()
        ticket, token = relay.ticket(TID), identity.token()
        asking = (end.ask("search", {"text": "mül"}, ticket, token=token) for _ in range(count))
        answers = await asyncio.gather(*asking)
    assert all(body["persons"] for _, body in answers)
    return [status for status, _ in answers]


def polling(directory: Uplinked) -> list[bool]:
    """Return of each open line whether it goes by long-polls."""
    serving = directory.uplink._serving
    assert serving is not None
    open_ = (LineState.CONNECTED, LineState.POLLING)
    return [line.health.state is LineState.POLLING for line in serving._lines if line.health.state in open_]


@pytest.mark.parametrize("mode", ["stripping", "buffering"])
async def test_it_polls_where_no_websocket_gets_through(
    mode: Mode, relay: Relay, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial, "OPEN_S", 0.5)
    with Proxy(mode, target=relay.port) as proxy:
        reached_by(proxy, relay)
        async with behind(proxy, relay, tmp_path, identity) as directory:
            assert await asked(relay, identity, 30) == [0] * 30
            assert "contact_relay_lines 1\n" in relay.metrics()
            assert set(polling(directory)) == {True}


async def test_a_relay_that_is_restarted_is_polled_again(relay: Relay, identity: Identity, tmp_path: Path) -> None:
    with Proxy("stripping", target=relay.port) as proxy:
        reached_by(proxy, relay)
        async with behind(proxy, relay, tmp_path, identity) as directory:
            assert await asked(relay, identity, 1) == [0]
            relay.kill()
            await asyncio.sleep(1)
            relay.start()
            await asyncio.sleep(1)
            await directory.connected(20)
            assert await asked(relay, identity, 5) == [0] * 5


async def test_polls_reach_any_relay_and_answers_the_one_that_waits(identity: Identity, tmp_path: Path) -> None:
    """Behind a load balancer each poll may come to another relay than the one before."""
    settings = {"tenant_rate": 1000, "tenant_burst": 1000, "drain_window": 0}
    with Cluster(3, **settings) as cluster, Proxy("stripping", target=cluster.balancer.port) as proxy:
        reached_by(proxy, *cluster.relays)
        first = cluster.relays[0]
        async with behind(proxy, first, tmp_path, identity):
            for relay in cluster.relays:
                relay.ticket_key, relay.registrar = first.ticket_key, first.registrar
                assert await asked(relay, identity, 10) == [0] * 10
            holder = next(relay for relay in cluster.relays if "contact_relay_lines 1\n" in relay.metrics())
            holder.kill()
            left = next(relay for relay in cluster.relays if relay is not holder)
            await asyncio.sleep(1.5)  # both polls may have been there
            assert await asked(left, identity, 10) == [0] * 10


async def test_a_websocket_is_tried_again_and_taken_without_a_gap(
    relay: Relay, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "LIFETIME_S", 2)
    with Proxy("stripping", target=relay.port) as proxy:
        reached_by(proxy, relay)
        async with behind(proxy, relay, tmp_path, identity) as directory:
            assert set(polling(directory)) == {True}
            proxy.mode = "open"
            async with asyncio.timeout(10):
                while False not in polling(directory):
                    assert await asked(relay, identity, 2) == [0, 0]
                    await asyncio.sleep(0.05)
            assert await asked(relay, identity, 5) == [0] * 5
