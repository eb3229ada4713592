"""When WebSockets are given up for a while, and when they are tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.http11 import Response

from directory_server.fronts.uplink.fallback import FAILURES, FallBack


def status(code: int) -> InvalidStatus:
    return InvalidStatus(Response(code, "", Headers()))


@pytest.mark.parametrize("error", [status(404), status(426), InvalidMessage("?"), TimeoutError(), EOFError()])
def test_what_stands_in_the_way(error: Exception) -> None:
    fallback = FallBack()
    for _ in range(FAILURES):
        assert not fallback.polls
        fallback.failed(error)
    assert fallback.polls


@pytest.mark.parametrize("error", [status(503), status(502), ConnectionRefusedError(), OSError("no route")])
def test_nobody_there_is_no_reason(error: Exception) -> None:
    fallback = FallBack()
    for _ in range(100):
        fallback.failed(error)
    assert not fallback.polls


def test_lines_that_die_at_once_are_a_reason_until_one_lives() -> None:
    fallback = FallBack()
    fallback.died()
    fallback.lived()
    for _ in range(FAILURES):
        assert not fallback.polls
        fallback.died()
    assert fallback.polls
    fallback.retry()
    assert not fallback.polls, "one is tried"
    fallback.failed(status(404))
    assert fallback.polls, "and that is enough"


@given(st.lists(st.sampled_from(["failed", "died", "lived", "retry"])))
def test_the_last_good_one_counts(words: list[str]) -> None:
    fallback = FallBack()
    for word in words:
        if word == "failed":
            fallback.failed(status(404))
        else:
            getattr(fallback, word)()
    fallback.lived()
    assert not fallback.polls
