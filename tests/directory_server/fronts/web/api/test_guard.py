"""A known token passes, always; whoever guesses is told to wait."""

import pytest
from fastapi import HTTPException
from starlette.requests import Request

from directory_server.fronts.web.api.guard import MOST_ADDRESSES, MOST_FAILURES, WINDOW_S, Guard

KNOWN = {"right": "page"}


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def request(authorization=None, address="10.0.0.1"):
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return Request({"type": "http", "headers": headers, "client": (address, 1)})


def refused(guard, authorization=None, address="10.0.0.1"):
    with pytest.raises(HTTPException) as error:
        guard(request(authorization, address))
    return error.value


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def guard(clock):
    return Guard(KNOWN.get, clock)


@pytest.mark.parametrize("text", ["Bearer right", "bearer right", "Bearer   right "])
def test_a_known_token_passes(guard, text):
    assert guard(request(text)) == "page"


@pytest.mark.parametrize("text", [None, "", "Bearer", "Bearer ", "Basic", "Basic "])
def test_who_shows_no_token_is_asked_for_one(guard, text):
    for _ in range(2 * MOST_FAILURES):
        error = refused(guard, text)
        assert (error.status_code, error.headers) == (401, {"www-authenticate": 'Bearer realm="contactory"'})


@pytest.mark.parametrize("text", ["Bearer wrong", "Basic right", "right right", "Bearer \xff"])
def test_a_wrong_token_is_invalid(guard, text):
    error = refused(guard, text)
    assert error.status_code == 401
    assert error.headers["www-authenticate"].endswith('error="invalid_token"')


def test_guesses_are_told_to_wait_and_nobody_else_is(guard, clock):
    for _ in range(MOST_FAILURES):
        assert refused(guard, "Bearer wrong").status_code == 401
    error = refused(guard, "Bearer wrong")
    assert (error.status_code, error.headers["retry-after"]) == (429, "60")
    assert guard(request("Bearer right")) == "page"
    assert refused(guard, "Bearer wrong", "10.0.0.2").status_code == 401
    clock.now += WINDOW_S
    assert refused(guard, "Bearer wrong").status_code == 401


def test_the_memory_of_addresses_is_bounded(guard):
    for number in range(MOST_ADDRESSES + 10):
        refused(guard, "Bearer wrong", f"a{number}")
    assert len(guard._failures) == MOST_ADDRESSES
