"""The bus of several relays over a real NATS server: the promises of every bus, and what NATS adds to go wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest

from relay_cloud.bus import nats as nats_module
from relay_cloud.bus.nats import NatsBus
from relay_cloud.outcomes import Outcome
from tests.contracts.bus_contract import KID, TID, BusContract, Directory, Net, asked, outcome, timed
from tests.servers.nats import Nats

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[Nats]:
    with Nats() as running:
        yield running


@asynccontextmanager
async def buses(url: str, *names: str) -> AsyncIterator[list[NatsBus]]:
    async with AsyncExitStack() as stack:
        made = []
        for name in names:
            bus = NatsBus(url, name, lambda tid, epoch, name=name: heard.append((name, tid.int, epoch)), forward(name))  # type: ignore[misc]
            await bus.start()
            stack.push_async_callback(bus.stop)
            made.append(bus)
        async with asyncio.timeout(10):
            while not all(bus.ready for bus in made):  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(0.01)
        yield made


heard: list[tuple[str, int, int]] = []
forwarded: list[tuple[str, UUID, bytes]] = []


def forward(name: str) -> Callable[[UUID, bytes], None]:
    return lambda tid, data: forwarded.append((name, tid, data))


@pytest.fixture(autouse=True)
def _nothing_heard() -> None:
    heard.clear()
    forwarded.clear()


def settle(*made: NatsBus) -> "Net":
    async def settled() -> None:
        for bus in made:
            await bus.settled()
        await asyncio.sleep(0.02)

    return Net(made[0], made[-2], made[-1], settled)


class TestNatsElsewhere(BusContract):
    """The relay that is asked holds no line."""

    @pytest.fixture
    async def net(self, server: Nats) -> AsyncIterator[Net]:
        async with buses(server.url, "a", "b", "c") as made:
            yield settle(*made)


class TestNatsHere(BusContract):
    """The relay that is asked holds the first line, another one the second."""

    @pytest.fixture
    async def net(self, server: Nats) -> AsyncIterator[Net]:
        async with buses(server.url, "a", "b") as made:
            yield settle(*made)


@pytest.mark.anyio
async def test_a_newer_registration_is_heard_everywhere_and_an_older_one_told(server: Nats) -> None:
    async with buses(server.url, "a", "b") as (one, two):
        Directory(one, epoch=1).attach()
        await one.settled()
        Directory(two, epoch=2).attach()
        await two.settled()
        await asyncio.sleep(0.05)
        assert heard == [("a", TID.int, 2)]
        late = Directory(one, epoch=1)
        one.attach(late.line)  # its relay has not heard of the newer one
        await asyncio.sleep(0.1)
        assert ("a", TID.int, 2) in heard[1:]


@pytest.mark.anyio
async def test_a_relay_that_withdraws_gets_nothing_more_and_keeps_its_own(server: Nats) -> None:
    async with buses(server.url, "a", "b", "c") as (one, two, three):
        here, there = Directory(two).attach(), Directory(three).attach()
        await two.settled()
        await three.settled()
        two.withdraw()
        await two.settled()
        for _ in range(8):
            assert await outcome(one.ask(asked())) is Outcome.ANSWERED
        assert (len(here.got), len(there.got)) == (0, 8)
        assert await outcome(two.ask(asked())) is Outcome.ANSWERED
        assert len(here.got) == 1


@pytest.mark.anyio
async def test_a_bus_that_is_away_for_a_moment_loses_nothing_that_waits() -> None:
    with Nats() as own:
        async with buses(own.url, "a", "b", "c") as (one, two, three):
            Directory(two).attach()
            Directory(three).attach()
            await two.settled()
            await three.settled()
            own.kill()
            async with asyncio.timeout(5):
                while one.ready:  # noqa: ASYNC110 - no event for it
                    await asyncio.sleep(0.01)
            waiting = [asyncio.create_task(timed(one.ask(asked(6)))) for _ in range(8)]
            await asyncio.sleep(0.3)
            own.start()
            told = await asyncio.gather(*waiting)
            assert {word for word, _ in told} == {Outcome.ANSWERED}
            assert max(took for _, took in told) < 3.5
            assert await outcome(one.ask(asked())) is Outcome.ANSWERED


@pytest.mark.anyio
async def test_a_bus_that_stays_away_ends_every_request_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with Nats() as own:
        async with buses(own.url, "a", "b") as (one, two):
            directory = Directory(two).attach()
            await two.settled()
            own.kill()
            await asyncio.sleep(0.3)
            assert not one.ready
            assert await outcome(two.ask(asked())) is Outcome.ANSWERED, "its own line needs no bus"
            told, took = await timed(one.ask(asked(1)))
            assert told in (Outcome.DEADLINE, Outcome.BUS_DOWN)
            assert took < 1.3
            assert await one.keys(TID) is None
            monkeypatch.setitem(nats_module._OPTIONS, "pending_size", 0)
            one._client._max_pending_size = 10
            assert await outcome(one.ask(asked(1))) is Outcome.BUS_DOWN
            assert len(directory.got) == 1


@pytest.mark.anyio
async def test_without_a_bus_from_the_start_own_lines_carry() -> None:
    own = Nats()
    bus = NatsBus(own.url, "a", lambda tid, epoch: None, lambda tid, data: None)
    await bus.start()
    try:
        Directory(bus).attach()
        assert not bus.ready
        assert await outcome(bus.ask(asked())) is Outcome.ANSWERED
        with own:
            async with asyncio.timeout(10):
                while not bus.ready:  # noqa: ASYNC110 - no event for it
                    await asyncio.sleep(0.02)
            async with buses(own.url, "b") as (other,):
                await bus.settled()
                assert await outcome(other.ask(asked())) is Outcome.ANSWERED
    finally:
        await bus.stop()


@pytest.mark.anyio
async def test_a_frozen_bus_ends_every_request_in_time() -> None:
    with Nats() as own:
        async with buses(own.url, "a", "b") as (one, two):
            Directory(two).attach()
            await two.settled()
            own.freeze()
            try:
                told, took = await timed(one.ask(asked(1)))
            finally:
                own.thaw()
            assert told is Outcome.DEADLINE
            assert took < 1.2
            assert await outcome(one.ask(asked())) is Outcome.ANSWERED


@pytest.mark.anyio
async def test_answers_that_were_brought_elsewhere_reach_the_relay_that_waits(server: Nats) -> None:
    async with buses(server.url, "a", "b") as (one, two):
        await two.settled()
        one.forward("b", TID, b"answers")
        for nobody in ("c", "", "*", ">", "b.x", "b" * 65, "ä b"):
            one.forward(nobody, TID, b"lost")
        await one.settled()
        await asyncio.sleep(0.05)
        assert forwarded == [("b", TID, b"answers")]


@pytest.mark.anyio
async def test_what_waited_while_a_relay_stood_still_is_left_to_others(server: Nats) -> None:
    async with buses(server.url, "a", "b", "c") as (one, two, three):
        frozen, other = Directory(two).attach(), Directory(three).attach()
        await two.settled()
        await three.settled()
        two._pulse._at -= 10
        waiting = [asyncio.create_task(timed(one.ask(asked()))) for _ in range(8)]
        await asyncio.sleep(0.2)
        assert frozen.got == [], "who asked has long asked others"
        assert other.got != []
        told = await asyncio.gather(*waiting)
        assert {word for word, _ in told} == {Outcome.ANSWERED}
        assert max(took for _, took in told) < 1
        assert [await outcome(one.ask(asked())) for _ in range(20)] == [Outcome.ANSWERED] * 20
        assert frozen.got != [], "and it is back"


@pytest.mark.anyio
async def test_an_answer_that_was_lost_with_the_bus_is_asked_for_again() -> None:
    with Nats() as own:
        async with buses(own.url, "a", "b") as (one, two):
            directory = Directory(two, "nothing").attach()
            await two.settled()
            request = asked(8)
            waiting = asyncio.create_task(timed(one.ask(request)))
            await asyncio.sleep(0.1)
            assert directory.got == [request.rid]
            directory.line.exchange.ack(request.rid)
            await two.settled()
            own.kill()
            directory.line.exchange.forget(request.rid, directory.line.exchange._waiting[request.rid])
            directory.does = "answer"
            own.start()
            assert (await waiting)[0] is Outcome.ANSWERED
            assert directory.got == [request.rid, request.rid]


@pytest.mark.anyio
@pytest.mark.parametrize("payload", [b"", b"\x00", b"\xff" * 10, b"\x01garbage", b"\x03", b"\x01" + bytes(60)])
async def test_nonsense_on_the_bus_disturbs_nobody(
    server: Nats, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with buses(server.url, "a", "b") as (one, two):
        Directory(two).attach()
        await two.settled()
        rid = asked().rid.hex()
        replies = ("r.b.x", "r.b.", f"r.b.1{rid}", f"r.b.9{rid}", "r.b.k1", "r.b.p")
        for subject in (f"t.{TID.hex}.{KID.hex()}", f"tb.{TID.hex}", *replies):
            if not subject.endswith("."):
                one.publish(subject, payload, "r.a.k9")
        await one.settled()
        await asyncio.sleep(0.05)
        assert await outcome(one.ask(asked())) is Outcome.ANSWERED
        assert "Traceback" not in caplog.text
