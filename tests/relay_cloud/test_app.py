"""One sealed request end to end, and every way it can fail: real relay process, real line, real seal."""

import json
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol.keys import SealingKey, key_id
from tests.fakes.end import End
from tests.fakes.uplinked import OID, OTHER_TID, TID, Identity, Uplinked, uplinked
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]


@pytest.fixture
async def directory(relay: Relay, identity: Identity, tmp_path: Path) -> AsyncIterator[Uplinked]:
    async with uplinked(relay, tmp_path, identity) as running:
        yield running


@pytest.fixture
async def end(relay: Relay, client: httpx.AsyncClient, directory: Uplinked) -> End:
    asking = End(client, relay.url, TID, relay.registrar.public_key())
    await asking.fetch_keys()
    return asking


async def test_a_sealed_search_is_answered(end: End, relay: Relay, identity: Identity, directory: Uplinked) -> None:
    status, body = await end.ask("search", {"text": "mül", "limit": 5}, relay.ticket(TID), token=identity.token())
    assert (status, [found["display_name"] for found in body["persons"]]) == (0, ["Müller, Jörg"])
    assert body["sources"] == [{"name": "Kunden", "age_s": 60}]
    assert directory.asked == [(OID, frozenset({"g1"}))]


async def test_person_and_whoami(end: End, relay: Relay, identity: Identity) -> None:
    ticket, token = relay.ticket(TID), identity.token()
    assert (await end.ask("person", {"id": 1}, ticket, token=token))[1]["person"]["id"] == 1
    assert (await end.ask("person", {"id": 2}, ticket, token=token))[1] == {"person": None}
    status, who = await end.ask("whoami", {}, ticket, token=token)
    assert (status, who["oid"], who["groups"]) == (0, OID, 1)
    assert end.configuration is not None
    assert who["fingerprint"] == end.configuration.fingerprint


async def test_the_service_asks_with_its_signature(
    relay: Relay, client: httpx.AsyncClient, directory: Uplinked, identity: Identity, end: End
) -> None:
    service = End(client, relay.url, TID, relay.registrar.public_key(), service=relay.service_key)
    await service.fetch_keys()
    ticket = relay.ticket(TID, "svc")
    assert (await service.ask("search", {"text": "mül"}, ticket, user=OID))[0] == 0
    assert directory.asked[-1] == (OID, frozenset()), "no tab has proved groups yet"
    await end.ask("whoami", {}, relay.ticket(TID), token=identity.token(groups=["g1", "g2"]))
    await service.ask("search", {"text": "mül"}, ticket, user=OID)
    assert directory.asked[-1] == (OID, frozenset({"g1", "g2"}))
    status, body = await service.ask("whoami", {}, ticket, user=OID, signer=ec.generate_private_key(ec.SECP256R1()))
    assert (status, body["error"]) == (1, "signature_invalid")
    status, body = await service.ask("whoami", {}, ticket)
    assert (status, body["error"]) == (3, "bad_request")
    request, _ = service.sealed("whoami", {}, user=OID)
    answer = await service.post(request.encode(), relay.ticket(TID))
    assert (answer.status_code, answer.json()["error"]) == (403, "ticket_foreign"), "a tab's ticket does not fit"


@pytest.mark.parametrize(
    "case",
    [
        ({"lives": -3600}, "token_expired"),
        ({"tid": OTHER_TID}, "tenant_unknown"),
        ({"aud": "somebody-else"}, "token_invalid"),
        ({"scp": "User.Read"}, "scope_missing"),
        ({"azp": "another-app"}, "token_invalid"),
        ({"iss": "https://evil.example.test/v2.0"}, "token_invalid"),
    ],
)
async def test_a_foreign_or_expired_token_is_refused(
    end: End, relay: Relay, identity: Identity, directory: Uplinked, case: tuple[dict[str, Any], str]
) -> None:
    claims, code = case
    token = identity.token(**claims)
    status, body = await end.ask("search", {"text": "mül"}, relay.ticket(TID), token=token)
    assert (status, body["error"]) == (1, code)
    assert directory.asked == []


async def test_a_token_signed_by_somebody_else_is_refused(end: End, relay: Relay, identity: Identity) -> None:
    forged = Identity(identity.authority).token()
    status, body = await end.ask("whoami", {}, relay.ticket(TID), token=forged)
    assert (status, body["error"]) == (1, "token_invalid")
    assert (await end.ask("whoami", {}, relay.ticket(TID)))[1]["error"] == "token_invalid"


async def test_a_wrong_clock_is_told_the_time(end: End, relay: Relay, identity: Identity) -> None:
    for shift in (-200, 200):
        issued = int(time.time()) + shift
        status, body = await end.ask("whoami", {}, relay.ticket(TID), token=identity.token(), issued_at=issued)
        assert (status, body["error"]) == (2, "clock")
        assert abs(body["now"] - time.time()) < 5


async def test_tickets(end: End, relay: Relay) -> None:
    message = end.sealed("whoami", {})[0].encode()
    other = ec.generate_private_key(ec.SECP256R1())
    for ticket, status, error in (
        (None, 401, "ticket_missing"),
        (relay.ticket(TID, lives=-1), 401, "ticket_expired"),
        (relay.ticket(TID, lives=3600), 401, "ticket_invalid"),
        (relay.ticket(TID, key=other), 401, "ticket_invalid"),
        (relay.ticket(TID, cls="admin"), 401, "ticket_invalid"),
        ("garbage", 401, "ticket_invalid"),
        ("x" * 5000, 401, "ticket_invalid"),
        (relay.ticket(OTHER_TID), 403, "ticket_foreign"),
        (relay.ticket(TID, cls="svc"), 403, "ticket_foreign"),
    ):
        answer = await end.post(message, ticket)
        assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_messages_that_are_none(end: End, relay: Relay, client: httpx.AsyncClient) -> None:
    ticket = relay.ticket(TID)
    message = end.sealed("whoami", {})[0].encode()
    to_other = end.sealed("whoami", {}, tid=OTHER_TID)[0].encode()
    for content, status, error in (
        (b"", 400, "malformed"),
        (message[:40], 400, "malformed"),
        (message[:-1], 400, "cannot_open"),
        (message[:100] + bytes((message[100] ^ 1,)) + message[101:], 400, "cannot_open"),
        (to_other, 400, "malformed"),
        (to_other[:1] + TID.bytes + to_other[17:], 400, "cannot_open"),
        (secrets.token_bytes(70_000), 413, "too_large"),
    ):
        answer = await end.post(content, ticket)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
    answer = await client.post(f"{relay.url}/v1/t/not-a-tenant", content=message)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


async def test_a_stream_without_a_length_is_cut_at_the_limit(end: End, relay: Relay, client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield bytes(1024)

    headers = {"Authorization": f"Bearer {relay.ticket(TID)}"}
    answer = await client.post(end.url, content=endless(), headers=headers)
    assert answer.status_code == 413


async def test_a_replayed_request_is_refused(end: End, relay: Relay, identity: Identity, directory: Uplinked) -> None:
    message = end.sealed("search", {"text": "mül"}, token=identity.token())[0].encode()
    assert (await end.post(message, relay.ticket(TID))).status_code == 200
    again = await end.post(message, relay.ticket(TID))
    assert (again.status_code, again.json()["error"]) == (409, "replayed")
    assert len(directory.asked) == 1


async def test_an_unknown_key_makes_the_client_fetch_again(end: End, relay: Relay, identity: Identity) -> None:
    gone = ec.generate_private_key(ec.SECP256R1()).public_key()
    message = end.sealed("whoami", {}, key=SealingKey(key_id(gone), gone))[0].encode()
    answer = await end.post(message, relay.ticket(TID))
    assert (answer.status_code, answer.json()["error"]) == (409, "unknown_key")
    await end.fetch_keys()
    assert (await end.ask("whoami", {}, relay.ticket(TID), token=identity.token()))[0] == 0


async def test_without_a_directory_the_answer_is_quick(relay: Relay, client: httpx.AsyncClient, end: End) -> None:
    elsewhere = End(client, relay.url, OTHER_TID, relay.registrar.public_key())
    elsewhere.configuration = end.configuration
    message = elsewhere.sealed("whoami", {})[0].encode()
    started = time.monotonic()
    answer = await elsewhere.post(message, relay.ticket(OTHER_TID))
    assert (answer.status_code, answer.json()["error"]) == (503, "no_directory")
    assert time.monotonic() - started < 1
    assert (await client.get(f"{elsewhere.url}/keys")).status_code == 503


async def test_any_page_may_ask(relay: Relay, client: httpx.AsyncClient, end: End) -> None:
    answer = await client.options(end.url, headers={"Origin": "https://tab.example.test"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert (await end.post(b"", None)).headers["access-control-allow-origin"] == "*"
    assert (await client.put(end.url)).status_code == 405
    assert (await client.get(end.url)).status_code == 405


async def test_health_and_metrics(relay: Relay, client: httpx.AsyncClient, end: End) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await client.get(relay.url + path)).status_code == 200
    before = relay.metrics()
    await end.post(b"", None)
    assert before != relay.metrics()
    assert "contact_relay_lines 1" in before
    assert str(TID) not in before
    assert (await client.get(relay.url + "/nothing")).status_code == 404


@pytest.mark.parametrize(
    "body", [{"text": 1}, {}, {"text": "x" * 300}, {"text": "x", "limit": 51}, {"text": "x", "limit": True}]
)
async def test_a_wrong_body_is_named(end: End, relay: Relay, identity: Identity, body: dict[str, Any]) -> None:
    status, answer = await end.ask("search", body, relay.ticket(TID), token=identity.token())
    assert (status, answer["error"]) == (3, "bad_request")
    assert "xxx" not in json.dumps(answer)


async def test_requests_at_once_find_their_own_answers(end: End, relay: Relay, identity: Identity) -> None:
    ticket, token = relay.ticket(TID), identity.token()

    async def one(number: int) -> None:
        _, body = await end.ask("person", {"id": number}, ticket, token=token)
        assert (body["person"] is not None) == (number == 1)

    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(one, number)
