"""The real line and the real look at the identity provider, through real proxies, to a real relay."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.program import free_port
from directory_server.fronts.uplink import dial, outbound, registration, tenant
from directory_server.fronts.uplink.outbound import Outbound, TrustInvalid
from directory_server.fronts.uplink.proxy import Login, ProxyRefusesLogin
from directory_server.fronts.uplink.tenant import Tenant
from directory_server.store.database import Database
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity, Uplinked, uplinked
from tests.servers.proxy import PASSWORD, USER, Proxy
from tests.servers.relay import Relay
from tests.servers.terminator import Terminator

pytestmark = [pytest.mark.anyio, pytest.mark.server]

LOGIN = Login(USER, PASSWORD)


def out(proxy: Proxy, login: Login | None = LOGIN, ca_file: Path | None = None, but: str = "") -> Outbound:
    return Outbound(proxy.url, ca_file, lambda: login, bypassed=lambda target: target == but)


async def until(found: Callable[[], Any], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110 - the status page is polled too
            await asyncio.sleep(0.02)


async def answers(relay: Relay, identity: Identity) -> bool:
    """Ask as the tab does; the directory looks up the identity provider's keys on the way."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        end = End(client, relay.url, TID, relay.registrar.public_key())
        await end.fetch_keys()
        status, body = await end.ask("search", {"text": "mül"}, relay.ticket(TID), token=identity.token())
    return status == 0 and len(body["persons"]) == 1


def refusal(directory: Uplinked) -> str:
    return next((line.detail for line in directory.uplink.status() if line.detail), "")


@pytest.mark.parametrize("mode", ["open", "basic", "ntlm", "negotiate"])
async def test_a_question_is_answered_through_the_proxy(mode, relay: Relay, identity: Identity, tmp_path: Path) -> None:
    with Proxy(mode) as proxy:
        async with uplinked(relay, tmp_path, identity, outbound=out(proxy)):
            assert await answers(relay, identity)
        provider = identity.authority.removeprefix("http://")
        assert {f"127.0.0.1:{relay.port}", provider} == set(proxy.targets)


@pytest.mark.parametrize("mode", ["basic", "ntlm"])
async def test_a_wrong_password_is_on_the_status_page(
    mode, relay: Relay, identity: Identity, tmp_path: Path, caplog
) -> None:
    with Proxy(mode) as proxy:
        way = out(proxy, Login(USER, "hunter2"))
        async with uplinked(relay, tmp_path, identity, outbound=way, connects=False) as directory:
            await until(lambda: refusal(directory))
            assert refusal(directory).startswith("ProxyRefusesLogin: proxy 127.0.0.1")
            assert not any(line.state == "connected" for line in directory.uplink.status())
        assert proxy.targets == []
    assert "ProxyRefusesLogin" in caplog.text
    assert "hunter2" not in caplog.text
    assert "anna" not in caplog.text


async def test_a_refused_login_is_not_tried_until_it_locks_the_account(relay: Relay) -> None:
    logins = [Login(USER, "hunter2")]
    with Proxy("ntlm") as proxy:
        way = Outbound(proxy.url, None, lambda: logins[-1])
        for _ in range(5):
            with pytest.raises(ProxyRefusesLogin):
                await way.open_socket("http", "127.0.0.1", relay.port)
        assert proxy.asked == 3, "one handshake"
        logins.append(LOGIN)
        opened = await way.open_socket("http", "127.0.0.1", relay.port)
        assert opened
        opened.close()
        logins.pop()
        for _ in range(2):
            way._spared = 0
            with pytest.raises(ProxyRefusesLogin):
                await way.open_socket("http", "127.0.0.1", relay.port)
        assert proxy.asked == 3 + 2 + 2 * 3


async def test_a_login_is_used_without_a_restart(
    relay: Relay, identity: Identity, tmp_path: Path, database: Database
) -> None:
    with Proxy("ntlm") as proxy:
        way = Outbound(proxy.url, None, lambda: outbound.load(database))
        (tmp_path / "other").mkdir()
        async with uplinked(relay, tmp_path / "other", identity, outbound=way, connects=False) as directory:
            await until(lambda: "ProxyWantsLogin" in refusal(directory))
            outbound.save(database, LOGIN)
            await directory.connected(20)


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[Relay, Terminator]]:
    """Run a relay behind TLS, whose authority is nobody's but its own."""
    with Terminator(tmp_path) as front, Relay(public_url=front.url) as relay:
        front.backend = relay.port
        yield relay, front


def at(url: str) -> Callable[[Tenant], Tenant]:
    return lambda registered: replace(registered, relay=url)


async def test_an_authority_of_our_own_is_trusted_and_needed(secured, identity: Identity, tmp_path: Path) -> None:
    relay, front = secured
    async with uplinked(relay, tmp_path, identity, change=at(front.url), connects=False) as directory:
        await until(lambda: "CERTIFICATE_VERIFY_FAILED" in refusal(directory))
    way = Outbound(ca_file=front.ca_file)
    (tmp_path / "trusting").mkdir()
    async with uplinked(relay, tmp_path / "trusting", identity, change=at(front.url), outbound=way, epoch=2):
        assert await answers(relay, identity)
    async with way.client(5) as client:
        assert (await client.get(f"{front.url}/healthz")).status_code == 200
    async with Outbound().client(5) as client:
        with pytest.raises(httpx.NetworkError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(f"{front.url}/healthz")


async def test_an_inspecting_proxy_needs_its_authority(secured, identity: Identity, tmp_path: Path) -> None:
    relay, front = secured
    with Proxy("inspecting", trusts=front.ca_file) as proxy:
        stranger = out(proxy, ca_file=front.ca_file)
        async with uplinked(
            relay, tmp_path, identity, change=at(front.url), outbound=stranger, connects=False
        ) as directory:
            await until(lambda: "CERTIFICATE_VERIFY_FAILED" in refusal(directory))
        plain = identity.authority.removeprefix("http://")  # no TLS that could be inspected
        way = out(proxy, ca_file=proxy.ca_file, but=plain)
        (tmp_path / "trusting").mkdir()
        async with uplinked(relay, tmp_path / "trusting", identity, change=at(front.url), outbound=way, epoch=2):
            assert await answers(relay, identity)
        async with way.client(5) as client:
            assert (await client.get(f"{front.url}/healthz")).status_code == 200


async def test_pings_keep_a_line_that_a_proxy_would_cut(
    relay: Relay, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial, "PING_S", 0.3)
    with Proxy(idle_s=2.5) as proxy:
        async with uplinked(relay, tmp_path, identity, outbound=out(proxy), epoch=10):
            await asyncio.sleep(5)
            assert proxy.cuts == 0
            assert await answers(relay, identity)


async def test_a_line_that_a_proxy_cut_is_opened_again(relay: Relay, identity: Identity, tmp_path: Path) -> None:
    with Proxy(idle_s=2) as proxy:  # pings come every 20 s
        async with uplinked(relay, tmp_path, identity, outbound=out(proxy), epoch=11) as directory:
            await until(lambda: proxy.cuts)
            await until(lambda: refusal(directory))
            await directory.connected()
            assert await answers(relay, identity)


async def test_an_idle_connection_that_ended_is_not_used_again(relay: Relay) -> None:
    with Proxy(idle_s=1) as proxy:
        async with out(proxy).client(5) as client:
            for _ in range(2):
                assert (await client.get(f"{relay.url}/healthz")).text.strip() == "ok"
                await until(lambda: proxy.cuts == len(proxy.targets))
                await asyncio.sleep(0.3)  # the proxy counts before it closes
        assert len(proxy.targets) == 2


async def test_what_a_proxy_does_wrong_is_an_error_of_httpx(relay: Relay) -> None:
    with Proxy("basic") as proxy:
        async with out(proxy, None).client(5) as client:
            with pytest.raises(httpx.ProxyError, match="asks for user and password"):
                await client.get(f"{relay.url}/healthz")
        async with out(proxy).client(5) as client:
            with pytest.raises(httpx.ProxyError, match="502"):
                await client.get(f"http://127.0.0.1:{free_port()}/")


async def test_a_registration_is_renewed_through_the_proxy(relay: Relay, identity: Identity, tmp_path: Path) -> None:
    with Proxy("ntlm") as proxy:
        async with uplinked(relay, tmp_path, identity, outbound=out(proxy), epoch=12) as directory:
            registered, key = tenant.load(directory.database), tenant.identity_key(directory.database)
            assert registered
            proxy.targets.clear()
            async with out(proxy).client(5) as client:
                renewed = await registration.renew(client, registered, key, int(time.time()))
            assert renewed.credential != registered.credential
            assert f"127.0.0.1:{relay.port}" in proxy.targets
            async with out(proxy, Login(USER, "hunter2")).client(5) as client:
                with pytest.raises(registration.RegistrationFailed, match="refuses user or password"):
                    await registration.renew(client, registered, key, int(time.time()))


async def test_errors_without_a_proxy_are_those_of_httpx() -> None:
    async with Outbound().client(0.3) as client:
        with pytest.raises(httpx.NetworkError):
            await client.get(f"http://127.0.0.1:{free_port()}/")
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get("ftp://127.0.0.1/")
        async with silent() as port:
            with pytest.raises(httpx.TimeoutException):
                await client.get(f"http://127.0.0.1:{port}/")


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """Listen and say nothing."""
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in writers:
        writer.close()


async def test_an_environment_without_credentials_is_lent_the_stored_ones(relay: Relay) -> None:
    with Proxy("basic") as proxy:
        named = {"http": proxy.url}
        way = Outbound(login=lambda: LOGIN, environment=lambda: named, bypassed=lambda _: False)
        found = way.proxy("http", "relay.test", 80)
        assert found
        assert (str(found), found.login) == (f"127.0.0.1:{proxy.port}", LOGIN)
        assert await way.open_socket("http", "127.0.0.1", relay.port) is None, "loopback needs no proxy of others"


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_file_that_is_none_is_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(TrustInvalid, match=r"ca_file .*ca\.pem (holds no|cannot be)"):
        _ = Outbound(ca_file=file).trust
    assert Outbound().trust.verify_mode.name == "CERT_REQUIRED"


def test_the_login_is_kept_sealed(database: Database, tmp_path: Path) -> None:
    assert outbound.load(database) is None
    outbound.save(database, LOGIN)
    assert outbound.load(database) == LOGIN
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("contactory.sqlite*"))
    assert PASSWORD.encode() not in stored
    assert b"anna" not in stored
    outbound.remove(database)
    assert outbound.load(database) is None
