"""One request's tries and its one outcome."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud import asking as asking_module
from relay_cloud.asking import WORTH_ANOTHER_TRY, Asking
from relay_cloud.outcomes import Failed, Outcome

pytestmark = pytest.mark.anyio
ERRORS = [Outcome.LINE_LOST, Outcome.NO_DIRECTORY, Outcome.BUSY, Outcome.REPLAYED, Outcome.UNKNOWN_KEY]


def more(tries: int) -> Callable[[Asking], None]:
    def again(asking: Asking) -> None:
        for _ in range(tries):
            asking.begin()

    return again


async def ended(asking: Asking, timeout_s: float = 1) -> Outcome | bytes:
    try:
        return await asking.outcome(timeout_s)
    except Failed as failed:
        return failed.outcome


async def test_an_answer_ends_it_whatever_else_is_said() -> None:
    asking = Asking(more(1))
    asking.begin()
    asking.answered(b"yes")
    asking.answered(b"again")
    asking.failed(Outcome.LINE_LOST)
    assert asking.done
    assert await ended(asking) == b"yes"
    assert not asking.hedged


async def test_silence_sends_it_once_more_and_a_word_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_module, "ACK_S", 0.02)
    for heard in (True, False):
        asking = Asking(more(1))
        asking.begin()
        if heard:
            asking.acked()
        assert await ended(asking, 0.06) is Outcome.DEADLINE
        assert asking.hedged is not heard


async def test_a_loss_waits_for_the_second_round_and_a_refusal_does_not() -> None:
    for outcome in ERRORS:
        asking = Asking(more(1))
        asking.begin()
        asking.failed(outcome)
        assert asking.done is (outcome not in WORTH_ANOTHER_TRY)
        if not asking.done:
            asking.answered(b"yes")
        assert await ended(asking) == (b"yes" if outcome in WORTH_ANOTHER_TRY else outcome)


async def test_what_says_more_is_told() -> None:
    asking = Asking(more(1))
    asking.begin()
    asking.failed(Outcome.LINE_LOST)
    asking.failed(Outcome.NO_DIRECTORY)
    assert await ended(asking) is Outcome.LINE_LOST
    asking = Asking(more(2))
    asking.begin()
    asking.failed(Outcome.NO_DIRECTORY)
    asking.failed(Outcome.BUSY)
    asking.failed(Outcome.LINE_LOST)
    assert await ended(asking) is Outcome.BUSY


async def test_nothing_to_send_it_to_again_ends_it() -> None:
    asking = Asking(lambda _: None)
    asking.begin()
    asking.failed(Outcome.LINE_LOST)
    assert await ended(asking) is Outcome.LINE_LOST
    assert not asking.hedged


@given(st.lists(st.sampled_from([*ERRORS, None, "acked"]), max_size=8), st.integers(0, 3))
def test_it_ends_exactly_once_and_only_when_nothing_runs(words: list[Outcome | str | None], tries: int) -> None:
    """Whatever the tries say: None is an answer."""

    async def run() -> None:
        asking, running, again = Asking(more(tries)), 1, tries
        asking.begin()
        told: Outcome | bytes | None = None
        for word in words:
            if told is not None or running == 0:
                break
            if word is None:
                asking.answered(b"yes")
                told = b"yes"
            elif word == "acked":
                asking.acked()
            else:
                asking.failed(Outcome(word))
                running -= 1
                if word in WORTH_ANOTHER_TRY:
                    running, again = running + again, 0
            assert asking.done is (told is not None or running == 0)
        outcome = await ended(asking, 0.001)
        if told is not None:
            assert outcome == told
        else:
            said = [word for word in words if isinstance(word, Outcome)]
            assert outcome in said if running == 0 else outcome is Outcome.DEADLINE

    asyncio.run(run())
