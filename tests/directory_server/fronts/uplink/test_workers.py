"""Who would wait too long is told at once; whoever is taken is done."""

import asyncio
import threading
from typing import Any

import pytest

from directory_server.fronts.uplink.workers import Busy, Workers

pytestmark = pytest.mark.anyio


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lasting(time: Time, seconds: float) -> Any:
    def work() -> dict[str, Any]:
        time.now += seconds
        return {"took": seconds}

    return work


async def test_the_result_is_returned_and_errors_too() -> None:
    time = Time()
    workers = Workers(1, time)
    assert await workers.run(lasting(time, 1), 5) == {"took": 1}

    def fail() -> dict[str, Any]:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        await workers.run(fail, 5)
    assert workers.expected() == pytest.approx(0.8), "a failure has a duration as well"
    workers.close()


async def test_what_would_be_too_late_is_not_begun() -> None:
    time, go_on = Time(), threading.Event()
    workers = Workers(2, time)
    await workers.run(lasting(time, 2), 9)

    def wait() -> dict[str, Any]:
        go_on.wait(5)
        return {}

    held = [asyncio.create_task(workers.run(wait, 9)) for _ in range(4)]
    await asyncio.sleep(0.05)
    assert workers.expected() == 6, "two rounds of two seconds before its own"
    with pytest.raises(Busy):
        await workers.run(wait, 5.9)
    held.append(asyncio.create_task(workers.run(wait, 6.1)))
    await asyncio.sleep(0.05)
    time.now += 7
    assert workers.expected() == 7 * 3, "what still runs has lasted longer than anything before"
    go_on.set()
    assert await asyncio.gather(*held) == [{}] * 5
    workers.close()


async def test_a_slow_time_is_forgotten() -> None:
    time = Time()
    workers = Workers(1, time)
    await workers.run(lasting(time, 100), 9)
    for _ in range(40):
        await workers.run(lasting(time, 0.01), 9)
    assert workers.expected() < 0.1
    workers.close()


async def test_who_leaves_the_queue_gives_its_place_back() -> None:
    time, go_on = Time(), threading.Event()
    workers = Workers(1, time)
    first = asyncio.create_task(workers.run(lambda: {"waited": go_on.wait(5)}, 9))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(workers.run(lasting(time, 1), 9))
    await asyncio.sleep(0.02)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go_on.set()
    assert await first == {"waited": True}
    assert time.now == 0, "cancelled before it began"
    workers.close()
