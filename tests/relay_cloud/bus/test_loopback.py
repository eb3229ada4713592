"""The bus of a single relay keeps the promises of every bus."""

import asyncio

import pytest

from relay_cloud.bus.bus import Bus
from relay_cloud.bus.loopback import Loopback
from tests.contracts.bus_contract import OTHER, TID, BusContract, Directory, Net


async def at_once() -> None:
    await asyncio.sleep(0)


class TestLoopback(BusContract):
    @pytest.fixture
    def net(self) -> Net:
        bus: Bus = Loopback()
        return Net(bus, bus, bus, at_once)


@pytest.mark.anyio
async def test_the_newest_keys_are_handed_out_and_the_highest_epoch_known() -> None:
    bus = Loopback()
    old, new = Directory(bus).attach(), Directory(bus, epoch=2).attach()
    assert (bus.newest_epoch(TID), bus.newest_epoch(OTHER)) == (2, 0)
    assert await bus.keys(TID) == new.line.keys
    new.line.exchange.suspect = True
    assert await bus.keys(TID) == old.line.keys, "a line that may carry nothing is no place to seal for"
    new.leave()
    bus.detach(new.line)
    assert (bus.newest_epoch(TID), bus.lines()) == (1, [old.line])
    old.leave()
    assert (bus.newest_epoch(TID), bus.lines()) == (0, [])


@pytest.mark.anyio
async def test_requests_are_spread_by_what_is_in_flight() -> None:
    bus = Loopback()
    directories = [Directory(bus, "ack").attach() for _ in range(2)]
    lines = [one.line for one in directories]
    for expected in ((1, 0), (1, 1), (2, 1), (2, 2)):
        chosen = min(lines[::-1], key=lambda line: len(line.exchange))
        assert bus._held.choose(TID, directories[0].kid) is chosen
        chosen.exchange.ask(bytes((len(lines[0].exchange), len(lines[1].exchange), *bytes(14))), b"m" * 60, Nobody())
        assert sorted(len(line.exchange) for line in lines) == sorted(expected)


class Nobody:
    def acked(self) -> None: ...
    def answered(self, response: bytes) -> None: ...
    def failed(self, outcome: object) -> None: ...
