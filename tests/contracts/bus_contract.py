"""What every bus promises, whoever holds the lines: subclass it with a `net` fixture."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from relay_cloud.asking import ACK_S
from relay_cloud.bus.bus import Asked, Bus, Line
from relay_cloud.exchange import Exchange
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.frame import RefusalCode

TID, OTHER = UUID(int=1), UUID(int=2)
KID, OLD_KID = b"k" * 8, b"o" * 8
LIMIT = 8
WORDS = ("answer", "ack", "silent", "busy", "lose", "ack-lose")
_numbers = itertools.count(1)


class Net:
    """The buses of some relays: one that is asked, and those that hold the first and the second line of a tenant."""

    def __init__(self, asker: Bus, first: Bus, second: Bus, settle: Callable[[], Awaitable[None]]) -> None:
        self.asker, self.first, self.second = asker, first, second
        self.settled = settle
        self.superseded: list[tuple[UUID, int]] = []


class Directory:
    """Stands behind one line and treats each request as `does` says: answer, ack, silent, busy, lose, ack-lose."""

    def __init__(self, bus: Bus, does: str = "answer", *, epoch: int = 1, tid: UUID = TID, kid: bytes = KID) -> None:
        self.bus = bus
        self.does = does
        self.got: list[bytes] = []
        self.line = Line(Credential(tid, "t", epoch, 0, 1), Exchange(self._take, LIMIT))
        self.kid = kid

    def attach(self) -> "Directory":
        self.bus.attach(self.line)
        self.line.keys = f'{{"of":"{self.kid.hex()}","epoch":{self.line.credential.epoch}}}'.encode()
        self.line.kids = frozenset({self.kid})
        self.bus.published(self.line)
        return self

    def leave(self) -> None:
        self.bus.detach(self.line)
        self.line.exchange.close()

    def _take(self, frame: bytes) -> None:
        rid = frame[18:34]
        self.got.append(rid)
        asyncio.get_running_loop().call_soon(self._treat, rid, frame[1:])

    def _treat(self, rid: bytes, message: bytes) -> None:
        exchange = self.line.exchange
        if self.does in ("answer", "ack", "ack-lose"):
            exchange.ack(rid)
        if self.does == "answer":
            exchange.answer(rid, rid + message[-4:])
        elif self.does == "busy":
            exchange.refuse(rid, RefusalCode.BUSY)
        elif self.does == "replayed":
            exchange.refuse(rid, RefusalCode.REPLAYED)
        elif self.does in ("lose", "ack-lose"):
            self.leave()


def asked(seconds: float = 5, *, tid: UUID = TID, kid: bytes = KID, rid: bytes | None = None) -> Asked:
    rid = rid or next(_numbers).to_bytes(16, "big")
    message = Request(tid, rid, kid, int(seconds * 1000), SenderClass.TAB, b"sealed" + rid[-4:]).encode()
    return Asked(tid, rid, kid, message, seconds)


async def outcome(work: Awaitable[bytes]) -> Outcome:
    try:
        await work
    except Failed as failed:
        return failed.outcome
    return Outcome.ANSWERED


async def timed(work: Awaitable[bytes]) -> tuple[Outcome, float]:
    start = time.monotonic()
    return await outcome(work), time.monotonic() - start


@pytest.mark.anyio
class BusContract:
    """One suite for all buses."""

    async def put(self, net: Net, *does: str, **how: Any) -> list[Directory]:
        """Attach a directory behind the first relay and, with two words, one behind the second."""
        buses = (net.first, net.second)
        directories = [Directory(bus, word, **how).attach() for bus, word in zip(buses, does, strict=False)]
        await net.settled()
        return directories

    async def test_an_answer_comes_back_to_its_request(self, net: Net) -> None:
        (directory,) = await self.put(net, "answer")
        one, two = asked(), asked()
        answers = await asyncio.gather(net.asker.ask(one), net.asker.ask(two))
        assert answers == [one.rid + one.rid[-4:], two.rid + two.rid[-4:]]
        assert sorted(directory.got) == sorted([one.rid, two.rid])
        assert len(directory.line.exchange) == 0
        assert net.asker.hedged == 0

    async def test_nobody_is_told_at_once(self, net: Net) -> None:
        assert (await timed(net.asker.ask(asked())))[0] is Outcome.NO_DIRECTORY
        await self.put(net, "answer")
        told, took = await timed(net.asker.ask(asked(tid=OTHER)))
        assert told is Outcome.NO_DIRECTORY
        assert took < 0.3

    async def test_an_unknown_key_is_told_at_once_and_bothers_no_directory(self, net: Net) -> None:
        (directory,) = await self.put(net, "answer")
        told, took = await timed(net.asker.ask(asked(kid=OLD_KID)))
        assert told is Outcome.UNKNOWN_KEY
        assert took < 0.3
        assert directory.got == []

    async def test_each_key_leads_to_the_directory_that_has_it(self, net: Net) -> None:
        one = Directory(net.first).attach()
        two = Directory(net.second, kid=OLD_KID).attach()
        await net.settled()
        for _ in range(3):
            await net.asker.ask(asked())
            await net.asker.ask(asked(kid=OLD_KID))
        assert (len(one.got), len(two.got)) == (3, 3)

    async def test_a_silent_line_costs_half_a_second_and_then_nothing(self, net: Net) -> None:
        silent, other = await self.put(net, "silent", "answer")
        slow = 0
        for _ in range(12):
            told, took = await timed(net.asker.ask(asked()))
            assert told is Outcome.ANSWERED
            assert took < ACK_S + 0.3
            slow += took > ACK_S / 2
        assert slow <= min(1, len(silent.got))
        if slow:
            assert silent.line.exchange.suspect
        assert len(other.line.exchange) == 0

    async def test_a_suspect_line_comes_back_when_it_is_heard(self, net: Net) -> None:
        (directory,) = await self.put(net, "silent")
        assert (await outcome(net.asker.ask(asked(0.7)))) is not Outcome.ANSWERED
        assert directory.line.exchange.suspect
        directory.does = "answer"
        directory.line.exchange.heard()
        assert (await timed(net.asker.ask(asked())))[1] < 0.3

    async def test_the_last_line_is_tried_though_it_is_suspect(self, net: Net) -> None:
        (directory,) = await self.put(net, "silent")
        await outcome(net.asker.ask(asked(0.7)))
        directory.does = "answer"
        assert await outcome(net.asker.ask(asked())) is Outcome.ANSWERED

    @pytest.mark.parametrize("word", ["busy", "replayed"])
    async def test_a_refusal_is_believed(self, net: Net, word: str) -> None:
        directories = await self.put(net, word, word)
        told, took = await timed(net.asker.ask(asked()))
        assert told is Outcome(word)
        assert took < 0.3
        assert sum(len(one.got) for one in directories) == 1

    async def test_a_full_line_says_busy(self, net: Net) -> None:
        (directory,) = await self.put(net, "ack")
        waiting = [asyncio.create_task(outcome(net.asker.ask(asked(1)))) for _ in range(LIMIT)]
        await asyncio.sleep(0.2)
        told, took = await timed(net.asker.ask(asked()))
        assert told is Outcome.BUSY
        assert took < 0.3
        assert set(await asyncio.gather(*waiting)) == {Outcome.DEADLINE}
        await asyncio.sleep(0.3)  # the other relay began to count a little later
        assert len(directory.line.exchange) == 0

    @pytest.mark.parametrize("word", ["lose", "ack-lose"])
    async def test_what_a_lost_line_had_goes_over_the_other(self, net: Net, word: str) -> None:
        lost, other = await self.put(net, word, "answer")
        for _ in range(6):
            told, took = await timed(net.asker.ask(asked()))
            assert told is Outcome.ANSWERED
            assert took < 0.3
        assert len(lost.got) <= 1
        assert set(lost.got) <= set(other.got)

    @pytest.mark.parametrize("word", ["lose", "ack-lose"])
    async def test_without_another_line_the_loss_is_told(self, net: Net, word: str) -> None:
        await self.put(net, word)
        told, took = await timed(net.asker.ask(asked()))
        assert told in (Outcome.LINE_LOST, Outcome.NO_DIRECTORY)
        assert took < ACK_S + 0.3

    @pytest.mark.parametrize("word", ["silent", "ack"])
    async def test_the_deadline_holds(self, net: Net, word: str) -> None:
        (directory,) = await self.put(net, word)
        told, took = await timed(net.asker.ask(asked(0.4)))
        assert told is Outcome.DEADLINE
        assert 0.35 < took < 0.6
        await asyncio.sleep(0.2)
        assert len(directory.line.exchange) == 0
        assert not directory.line.exchange.answer(directory.got[0], b"late")

    async def test_a_second_round_has_the_time_that_is_left(self, net: Net) -> None:
        await self.put(net, "silent", "ack")
        told, took = await timed(net.asker.ask(asked(1)))
        assert told is Outcome.DEADLINE
        assert 0.9 < took < 1.2

    async def test_the_same_id_twice_at_once(self, net: Net) -> None:
        (directory,) = await self.put(net, "ack")
        one = asked(2)
        first = asyncio.create_task(net.asker.ask(one))
        await asyncio.sleep(0.1)
        assert await outcome(net.asker.ask(one)) is Outcome.REPLAYED
        directory.line.exchange.answer(one.rid, b"yes")
        assert await first == b"yes"

    async def test_keys_come_from_whoever_has_them(self, net: Net) -> None:
        assert await net.asker.keys(TID) is None
        (directory,) = await self.put(net, "answer")
        assert await net.asker.keys(TID) == f'{{"of":"{KID.hex()}","epoch":1}}'.encode()
        assert await net.asker.keys(OTHER) is None
        directory.leave()
        await net.settled()
        assert await net.asker.keys(TID) is None
        directory.bus.detach(directory.line)

    async def test_a_line_without_keys_does_not_serve(self, net: Net) -> None:
        directory = Directory(net.first)
        net.first.attach(directory.line)
        await net.settled()
        assert await net.asker.keys(TID) is None
        assert await outcome(net.asker.ask(asked())) in (Outcome.NO_DIRECTORY, Outcome.UNKNOWN_KEY)

    async def test_new_keys_are_followed_and_old_ones_forgotten(self, net: Net) -> None:
        (directory,) = await self.put(net, "answer")
        directory.line.kids = frozenset({OLD_KID})
        net.first.published(directory.line)
        await net.settled()
        assert await outcome(net.asker.ask(asked())) is Outcome.UNKNOWN_KEY
        assert await outcome(net.asker.ask(asked(kid=OLD_KID))) is Outcome.ANSWERED

    async def test_many_at_once(self, net: Net) -> None:
        directories = await self.put(net, "answer", "answer")
        requests = [asked() for _ in range(400)]
        limit = asyncio.Semaphore(LIMIT)

        async def one(request: Asked) -> bytes:
            async with limit:
                return await net.asker.ask(request)

        answers = await asyncio.gather(*(one(request) for request in requests))
        assert answers == [request.rid + request.rid[-4:] for request in requests]
        assert sorted(rid for one in directories for rid in one.got) == sorted(request.rid for request in requests)
        assert all(len(one.line.exchange) == 0 for one in directories)

    @pytest.mark.parametrize("words", list(itertools.product(WORDS, repeat=2)))
    async def test_exactly_one_outcome_in_time_whatever_both_lines_do(self, net: Net, words: Sequence[str]) -> None:
        directories = await self.put(net, *words)
        until = time.monotonic() + 0.8
        told, took = await timed(net.asker.ask(asked(0.8)))
        assert took < 0.8 + 0.2
        if "answer" in words and "ack" not in words and "busy" not in words:
            assert told is Outcome.ANSWERED
        else:
            assert told in (
                Outcome.ANSWERED,
                Outcome.DEADLINE,
                Outcome.BUSY,
                Outcome.LINE_LOST,
                Outcome.NO_DIRECTORY,
            )
        # Another relay hears of the outcome no more, and holds its place until the deadline.
        await asyncio.sleep(until - time.monotonic() + 0.1)
        assert all(len(one.line.exchange) == 0 for one in directories)
        assert max((len(one.got) for one in directories), default=0) <= 1
