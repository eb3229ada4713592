"""Connections that ask nothing are closed; those that ask go on for as long as they ask."""

import base64
import socket
import time
from contextlib import suppress

import pytest

from directory_server.fronts.telephony import prompt
from directory_server.fronts.telephony.limits import Limits
from tests.servers.telephony import PASSWORD, RunningTelephony, front_of

LOGIN = b"Authorization: Basic " + base64.b64encode(f"sbc:{PASSWORD}".encode()) + b"\r\n"
ASKED = b"GET /lookup/+4930123456789 HTTP/1.1\r\nHost: x\r\n" + LOGIN + b"\r\n"


@pytest.fixture
def running(made, monkeypatch):
    monkeypatch.setattr(prompt.PromptHttp, "limits", Limits(request_seconds=0.4, connections_per_address=5))
    with RunningTelephony(front_of(made.world), **prompt.options()) as running:
        yield running


def closed_after(connection):
    start = time.monotonic()
    with suppress(ConnectionResetError):
        while connection.recv(4096):
            continue
    return time.monotonic() - start


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        ASKED[:-2],
        b"POST /lookup/landis HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n" + LOGIN + b"\r\n{",
        ASKED + ASKED[:30],
    ],
)
def test_half_a_request_is_not_waited_for(running, begun):
    with socket.create_connection(running.address, timeout=10) as connection:
        connection.sendall(begun)
        assert 0.2 < closed_after(connection) < 3


def test_who_asks_again_and_again_stays(running):
    with socket.create_connection(running.address, timeout=10) as connection:
        for _ in range(3):
            connection.sendall(ASKED)
            answer = b""
            while not answer.endswith(b"Erika"):
                answer += connection.recv(4096)
            time.sleep(0.6)  # between requests another limit counts


def test_one_address_has_not_all_connections(running):
    held = [socket.create_connection(running.address, timeout=10) for _ in range(5)]
    try:
        for one in held:  # all of them are there
            one.sendall(ASKED)
            assert one.recv(4096).startswith(b"HTTP/1.1 200")
        with socket.create_connection(running.address, timeout=10) as more:
            assert closed_after(more) < 0.3
    finally:
        for one in held:
            one.close()
    with running.client() as client:
        assert client.get("/lookup/+4930123456789").status_code == 200
