"""Each request is executed once, whoever brings it."""

import asyncio
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.uplink import executions as executions_module
from directory_server.fronts.uplink.executions import KEPT_S, MAX_ENTRIES, WINDOW_S, Executions, Frame
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.frame import RefusalCode, Refused, ResponseFrame


def request(rid: bytes, sealed: bytes = b"sealed", deadline_ms: int = 8000) -> Request:
    return Request(UUID(int=1), rid, b"k" * 8, deadline_ms, SenderClass.TAB, sealed)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.floats(0, 200)), max_size=60))
def test_no_id_passes_twice_within_the_window(events: list[tuple[bytes, float]]) -> None:
    executions, now, last = Executions(), 0.0, dict[bytes, float]()
    for rid, pause in events:
        now += pause
        fresh = executions.first(request(rid), now)
        if rid in last and now - last[rid] <= 2 * WINDOW_S:
            assert not fresh
        if fresh:
            last[rid] = now


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ENTRIES >= 5000
    monkeypatch.setattr(executions_module, "MAX_ENTRIES", 2)
    executions = Executions()
    assert executions.first(request(b"a"), 0)
    assert not executions.full(0)
    assert executions.first(request(b"b"), 0)
    assert executions.full(1)
    assert not executions.full(400), "old ids have made room, though none was added since"
    assert executions.first(request(b"c"), 400)


async def frame(data: bytes = b"r" * 60) -> Frame:
    return ResponseFrame(data)


@pytest.mark.anyio
async def test_the_same_request_finds_its_execution_until_its_deadline() -> None:
    executions = Executions()
    one = request(b"a", deadline_ms=60)
    assert executions.running(one) is None
    assert executions.first(one, 0)
    task = executions.start(one, frame())
    assert executions.running(request(b"a", deadline_ms=20)) is task, "less time is left for a second carrier"
    assert executions.running(request(b"a", sealed=b"else")) is None
    assert await task == ResponseFrame(b"r" * 60)
    assert executions.running(one) is task
    await asyncio.sleep(0.08)
    assert executions.running(one) is None
    assert not executions.first(one, 1)


@pytest.mark.anyio
async def test_answers_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executions_module, "MAX_ANSWERS_BYTES", 150)
    executions, asked = Executions(), [request(bytes((number,))) for number in range(4)]
    for one in asked:
        executions.first(one, 0)
        await executions.start(one, frame())
        await asyncio.sleep(0)
    assert [executions.running(one) is not None for one in asked] == [False, False, True, True]
    refused = request(b"refused")

    async def refuse() -> Frame:
        return Refused(b"", RefusalCode.BUSY)

    executions.first(refused, 0)
    await executions.start(refused, refuse())
    await asyncio.sleep(0)
    assert executions._size == 120
    executions.first(request(b"z"), KEPT_S)
    assert (executions._size, len(executions._answers)) == (0, 0)


@pytest.mark.anyio
async def test_a_failed_execution_is_kept_as_failed_and_a_close_ends_what_runs() -> None:
    executions = Executions()

    async def fails() -> Frame:
        raise RuntimeError

    async def never() -> Frame:
        await asyncio.Event().wait()
        return None

    one, two = request(b"a"), request(b"b")
    for asked, work in ((one, fails()), (two, never())):
        executions.first(asked, 0)
        executions.start(asked, work)
    running = executions.running(two)
    await asyncio.sleep(0.01)
    failed = executions.running(one)
    assert failed is not None
    with pytest.raises(RuntimeError):
        await failed
    executions.close()
    assert running is not None
    with pytest.raises(asyncio.CancelledError):
        await running
