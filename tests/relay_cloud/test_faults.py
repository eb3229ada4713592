"""What breaks while requests are in flight: each ends in one named outcome, in time, and the line comes back."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Self

import anyio
import httpx
import pytest
from websockets.asyncio.client import connect

from directory_server.fronts.uplink import tenant
from directory_server.fronts.uplink.keys import SealingKeys
from relay_cloud.wire.frame import Keys
from relay_cloud.wire.session import DirectorySession, State
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity, person, uplinked
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]


async def end_of(relay: Relay, client: httpx.AsyncClient) -> End:
    asking = End(client, relay.url, TID, relay.registrar.public_key())
    await asking.fetch_keys()
    return asking


class Mute:
    """A directory that takes requests and never answers: only the line of one, spoken by hand."""

    def __init__(self, relay: Relay, epoch: int = 1) -> None:
        self.relay = relay
        self.keys = SealingKeys(time.time())
        self.identity = relay.ticket_key  # any P-256 key will do
        self.credential = relay.credential(TID, self.identity, epoch)

    async def __aenter__(self) -> Self:
        host = self.relay.url.removeprefix("http://")
        session = DirectorySession(credential=self.credential, identity=self.identity, host=host, nonce=bytes(32))
        self.socket = await connect(f"ws://{host}/v1/line", compression=None, proxy=None)
        while session.state is not State.OPEN:
            for message in session.to_send():
                await self.socket.send(message)
            session.receive(await self.socket.recv(decode=False))
        document = self.keys.document(
            tid=TID, identity=self.identity, credential=self.credential, allow_service_end=True
        )
        await self.socket.send(Keys(document).encode())
        await asyncio.sleep(0.1)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.socket.transport.abort()  # with unread requests, an orderly close would wait
        await self.socket.wait_closed()


async def test_a_directory_that_dies_fails_its_requests_at_once(relay: Relay, client: httpx.AsyncClient) -> None:
    async with Mute(relay, 10) as mute:
        end = await end_of(relay, client)
        message = end.sealed("whoami", {})[0].encode()
        asking = asyncio.create_task(end.post(message, relay.ticket(TID)))
        await mute.socket.recv()
        started = time.monotonic()
        mute.socket.transport.abort()
        answer = await asking
    assert (answer.status_code, answer.json()["error"]) == (502, "line_lost")
    assert time.monotonic() - started < 1


async def test_a_silent_directory_ends_in_the_deadline(relay: Relay, client: httpx.AsyncClient) -> None:
    async with Mute(relay, 11):
        end = await end_of(relay, client)
        message = end.sealed("whoami", {}, deadline_ms=700)[0].encode()
        started = time.monotonic()
        answer = await end.post(message, relay.ticket(TID))
    assert (answer.status_code, answer.json()["error"]) == (504, "deadline")
    assert 0.7 <= time.monotonic() - started < 1.2


async def test_too_many_in_flight_are_refused_at_once(relay: Relay, client: httpx.AsyncClient) -> None:
    async with Mute(relay, 12):
        end = await end_of(relay, client)
        ticket = relay.ticket(TID)

        async def one() -> httpx.Response:
            return await end.post(end.sealed("whoami", {}, deadline_ms=2000)[0].encode(), ticket)

        waiting = [asyncio.create_task(one()) for _ in range(64)]
        await asyncio.sleep(0.8)
        started = time.monotonic()
        refused = await one()
        assert time.monotonic() - started < 0.5
        assert (refused.status_code, refused.json()["error"]) == (429, "busy")
        assert refused.headers["retry-after"] == "1"
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {504}


async def test_a_tenant_may_not_ask_faster_than_its_rate(client: httpx.AsyncClient) -> None:
    with Relay(tenant_rate=1, tenant_burst=3) as slow:
        answers = [await client.post(f"{slow.url}/v1/t/{TID}", headers=_bearer(slow)) for _ in range(5)]
    assert Counter(answer.json()["error"] for answer in answers) == {"malformed": 3, "busy": 2}


def _bearer(relay: Relay) -> dict[str, str]:
    return {"Authorization": f"Bearer {relay.ticket(TID)}"}


async def test_the_same_request_id_in_flight_is_refused(relay: Relay, client: httpx.AsyncClient) -> None:
    async with Mute(relay, 13):
        end = await end_of(relay, client)
        message = end.sealed("whoami", {}, deadline_ms=600)[0].encode()
        first = asyncio.create_task(end.post(message, relay.ticket(TID)))
        await asyncio.sleep(0.2)
        assert (await end.post(message, relay.ticket(TID))).json()["error"] == "replayed"
        assert (await first).json()["error"] == "deadline"


async def test_a_newer_registration_takes_over(
    relay: Relay, client: httpx.AsyncClient, identity: Identity, tmp_path: Path
) -> None:
    async with Mute(relay, 14) as old, uplinked(relay, tmp_path, identity, epoch=15):
        await old.socket.wait_closed()
        assert (old.socket.close_code, old.socket.close_reason) == (1008, "superseded")
        end = await end_of(relay, client)
        assert (await end.ask("whoami", {}, relay.ticket(TID), token=identity.token()))[0] == 0
        with pytest.raises(ValueError, match="newer registration"):
            await Mute(relay, 14).__aenter__()


async def test_a_tenant_that_wants_no_service_end(
    relay: Relay, client: httpx.AsyncClient, identity: Identity, tmp_path: Path
) -> None:
    def closed(registered: tenant.Tenant) -> tenant.Tenant:
        return replace(registered, allow_service_end=False)

    async with uplinked(relay, tmp_path, identity, epoch=20, change=closed):
        service = End(client, relay.url, TID, relay.registrar.public_key(), service=relay.service_key)
        assert not (await service.fetch_keys()).allow_service_end
        status, body = await service.ask("whoami", {}, relay.ticket(TID, "svc"), user="o")
        assert (status, body["error"]) == (1, "service_end_off")


async def test_answers_above_the_largest_size_are_cut_and_say_so(
    relay: Relay, client: httpx.AsyncClient, identity: Identity, tmp_path: Path
) -> None:
    many = [person(number, "Müller " + "x" * 3000) for number in range(40)]
    async with uplinked(relay, tmp_path, identity, epoch=21, persons=many):
        end = await end_of(relay, client)
        _, body = await end.ask("search", {"text": "müller", "limit": 40}, relay.ticket(TID), token=identity.token())
        assert body["more"]
        assert 5 < len(body["persons"]) < 40


async def test_a_killed_relay_fails_only_what_is_in_flight(
    client: httpx.AsyncClient, identity: Identity, tmp_path: Path
) -> None:
    with Relay(tenant_rate=10_000, tenant_burst=10_000) as relay:
        async with uplinked(relay, tmp_path, identity, delay=0.02) as directory:
            end = await end_of(relay, client)
            ticket, token = relay.ticket(TID), identity.token()
            outcomes: list[tuple[float, str]] = []
            stop = asyncio.Event()

            async def asker() -> None:
                while not stop.is_set():
                    try:
                        status, _ = await end.ask("search", {"text": "mül"}, ticket, token=token)
                        outcomes.append((time.monotonic(), f"status {status}"))
                    except httpx.HTTPStatusError as error:
                        outcomes.append((time.monotonic(), error.response.json()["error"]))
                        await asyncio.sleep(0.02)
                    except httpx.TransportError:
                        outcomes.append((time.monotonic(), "no relay"))
                        await asyncio.sleep(0.02)

            askers = [asyncio.create_task(asker()) for _ in range(4)]
            await asyncio.sleep(0.8)
            relay.kill()
            killed = time.monotonic()
            await anyio.to_thread.run_sync(relay.start)
            await directory.connected()
            back = time.monotonic()
            await asyncio.sleep(0.8)
            stop.set()
            await asyncio.gather(*askers)
    before = Counter(kind for moment, kind in outcomes if moment < killed)
    after = Counter(kind for moment, kind in outcomes if moment > back + 0.3)
    assert before.keys() == {"status 0"}
    assert after.keys() == {"status 0"}, "the line came back by itself"
    assert {kind for _, kind in outcomes} <= {"status 0", "no relay", "no_directory", "line_lost"}


async def test_a_line_is_replaced_before_its_lifetime_ends(
    client: httpx.AsyncClient, identity: Identity, tmp_path: Path
) -> None:
    with Relay(line_lifetime=2, tenant_rate=10_000, tenant_burst=10_000) as relay:
        async with uplinked(relay, tmp_path, identity):
            end = await end_of(relay, client)
            ticket, token = relay.ticket(TID), identity.token()
            deadline = time.monotonic() + 2.5
            while time.monotonic() < deadline:
                assert (await end.ask("whoami", {}, ticket, token=token))[0] == 0
                await asyncio.sleep(0.02)
            assert 'contact_relay_handshakes_total{result="ok"} 1' not in relay.metrics()
            async with asyncio.timeout(1):
                while "contact_relay_lines 1\n" not in relay.metrics():  # noqa: ASYNC110 - asked over HTTP
                    await asyncio.sleep(0.05)
