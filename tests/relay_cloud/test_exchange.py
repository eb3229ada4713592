"""One line's requests in flight: who hears what, and when the line is suspected."""

import asyncio

import pytest

from relay_cloud import exchange as exchange_module
from relay_cloud.exchange import Exchange
from relay_cloud.outcomes import Outcome
from relay_cloud.wire.frame import RefusalCode

pytestmark = pytest.mark.anyio
A, B, C = (letter * 16 for letter in (b"a", b"b", b"c"))


class Heard:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def acked(self) -> None:
        self.told.append("acked")

    def answered(self, response: bytes) -> None:
        self.told.append(response)

    def failed(self, outcome: Outcome) -> None:
        self.told.append(outcome)


async def test_answers_find_their_requests() -> None:
    sent: list[bytes] = []
    exchange, one, two = Exchange(sent.append, 64), Heard(), Heard()
    exchange.ask(A, A * 4, one)
    exchange.ask(B, B * 4, two)
    assert sent == [b"\x10" + A * 4, b"\x10" + B * 4]
    assert (exchange.carries(A), exchange.carries(C), len(exchange)) == (True, False, 2)
    exchange.ack(A)
    exchange.ack(C)
    assert exchange.answer(B, b"for b")
    assert not exchange.answer(B, b"again")
    assert exchange.answer(A, b"for a")
    assert (one.told, two.told) == (["acked", b"for a"], [b"for b"])
    assert not exchange.answer(A, b"late")
    assert len(exchange) == 0


async def test_each_way_to_fail() -> None:
    sent: list[bytes] = []
    exchange = Exchange(sent.append, 2)
    sinks = [Heard() for _ in range(5)]
    exchange.ask(A, b"m", sinks[0])
    exchange.ask(A, b"m", sinks[1])
    assert sinks[1].told == [Outcome.REPLAYED]
    exchange.ask(B, b"m", sinks[2])
    exchange.ask(C, b"m", sinks[3])
    assert sinks[3].told == [Outcome.BUSY]
    assert len(sent) == 2
    assert exchange.refuse(B, RefusalCode.UNKNOWN_KEY)
    assert not exchange.refuse(B, RefusalCode.UNKNOWN_KEY)
    assert sinks[2].told == [Outcome.UNKNOWN_KEY]
    exchange.close()
    assert sinks[0].told == [Outcome.LINE_LOST]
    exchange.ask(C, b"m", sinks[4])
    assert sinks[4].told == [Outcome.LINE_LOST]
    assert len(exchange) == 0


async def test_who_gave_up_hears_nothing_and_takes_nobody_elses() -> None:
    exchange, one, two = Exchange(lambda _: None, 2), Heard(), Heard()
    exchange.ask(A, b"m", one)
    exchange.forget(A, two)
    assert exchange.carries(A)
    exchange.forget(A, one)
    exchange.forget(A, one)
    assert not exchange.answer(A, b"late")
    exchange.ask(A, b"m", two)
    assert exchange.answer(A, b"yes")
    assert (one.told, two.told) == ([], [b"yes"])


async def test_a_line_is_suspect_from_an_overdue_confirmation_until_it_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange_module, "ACK_S", 0.05)
    exchange = Exchange(lambda _: None, 8)
    exchange.ask(A, b"m", Heard())
    await asyncio.sleep(0.03)
    exchange.ask(B, b"m", Heard())
    exchange.ack(A)
    await asyncio.sleep(0.03)
    assert not exchange.suspect, "the older one was confirmed, the younger has time"
    await asyncio.sleep(0.04)
    assert exchange.suspect
    exchange.heard()
    assert not exchange.suspect
    await asyncio.sleep(0.06)
    assert not exchange.suspect, "nothing else is outstanding"
    for rid, end in ((A, exchange.answer), (B, exchange.answer)):
        end(rid, b"yes")
    exchange.ask(C, b"m", Heard())
    exchange.answer(C, b"yes")
    await asyncio.sleep(0.07)
    assert not exchange.suspect, "an answer confirms"
    exchange.ask(A, b"m", Heard())
    exchange.close()
    await asyncio.sleep(0.07)
    assert not exchange.suspect
