"""A process that stood still knows it, once for each time."""

import asyncio

import pytest

from relay_cloud.bus import pulse as pulse_module
from relay_cloud.bus.pulse import STILL_S, Pulse


@pytest.mark.anyio
async def test_a_gap_is_told_once_by_the_beat_or_by_who_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_module, "BEAT_S", 0.01)
    now, missed = [5.0], list[float]()
    pulse = Pulse(lambda: now[0], lambda: missed.append(now[0]))
    task = asyncio.create_task(pulse.run())
    await asyncio.sleep(0.05)
    assert missed == [], "it has just begun"
    now[0] += STILL_S
    await asyncio.sleep(0.05)
    assert missed == []
    now[0] += STILL_S + 0.1
    await asyncio.sleep(0.05)
    assert missed == [now[0]]
    now[0] += STILL_S + 0.1
    pulse.look()
    pulse.look()
    await asyncio.sleep(0.05)
    assert missed[1:] == [now[0]]
    task.cancel()
