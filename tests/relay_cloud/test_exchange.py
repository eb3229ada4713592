import asyncio

import pytest

from relay_cloud.exchange import Exchange
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire.frame import RefusalCode

pytestmark = pytest.mark.anyio
A, B = b"a" * 16, b"b" * 16


async def outcome(task: "asyncio.Task[bytes]") -> Outcome:
    with pytest.raises(Failed) as failed:
        await task
    return failed.value.outcome


async def test_answers_find_their_requests() -> None:
    sent: list[bytes] = []
    exchange = Exchange(sent.append, 64)
    first, second = (asyncio.create_task(exchange.ask(rid, rid * 4, 5)) for rid in (A, B))
    await asyncio.sleep(0)
    assert sent == [b"\x10" + A * 4, b"\x10" + B * 4]
    assert exchange.answer(B, b"for b")
    assert not exchange.answer(B, b"again")
    assert exchange.answer(A, b"for a")
    assert (await first, await second) == (b"for a", b"for b")
    assert not exchange.answer(A, b"late")
    assert len(exchange) == 0


async def test_each_way_to_fail() -> None:
    exchange = Exchange(lambda _: None, 2)
    slow = asyncio.create_task(exchange.ask(A, b"m", 0.02))
    refused = asyncio.create_task(exchange.ask(B, b"m", 5))
    await asyncio.sleep(0)
    assert await outcome(asyncio.create_task(exchange.ask(b"c" * 16, b"m", 5))) is Outcome.BUSY
    assert exchange.refuse(B, RefusalCode.UNKNOWN_KEY)
    assert not exchange.refuse(B, RefusalCode.UNKNOWN_KEY)
    assert await outcome(refused) is Outcome.UNKNOWN_KEY
    assert await outcome(asyncio.create_task(exchange.ask(A, b"m", 5))) is Outcome.REPLAYED
    assert await outcome(slow) is Outcome.DEADLINE
    lost = asyncio.create_task(exchange.ask(A, b"m", 5))
    await asyncio.sleep(0)
    exchange.close()
    assert await outcome(lost) is Outcome.LINE_LOST
    assert await outcome(asyncio.create_task(exchange.ask(A, b"m", 5))) is Outcome.LINE_LOST
    assert len(exchange) == 0
