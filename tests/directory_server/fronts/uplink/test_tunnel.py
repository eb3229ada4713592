"""A tunnel through real proxies, and through what only looks like one."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from deploy.demo.program import free_port
from directory_server.fronts.uplink.proxy import (
    Login,
    Proxy,
    ProxyFault,
    ProxyNotUnderstood,
    ProxyRefusesLogin,
    ProxyRefusesTarget,
    ProxyUnreachable,
    ProxyWantsLogin,
    read,
)
from directory_server.fronts.uplink.proxy_peer import MAX_BODY, MAX_HEAD
from directory_server.fronts.uplink.tunnel import ROUNDS, open_tunnel
from tests.servers import proxy as servers
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]

LOGIN = Login(servers.USER, servers.PASSWORD)
ASKING = ("basic", "ntlm", "negotiate")


async def says_ok(opened: socket.socket) -> bool:
    """Ask the relay behind the tunnel for its health."""
    reader, writer = await asyncio.open_connection(sock=opened)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return b" 200 " in answer.splitlines()[0]


@pytest.mark.parametrize("mode", ["open", *ASKING])
async def test_what_is_sent_reaches_the_target(mode, relay: Relay) -> None:
    with servers.Proxy(mode) as proxy:
        assert await says_ok(await open_tunnel(replace(read(proxy.url), login=LOGIN), "127.0.0.1", relay.port))
        assert proxy.targets == [f"127.0.0.1:{relay.port}"]
        assert proxy.asked == {"open": 0, "basic": 1, "ntlm": 2, "negotiate": 2}[mode]


@pytest.mark.parametrize("mode", ASKING)
async def test_a_wrong_password_is_named_and_never_told(mode, relay: Relay) -> None:
    with servers.Proxy(mode) as proxy:
        wrong = replace(read(proxy.url), login=Login(servers.USER, "hunter2"))
        with pytest.raises(ProxyRefusesLogin) as refused:
            await open_tunnel(wrong, "127.0.0.1", relay.port)
        assert proxy.targets == []
    told = f"{refused.value!r} {refused.value} {wrong!r} {wrong}"
    assert "hunter2" not in told
    assert "anna" not in told


@pytest.mark.parametrize("mode", ASKING)
async def test_a_proxy_that_wants_credentials_says_so(mode, relay: Relay) -> None:
    with servers.Proxy(mode) as proxy, pytest.raises(ProxyWantsLogin):
        await open_tunnel(read(proxy.url), "127.0.0.1", relay.port)


async def test_a_proxy_that_cannot_reach_the_target_tells_its_status() -> None:
    with servers.Proxy() as proxy:
        with pytest.raises(ProxyRefusesTarget, match="502") as refused:
            await open_tunnel(read(proxy.url), "127.0.0.1", free_port())
        assert refused.value.status == 502


async def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(ProxyUnreachable, match="cannot be reached"):
        await open_tunnel(Proxy("127.0.0.1", free_port()), "relay.test", 443)
    with pytest.raises(ProxyUnreachable, match="cannot be reached"):
        await open_tunnel(Proxy("no such name", 80), "relay.test", 443)


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncIterator[tuple[Proxy, list[bytes]]]:
    """Serve one of the answers per request, then hang up; yields where, and what came, `new` for a connection."""
    left, heard = list(answers), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(b"new")
        while left:
            try:
                heard.append(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.IncompleteReadError:
                break
            writer.write(left.pop(0))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Proxy("127.0.0.1", server.sockets[0].getsockname()[1], LOGIN), heard
    finally:
        server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2 200 \r\n\r\n",
        b"HTTP/1.1 200 ok\r\n\r\nSSH-2.0",
        b"HTTP/1.1 407 x\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 407 x\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        b"HTTP/1.1 407 x\r\nTransfer-Encoding: chunked\r\n\r\nfish\r\n",
        b"HTTP/1.1 407 x\r\nX: " + b"x" * 2 * MAX_HEAD,
        b"HTTP/1.1 407 x\r\nContent-Length: 0\r\nProxy-Authenticate: Digest realm=x\r\n\r\n",
    ],
)
async def test_what_is_no_proxy_is_not_understood(answer: bytes) -> None:
    async with saying(answer) as (proxy, _):
        with pytest.raises(ProxyNotUnderstood):
            await open_tunnel(proxy, "relay.test", 443)


OFFER = b"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=x\r\n"
OPEN = b"HTTP/1.0 200 Connection established\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "connections"),
    [
        (b"Content-Length: 5\r\n\r\nhello", 1),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\n\r\n", 1),
        (b"Content-Length: 5\r\nProxy-Connection: close\r\n\r\nhello", 2),
        (b"\r\nhello", 2),
    ],
)
async def test_the_connection_is_kept_where_the_proxy_keeps_it(content: bytes, connections: int) -> None:
    async with saying(OFFER + content, OPEN) as (proxy, heard):
        (await open_tunnel(proxy, "relay.test", 443)).close()
        assert heard.count(b"new") == connections
        assert b"Proxy-Authorization" not in heard[1]
        assert b"\r\nProxy-Authorization: Basic " in heard[-1]
        assert heard[-1].startswith(b"CONNECT relay.test:443 HTTP/1.1\r\nHost: relay.test:443\r\n")


async def test_ntlm_on_a_connection_that_is_closed_is_told() -> None:
    offer = b"HTTP/1.1 407 x\r\nContent-Length: 0\r\nProxy-Authenticate: NTLM"
    async with saying(offer + b"\r\n\r\n", offer + b" TlRMTVNTUA==\r\nConnection: close\r\n\r\n") as (proxy, _):
        with pytest.raises(ProxyNotUnderstood, match="middle of NTLM"):
            await open_tunnel(proxy, "relay.test", 443)


async def test_the_strongest_scheme_is_taken() -> None:
    offer = b"HTTP/1.1 407 x\r\nContent-Length: 0\r\n"
    offer += b"Proxy-Authenticate: Basic realm=x\r\nProxy-Authenticate: NTLM\r\n\r\n"
    async with saying(offer, OPEN) as (proxy, heard):
        (await open_tunnel(proxy, "relay.test", 443)).close()
    assert b"\r\nProxy-Authorization: NTLM " in heard[-1]
    assert servers.PASSWORD.encode() not in heard[-1]


async def test_rounds_have_an_end() -> None:
    challenge = b"HTTP/1.1 407 x\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm=x\r\n\r\n"
    async with saying(*[challenge] * 2 * ROUNDS) as (proxy, heard):
        with pytest.raises(ProxyRefusesLogin):
            await open_tunnel(proxy, "relay.test", 443)
        assert len(heard) <= 1 + ROUNDS


async def test_a_silent_proxy_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = Proxy("127.0.0.1", silent.getsockname()[1])
        with pytest.raises(ProxyFault, match="within"):
            await open_tunnel(proxy, "relay.test", 443, wait_s=0.2)
