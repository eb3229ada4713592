"""The line: every outcome by a double of the relay, then answers through a real relay and a real uplink."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol import kem, keys, sealing
from directory_server.protocol.keys import SealingKey
from relay_cloud.wire import credential
from relay_cloud.wire.envelope import Status, decode_request
from teams_app import outcomes
from teams_app.line import Line, Signers
from tests.fakes.uplinked import OID, TID, Identity, uplinked
from tests.servers.relay import Relay

pytestmark = pytest.mark.anyio


class RelayDouble:
    """A relay and its directory in one: answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.registrar, self.identity, self.opener, self.service, self.ticket = (
            ec.generate_private_key(ec.SECP256R1()) for _ in range(5)
        )
        self.beside: tuple[Any, ...] = ()
        self.sequence = self.epoch = 1
        self.allow_service_end = True
        self.tid = TID
        self.status, self.answer = Status.OK, {"persons": []}
        self.refusal: tuple[int, Any] | None = None
        self.delay = 0.0
        self.keys_asked = 0
        self.opened: list[sealing.Opened] = []
        self.tickets: list[str] = []

    def document(self) -> dict[str, Any]:
        public = self.identity.public_key()
        now = int(time.time())
        offered = [key.public_key() for key in (*self.beside, self.opener)]
        return keys.publish(
            tid=self.tid,
            sequence=self.sequence,
            not_before=now - 60,
            expires=now + 3600,
            keys=tuple(SealingKey(keys.key_id(key), key) for key in offered),
            allow_service_end=self.allow_service_end,
            identity=self.identity,
            credential=credential.issue(
                self.registrar, tid=TID, thumbprint=keys.thumbprint(public), epoch=self.epoch, now=now
            ),
        )

    async def handle(self, request: httpx.Request) -> httpx.Response:
        await anyio.sleep(self.delay)
        if request.url.path.endswith("/keys"):
            self.keys_asked += 1
            if self.refusal and self.refusal[0] == 503:
                return httpx.Response(503, json=self.refusal[1])
            return httpx.Response(200, json=self.document())
        self.tickets.append(request.headers["authorization"])
        received = decode_request(request.content)
        if received.kid != keys.key_id(self.opener.public_key()):
            return httpx.Response(409, json={"error": "unknown_key", "message": "x"})
        if self.refusal:
            return httpx.Response(self.refusal[0], json=self.refusal[1])
        opened = sealing.open_request(received, self.opener, self.service.public_key())
        self.opened.append(opened)
        sealed = sealing.seal_response(
            received, opened.inner.response_key, self.status, self.answer, secrets.token_bytes(32), by=opened.by
        )
        return httpx.Response(200, content=sealed.encode())


@pytest.fixture
def relay() -> RelayDouble:
    return RelayDouble()


@pytest.fixture
async def line(relay: RelayDouble) -> AsyncIterator[Callable[..., Line]]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(relay.handle)) as client:
        signers = Signers(relay.registrar.public_key(), relay.ticket, relay.service)

        def make(**options: Any) -> Line:
            return Line(client, "https://relay.example", signers, time.time, **options)

        yield make


async def ask(line: Line) -> dict[str, Any]:
    return await line.ask(TID, OID, "search", {"text": "x", "limit": 5})


async def test_asks_signed_sealed_and_with_a_ticket(relay: RelayDouble, line: Callable[..., Line]) -> None:
    one = line()
    assert await ask(one) == {"persons": []}
    await ask(one)
    opened = relay.opened[0]
    assert opened.signed
    assert opened.inner.user == OID
    assert opened.inner.body == {"text": "x", "limit": 5}
    assert 1000 < opened.request.deadline_ms < 2000
    assert relay.keys_asked == 1
    assert relay.opened[0].request.rid != relay.opened[1].request.rid


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (503, {"error": "no_directory"}, outcomes.NoDirectory),
        (503, ["garbage"], outcomes.NoDirectory),
        (429, {"error": "busy"}, outcomes.Busy),
        (504, {"error": "deadline"}, outcomes.TooSlow),
        (502, {"error": "line_lost"}, outcomes.LineLost),
        (401, {"error": "ticket_invalid"}, outcomes.Refused),
        (413, {"error": "too_large"}, outcomes.Refused),
        (500, {"error": {"x": 1}}, outcomes.Refused),
    ],
)
async def test_relay_outcomes_keep_their_names(
    relay: RelayDouble, line: Callable[..., Line], status: int, body: Any, outcome: type[outcomes.Unanswered]
) -> None:
    relay.refusal = status, body
    with pytest.raises(outcome):
        await ask(line())


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (Status.REFUSED, "whatever", outcomes.Refused),
        (Status.REFUSED, "service_end_off", outcomes.ServiceOff),
        (Status.CLOCK, "clock", outcomes.ClockWrong),
        (Status.FAILED, "Müller <x>", outcomes.Unanswered),
        (Status.BAD_REQUEST, "bad_request", outcomes.Unanswered),
    ],
)
async def test_directory_refusals_keep_their_names(
    relay: RelayDouble, line: Callable[..., Line], status: Status, error: str, outcome: type[outcomes.Unanswered]
) -> None:
    relay.status, relay.answer = status, {"error": error}
    with pytest.raises(outcome) as raised:
        await ask(line())
    assert type(raised.value) is outcome
    assert "Müller" not in str(raised.value)  # what goes to logs is never the other side's free text


async def test_changed_keys_are_fetched_once(relay: RelayDouble, line: Callable[..., Line]) -> None:
    one = line()
    await ask(one)
    relay.opener, relay.sequence = ec.generate_private_key(ec.SECP256R1()), 2
    await ask(one)
    assert relay.keys_asked == 2


async def test_keys_never_go_back(relay: RelayDouble, line: Callable[..., Line]) -> None:
    one = line()
    relay.sequence = 5
    await ask(one)
    relay.opener, relay.sequence = ec.generate_private_key(ec.SECP256R1()), 4
    with pytest.raises(outcomes.NotTrusted, match="sequence_went_back"):
        await ask(one)


async def test_xwing_is_used_where_it_is_offered(relay: RelayDouble, line: Callable[..., Line]) -> None:
    relay.beside, relay.opener = (relay.opener,), kem.xwing_private_key(bytes(32))
    assert await ask(line()) == {"persons": []}
    assert relay.opened[0].by is kem.XWING


async def test_another_identity_key_needs_a_newer_registration(
    relay: RelayDouble, line: Callable[..., Line], caplog: pytest.LogCaptureFixture
) -> None:
    async def asked_anew() -> None:
        relay.opener = ec.generate_private_key(ec.SECP256R1())  # unknown, so that the keys are fetched
        await ask(one)

    one = line()
    await ask(one)
    relay.identity = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(outcomes.NotTrusted, match="identity_changed"):
        await asked_anew()
    relay.epoch, relay.sequence = 2, 0
    await asked_anew()
    assert "registered anew" in caplog.text
    assert str(TID) not in caplog.text
    relay.identity, relay.epoch = ec.generate_private_key(ec.SECP256R1()), 1
    with pytest.raises(outcomes.NotTrusted, match="identity_changed"):
        await asked_anew()


async def test_foreign_directories_are_not_trusted(relay: RelayDouble, line: Callable[..., Line]) -> None:
    with pytest.raises(outcomes.NotTrusted, match="fingerprint"):
        await ask(line(pins={TID: "another"}))
    await ask(line(pins={TID: keys.thumbprint(relay.identity.public_key())}))
    relay.tid = UUID(int=1)
    with pytest.raises(outcomes.NotTrusted):
        await ask(line())
    relay.tid, relay.registrar = TID, ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(outcomes.NotTrusted):
        await ask(line())


async def test_switched_off_tenant_is_not_even_asked(relay: RelayDouble, line: Callable[..., Line]) -> None:
    relay.allow_service_end = False
    with pytest.raises(outcomes.ServiceOff):
        await ask(line())
    assert relay.tickets == []


async def test_slow_relay_ends_within_the_deadline(relay: RelayDouble, line: Callable[..., Line]) -> None:
    relay.delay = 5
    started = time.monotonic()
    with pytest.raises(outcomes.TooSlow):
        await ask(line(deadline=0.2))
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("content", [b"", b"x" * 60, b"[]", b"{" * 5000, b"x" * 100_000])
async def test_unreadable_answers(relay: RelayDouble, content: bytes) -> None:
    def everything(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=content)

    async def message_only(request: httpx.Request) -> httpx.Response:
        good = await relay.handle(request)
        return good if request.url.path.endswith("/keys") else httpx.Response(200, content=content)

    signers = Signers(relay.registrar.public_key(), relay.ticket, relay.service)
    for handler in (everything, message_only):
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            with pytest.raises(outcomes.RelayUnreachable):
                await ask(Line(client, "https://relay.example", signers, time.time))


@pytest.mark.server
async def test_real_relay_and_directory(tmp_path: Path) -> None:
    with Relay() as relay:
        async with httpx.AsyncClient() as client:
            signers = Signers(relay.registrar.public_key(), relay.ticket_key, relay.service_key)
            one = Line(client, relay.url, signers, time.time)
            with pytest.raises(outcomes.NoDirectory):
                await ask(one)
            async with uplinked(relay, tmp_path, Identity()) as directory:
                answer = await one.ask(TID, OID, "search", {"text": "müller", "limit": 5})
                assert [person["display_name"] for person in answer["persons"]] == ["Müller, Jörg"]
                assert directory.asked[0][0] == OID
                stranger = Signers(signers.registrar, signers.ticket, ec.generate_private_key(ec.SECP256R1()))
                with pytest.raises(outcomes.Refused, match="signature_invalid"):
                    await ask(Line(client, relay.url, stranger, time.time))
                wrong = Signers(signers.registrar, signers.service, signers.service)
                with pytest.raises(outcomes.Refused, match="ticket_invalid"):
                    await ask(Line(client, relay.url, wrong, time.time))
                with pytest.raises(outcomes.Unanswered):
                    await one.ask(TID, OID, "delete", {})
                with pytest.raises(outcomes.ClockWrong):
                    await ask_late(client, relay, signers)
            with pytest.raises(outcomes.NoDirectory):
                await ask(one)
            relay.stop()
            with pytest.raises(outcomes.RelayUnreachable):
                await ask(one)
        assert json.dumps(answer) not in relay.output()


async def ask_late(client: httpx.AsyncClient, relay: Relay, signers: Signers) -> dict[str, Any]:
    return await ask(Line(client, relay.url, signers, lambda: time.time() - 200))
