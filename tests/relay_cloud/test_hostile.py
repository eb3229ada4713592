"""Clients that hold connections, fill logs or hide behind a proxy."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud import ask_route
from relay_cloud.ask_route import AskRoute
from relay_cloud.bus.loopback import Loopback
from relay_cloud.limits import FAILURES, KEYS_BURST, TokenBuckets
from relay_cloud.metrics import Metrics
from relay_cloud.tickets import Tickets
from relay_cloud.wire import base64url, credential, es256
from tests.fakes.uplinked import TID
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]

IDENTITY = ec.derive_private_key(93, ec.SECP256R1())


async def test_a_body_that_never_comes_ends_in_time(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_route, "BODY_READ_S", 0.1)
    tickets = Tickets(relay.ticket_key.public_key())
    route = AskRoute(bus=Loopback(), tickets=tickets, buckets=TokenBuckets(1, 1), metrics=Metrics(), clock=time.time)
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {relay.ticket(TID)}".encode()), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": f"/v1/t/{TID}", "headers": headers}
    await asyncio.wait_for(route(scope, receive, send), 2)
    assert sent[0]["status"] == 400


@pytest.mark.parametrize("path", ["/v1/register", f"/v1/t/{TID}"])
async def test_a_client_that_leaves_in_the_middle_fills_no_log(relay: Relay, path: str) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {relay.ticket(TID)}\r\nContent-Length: 100\r\n\r\n"
    )
    writer.write(head.encode() + b"{")
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.2)
    assert "Traceback" not in relay.output()


def renewal(relay: Relay, tid: UUID = TID) -> dict[str, Any]:
    text, now = relay.credential(tid, IDENTITY), int(time.time())
    proof = es256.sign(IDENTITY, credential.renewal(text, now))
    ik = es256.to_jwk(IDENTITY.public_key())
    return {"credential": text, "ik": ik, "iat": now, "sig": base64url.encode(proof)}


async def register(client: httpx.AsyncClient, relay: Relay, address: str) -> str:
    body = {"id_token": "x", "ik": es256.to_jwk(IDENTITY.public_key()), "epoch": 1}
    answer = await client.post(f"{relay.url}/v1/register", json=body, headers={"X-Forwarded-For": address})
    return str(answer.json()["error"])


async def test_one_address_is_blocked_behind_a_trusted_proxy_not_the_proxy(client: httpx.AsyncClient) -> None:
    with Relay(trusted_proxies="127.0.0.1") as relay:
        said = await asyncio.gather(*(register(client, relay, "192.0.2.1") for _ in range(FAILURES + 5)))
        assert (said.count("token_invalid"), said.count("blocked")) == (FAILURES, 5)
        assert await register(client, relay, "192.0.2.2") == "token_invalid"


async def test_an_unknown_proxy_is_not_believed_and_renewal_never_blocked(client: httpx.AsyncClient) -> None:
    with Relay(trusted_proxies="") as relay:
        said = [await register(client, relay, f"192.0.2.{number}") for number in range(FAILURES + 1)]
        assert said[-1] == "blocked"
        answer = await client.post(f"{relay.url}/v1/renew", json=renewal(relay))
        assert answer.status_code == 200
        assert answer.json()["credential"]


async def test_an_address_that_fetches_too_many_key_configurations_waits(client: httpx.AsyncClient) -> None:
    def fetch(address: str) -> Awaitable[httpx.Response]:
        return client.get(f"{relay.url}/v1/t/{uuid4()}/keys", headers={"X-Forwarded-For": address})

    with Relay(trusted_proxies="127.0.0.1") as relay:
        told = [(await fetch("192.0.2.1")).status_code for _ in range(KEYS_BURST + 100)]
        assert set(told[:KEYS_BURST]) == {503}
        refused = told[KEYS_BURST:].count(429)
        assert refused > 20
        assert (await fetch("192.0.2.2")).status_code == 503
        many = [(await fetch(f"2001:db8::{number:x}")).status_code for number in range(1, KEYS_BURST + 100)]
        assert many.count(429) > 20, "IPv6 counts by /64"
