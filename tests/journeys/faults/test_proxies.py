"""A directory behind the proxies that companies run, under load: all processes are real, but the proxy is a thread."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directory_server.fronts.uplink.proxy import Login
from tests.fakes.uplinked import Identity
from tests.journeys.faults.load import Story, during, loading
from tests.servers.proxy import PASSWORD, USER, Mode, Proxy
from tests.servers.relay import Relay
from tests.servers.terminator import Terminator
from tests.servers.uplink_process import UplinkProcess

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.anyio, pytest.mark.timeout(120)]
SECONDS = 6


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay(tenant_rate=5000, tenant_burst=5000) as running:
        yield running


async def loaded(name: str, relay: Relay, identity: Identity, uplink: UplinkProcess, lines: int) -> Story:
    """Load a directory once it has so many lines."""
    with uplink:
        await asyncio.to_thread(uplink.connected, lines, 60)
        async with loading(relay, relay, identity) as load:
            story = await during(load, name, SECONDS)
    assert story.counted() == {"answered": len(story.ended)}
    return story


def called(relay: Relay, url: str) -> None:
    """Have the relay know the name that it is reached by."""
    relay.stop()
    relay.set(public_url=url)
    relay.start()


@pytest.mark.parametrize("mode", ["open", "basic", "ntlm"])
async def test_a_proxy_that_is_asked_for_a_tunnel(mode: Mode, relay: Relay, identity: Identity, tmp_path: Path) -> None:
    with Proxy(mode) as proxy:
        how: dict[str, Any] = {"proxy": proxy.url, "login": None if mode == "open" else Login(USER, PASSWORD)}
        uplink = UplinkProcess(tmp_path / "directory", relay, relay.url, identity.authority, **how)
        await loaded(f"proxy: {mode}", relay, identity, uplink, 1)
        assert f"127.0.0.1:{relay.port}" in proxy.targets


@pytest.mark.parametrize("mode", ["stripping", "buffering"])
async def test_a_proxy_that_lets_no_websocket_through(
    mode: Mode, relay: Relay, identity: Identity, tmp_path: Path
) -> None:
    with Proxy(mode, target=relay.port) as proxy:
        called(relay, proxy.url)
        uplink = UplinkProcess(tmp_path / "directory", relay, proxy.url, identity.authority)
        await loaded(f"proxy: {mode}", relay, identity, uplink, 2)
        assert uplink.lines() == ["polling", "polling"]


async def test_a_proxy_that_inspects_tls(relay: Relay, identity: Identity, tmp_path: Path) -> None:
    with Terminator(tmp_path, relay.port) as front, Proxy("inspecting", trusts=front.ca_file) as proxy:
        called(relay, front.url)
        direct = identity.authority.removeprefix("http://")  # no TLS that could be inspected
        how: dict[str, Any] = {"proxy": proxy.url, "ca_file": proxy.ca_file, "direct": direct}
        uplink = UplinkProcess(tmp_path / "directory", relay, front.url, identity.authority, **how)
        await loaded("proxy: inspecting, with its own authority", relay, identity, uplink, 1)
