"""Long-polls as a directory sends them: proofs, what waits, what is brought, and how they end."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from relay_cloud import poll_route, polled
from relay_cloud.outcomes import Outcome
from relay_cloud.wire import polling
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.frame import Ack, Keys, Probe, Probed, RefusalCode, Refused, RequestFrame, ResponseFrame
from tests.fakes.polling import KEYS, KID, TID, Polling, carried

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def polls() -> Polling:
    return Polling()


async def test_a_poll_waits_for_a_request_and_another_brings_its_answer(polls: Polling) -> None:
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    asked = polls.asking(1)
    answer = await waiting
    (request,) = carried(answer)
    assert isinstance(request, RequestFrame)
    assert answer.headers[polling.INSTANCE_HEADER] == "here"
    brought = await polls.post(ResponseFrame(request.rid + bytes(60)), **{polling.INSTANCE_HEADER: "here"})
    assert (brought.status_code, brought.content) == (204, b"")
    assert await asked is Outcome.ANSWERED


async def test_nothing_comes_and_the_poll_ends_in_its_time(polls: Polling) -> None:
    answer = await polls.post(KEYS, wait=1)
    assert answer.status_code == 204


async def test_two_polls_wait_side_by_side_and_share_what_comes(polls: Polling) -> None:
    waiting = [asyncio.create_task(polls.post(KEYS, wait=5)) for _ in range(2)]
    await asyncio.sleep(0.02)
    asked = [polls.asking(number) for number in range(1, 9)]
    done, _ = await asyncio.wait(waiting, timeout=1)
    frames = [one for answer in done for one in carried(answer.result())]
    assert sorted(one.rid for one in frames if isinstance(one, RequestFrame)) == [
        number.to_bytes(16, "big") for number in range(1, 9)
    ]
    await polls.post(*[Refused(one.rid, RefusalCode.BUSY) for one in frames if isinstance(one, RequestFrame)])
    assert [await one for one in asked] == [Outcome.BUSY] * 8


async def test_a_burst_between_two_polls_is_kept_for_the_next_one(polls: Polling) -> None:
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    first = polls.asking(1)
    (one,) = carried(await waiting)
    second = polls.asking(2)
    await asyncio.sleep(0.02)
    (two,) = carried(await polls.post(KEYS, wait=5))
    assert isinstance(one, RequestFrame)
    assert isinstance(two, RequestFrame)
    await polls.post(Ack(one.rid), ResponseFrame(one.rid + bytes(60)), ResponseFrame(two.rid + bytes(60)))
    assert (await first, await second) == (Outcome.ANSWERED, Outcome.ANSWERED)


async def test_a_directory_that_polls_no_more_is_gone_soon(polls: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_route, "LINGER_S", 0.1)
    await polls.post(KEYS)
    assert len(polls.bus.lines()) == 1
    assert polls.bus.lines()[0].exchange.suspect is False
    await asyncio.sleep(0.2)
    assert polls.bus.lines() == []
    assert await polls.asking(1) is Outcome.NO_DIRECTORY
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    asked = polls.asking(2, 0.6)
    await waiting
    assert polls.bus.lines()[0].exchange.suspect, "no poll waits"
    await asyncio.sleep(0.2)
    assert polls.bus.lines() == []
    assert await asked is Outcome.DEADLINE
    await asyncio.sleep(0.2)
    assert polls.route._polled == {}


async def test_a_poll_that_waits_is_left_alone_by_others_that_bring_answers(
    polls: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_route, "LINGER_S", 0.1)
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    await polls.post(Ack(bytes(16)))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    (line,) = polls.bus.lines()
    assert line.exchange.suspect is False
    asked = polls.asking(1)
    (request,) = carried(await waiting)
    assert isinstance(request, RequestFrame)
    await polls.post(ResponseFrame(request.rid + bytes(60)))
    assert await asked is Outcome.ANSWERED


async def test_a_line_that_was_ended_takes_nothing_from_the_next_one(
    polls: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_route, "LINGER_S", 0.1)
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    polls.revoked = True
    polls.route.revoke()
    polls.revoked = False
    again = asyncio.create_task(polls.post(KEYS, wait=5))
    assert (await waiting).status_code == 204
    await asyncio.sleep(0.3)
    asked = polls.asking(1)
    (request,) = carried(await again)
    assert isinstance(request, RequestFrame)
    await polls.post(ResponseFrame(request.rid + bytes(60)))
    assert await asked is Outcome.ANSWERED


async def test_what_nobody_fetched_in_time_is_not_handed_out(polls: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "LINGER_S", 0.05)
    await polls.post(KEYS)
    asked = polls.asking(1, 0.3)
    await asyncio.sleep(0.1)
    assert (await polls.post(KEYS, wait=1)).status_code == 204
    assert await asked is Outcome.DEADLINE


async def test_a_client_that_goes_while_it_waits_takes_nothing_along(polls: Polling) -> None:
    waiting = asyncio.create_task(polls.post(KEYS, wait=20))
    await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    asked = polls.asking(1)
    await asyncio.sleep(0.02)
    (request,) = carried(await polls.post(KEYS, wait=5))
    assert isinstance(request, RequestFrame)
    await polls.post(ResponseFrame(request.rid + bytes(60)))
    assert await asked is Outcome.ANSWERED


async def test_answers_for_another_relay_are_brought_there_and_late_ones_counted(polls: Polling) -> None:
    answers = [ResponseFrame(bytes([number]) * 16 + bytes(60)) for number in (1, 2)]
    await polls.post(*answers, **{polling.INSTANCE_HEADER: "there"})
    assert polls.bus.forwarded == [("there", TID, polling.batch([one.encode() for one in answers]))]
    await polls.post(*answers, **{polling.INSTANCE_HEADER: "here"})
    assert polls.metrics.late_answers == 2
    assert len(polls.bus.forwarded) == 1


async def test_forwarded_answers_are_taken_for_their_tenant_only(polls: Polling) -> None:
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    asked = polls.asking(1)
    (request,) = carried(await waiting)
    assert isinstance(request, RequestFrame)
    data = polling.batch([ResponseFrame(request.rid + bytes(60)).encode()])
    polls.route.forwarded(UUID(int=9), data)
    await asyncio.sleep(0.02)
    assert not asked.done()
    polls.route.forwarded(TID, data)
    assert await asked is Outcome.ANSWERED


async def test_a_probe_goes_round_in_the_poll_that_brought_it(polls: Polling) -> None:
    rid = bytes(15) + b"\7"
    message = Request(TID, rid, KID, 2000, SenderClass.TAB, b"sealed").encode()
    request = carried(await polls.post(KEYS, Probe(message), wait=5))[0]
    assert isinstance(request, RequestFrame)
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    await polls.post(ResponseFrame(rid + bytes(60)))
    assert carried(await waiting) == [Probed(rid, answered=True)]
    foreign = Request(UUID(int=9), rid, KID, 2000, SenderClass.TAB, b"sealed").encode()
    assert (await polls.post(Probe(foreign))).status_code == 400


@pytest.mark.parametrize(
    ("frames", "wait", "status"),
    [
        ((b"\xff" * 4,), 0, 400),
        ((RequestFrame(bytes(60)),), 0, 400),
        ((KEYS,), 26, 400),
        ((KEYS,), "soon", 400),
        ((KEYS,), -1, 400),
        ((Keys({"opens": "all"}),), 0, 400),
        ([ResponseFrame(bytes(65_000))] * 17, 0, 413),
    ],
)
async def test_what_is_no_poll(polls: Polling, frames: Any, wait: Any, status: int) -> None:
    answer = await polls.post(*frames, wait=wait)
    assert (answer.status_code, answer.json().keys()) == (status, {"error", "message"})
    assert (await polls.client.get("/v1/poll")).status_code == 405


async def test_a_proof_is_good_once(polls: Polling) -> None:
    good = await polls.post(KEYS)
    headers = {name: good.request.headers[name] for name in ("authorization", "dpop")}
    again = await polls.client.post("/v1/poll", headers=headers)
    assert (again.status_code, again.json()["error"]) == (401, "proof_invalid")
    assert (await polls.client.post("/v1/poll")).status_code == 401


async def test_a_newer_registration_ends_the_polls_of_older_ones(polls: Polling) -> None:
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    assert (await polls.post(KEYS, epoch=2)).status_code == 204
    assert (await waiting).status_code == 204
    refused = await polls.post(KEYS)
    assert (refused.status_code, refused.json()["error"]) == (403, "superseded")
    assert [line.credential.epoch for line in polls.bus.lines()] == [2]


async def test_a_revoked_registration_polls_no_more(polls: Polling) -> None:
    waiting = asyncio.create_task(polls.post(KEYS, wait=5))
    await asyncio.sleep(0.02)
    polls.revoked = True
    polls.route.revoke()
    assert (await waiting).status_code == 204
    assert polls.bus.lines() == []
    refused = await polls.post(KEYS, wait=5)
    assert (refused.status_code, refused.json()["error"]) == (403, "revoked")


async def test_a_drain_lets_polls_go_and_waits_for_answers(polls: Polling) -> None:
    first, second = (asyncio.create_task(polls.post(KEYS, wait=20)) for _ in range(2))
    await asyncio.sleep(0.02)
    asked = polls.asking(1)
    done, _ = await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
    (request,) = carried(done.pop().result())
    assert isinstance(request, RequestFrame)
    drain = asyncio.create_task(polls.route.drain())
    await asyncio.gather(first, second)
    refused = await polls.post(KEYS, wait=5)
    assert (refused.status_code, refused.json()["error"]) == (503, "stopping")
    assert not drain.done()
    polls.route.forwarded(TID, polling.batch([ResponseFrame(request.rid + bytes(60)).encode()]))
    assert await asked is Outcome.ANSWERED
    await asyncio.wait_for(drain, 1)
