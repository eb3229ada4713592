"""What breaks between a client and its directory, and what the client is told: all processes are real.

40 requests a second, but where another rate is said. The table is printed with `pytest -s`.
"""

import asyncio
import functools
import os
import signal
from pathlib import Path

import pytest

from tests.fakes.uplinked import Identity
from tests.journeys.faults.load import SLACK_S, Load, during, holders, loading, outsider
from tests.servers.cluster import Cluster
from tests.servers.uplink_process import UplinkProcess

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.anyio, pytest.mark.timeout(120)]
IN_FLIGHT = 3
"""Requests of 50 ms at 40 a second: two are in flight at a moment."""


async def test_none(load: Load) -> None:
    story = await during(load, "no fault", 4)
    assert story.counted() == {"answered": 160}
    assert max(one.took for one in story.ended) < 0.5


async def test_a_relay_is_killed(cluster: Cluster, directory: UplinkProcess, load: Load) -> None:
    story = await during(load, "kill -9 a relay that holds a line", 8, (2, holders(cluster)[0].kill))
    assert len(story.ended) - story.answered <= IN_FLIGHT
    # Only two are left, and a line is at the other one.
    await asyncio.to_thread(directory.connected, 2, 15)


async def test_a_relay_freezes(cluster: Cluster, load: Load) -> None:
    pid = holders(cluster)[0].pid
    stop, go_on = (lambda: os.kill(pid, signal.SIGSTOP)), (lambda: os.kill(pid, signal.SIGCONT))
    story = await during(load, "SIGSTOP a relay for 20 s", 26, (2, stop), (22, go_on))
    assert story.answered >= 0.999 * len(story.ended)


async def test_a_relay_is_cut_off_from_the_directory(cluster: Cluster, load: Load) -> None:
    port = holders(cluster)[0].port
    act = (2, lambda: cluster.balancer.cut.add(port))
    story = await during(load, "black hole between directory and relay", 24, act)
    assert story.answered >= 0.999 * len(story.ended)


async def test_the_bus_is_killed_and_comes_back(cluster: Cluster, load: Load) -> None:
    story = await during(load, "kill -9 NATS, back after 1 s", 8, (2, cluster.nats.kill), (3, cluster.nats.start))
    assert len(story.ended) - story.answered <= IN_FLIGHT


async def test_the_directory_is_killed_and_comes_back(cluster: Cluster, directory: UplinkProcess, load: Load) -> None:
    story = await during(
        load, "kill -9 the directory, back after 1 s", 10, (2, directory.program.kill), (3, directory.start)
    )
    told = story.counted()
    assert set(told) <= {"answered", "no_directory", "line_lost", "unknown_key"}
    # Told at once, but for what was in flight; and well again soon after.
    assert sorted(one.took for one in story.ended if one.outcome != "answered")[-IN_FLIGHT - 1] < 0.7
    end = max(one.at for one in story.ended)
    assert {one.outcome for one in story.ended if one.at > end - 2} == {"answered"}


async def test_each_relay_is_drained_in_turn(cluster: Cluster, directory: UplinkProcess, identity: Identity) -> None:
    """Clients come by the balancer, as they do; it learns of it by readiness."""
    entry = outsider(cluster)
    entry.url = cluster.url
    async with loading(entry, cluster.relays[0], identity) as load:

        def renew(place: int) -> None:
            cluster.relays[place].stop()
            cluster.relays[place].start()
            directory.connected(2, 20)

        acts = ((1 + 7 * place, functools.partial(renew, place)) for place in range(3))
        story = await during(load, "drain of each relay in turn", 24, *acts)
    assert story.counted() == {"answered": len(story.ended)}


async def test_a_directory_that_is_slower_than_the_load(cluster: Cluster, identity: Identity, tmp_path: Path) -> None:
    with UplinkProcess(tmp_path / "slow", cluster.relays[0], cluster.url, identity.authority, delay=1.0) as slow:
        await asyncio.to_thread(slow.connected, 2)
        async with loading(outsider(cluster), cluster.relays[0], identity, rate=100, deadline_s=3) as load:
            story = await during(load, "directory slower than the load", 6)
    told = story.counted()
    assert set(told) <= {"answered", "busy", "deadline"}
    assert told["answered"] >= 16
    assert max(one.took for one in story.ended) < 3 + SLACK_S
    refused = sorted(one.took for one in story.ended if one.outcome == "busy")
    assert refused[len(refused) * 9 // 10] < 0.3, "told at once"
