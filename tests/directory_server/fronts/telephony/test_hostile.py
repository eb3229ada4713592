"""Whatever is sent, the front answers, answers soon, and writes nothing of it into a log."""

import base64
import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory_server.fronts.telephony import asked_text
from directory_server.fronts.telephony.limits import Limits
from tests.servers.telephony import PASSWORD, RunningTelephony, front_of

LOGIN = b"Authorization: Basic " + base64.b64encode(f"sbc:{PASSWORD}".encode())
REAL = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def status(answer):
    return int(answer[9:12]) if answer[9:12].isdigit() else 0


@pytest.fixture(scope="module")
def send(made):
    def one(method, target, body=b"", head=b""):
        length = b"Content-Length: %d\r\n" % len(body)
        return made.raw(
            method
            + b" "
            + target
            + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + LOGIN
            + b"\r\n"
            + length
            + head
            + b"\r\n"
            + body
        )

    return one


PIECES = st.sampled_from([
    b"+", b"%2B", b"%252B", b"%", b"%00", b"%ff", b"%C3%BC", b"/", b"//", b"..", b";", b"?", b"&", b"=", b"number=",
    b"called=", b"q=", b"start=", b".json", b".xml", b"sip:", b"tel:", b"@", b"49", b"030123456789", b"9" * 140, b"#",
    b"[", b"\\", b"'",
])  # fmt: skip
ESCAPED = st.binary(min_size=1, max_size=6).map(lambda raw: b"".join(b"%%%02x" % one for one in raw))
BEGINNINGS = st.sampled_from([
    b"/lookup", b"/lookup/", b"/lookup.json", b"/phonebook/cisco.xml?", b"/phonebook/snom.xml?q=", b"/phonebook/",
])  # fmt: skip
TARGETS = st.builds(lambda start, rest: start + b"".join(rest), BEGINNINGS, st.lists(PIECES | ESCAPED, max_size=8))


@REAL
@given(TARGETS)
def test_any_target_is_answered(send, target):
    assert status(send(b"GET", target)) in {200, 400, 404}


@settings(REAL, max_examples=60)
@given(st.sampled_from([b"anynode", b"landis"]), st.binary(max_size=400))
def test_any_body_is_answered(send, which, body):
    assert status(send(b"POST", b"/lookup/" + which, body)) in ({200} if which == b"anynode" else {200, 400})


@pytest.mark.parametrize(
    "target", [b"/lookup/\xff\xfe", b"/lookup/a b", b"/lookup/\x00", b"lookup", b"/lookup/" + b"9" * 70_000, b"*"]
)
def test_what_is_no_request_is_refused_by_the_server(send, target):
    assert status(send(b"GET", target)) in {0, 400, 404, 414, 431}


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    for read in (asked_text.in_path, asked_text.in_query):
        assert len(read(text, 128)) <= 128


def test_a_text_is_read_up_to_its_limit():
    for read in (asked_text.in_path, asked_text.in_query):
        assert (read("0" * 128, 128), read("0" * 129, 128)) == ("0" * 128, "")


@pytest.mark.parametrize(
    "missing", [b"GET /lookup/1 HTTP/1.1\r\n", b"POST /lookup/landis HTTP/1.1\r\nContent-Length: 9\r\n"]
)
def test_many_that_send_half_a_request_keep_nobody_waiting(made, missing):
    others = [socket.create_connection(made.address) for _ in range(200)]
    for one in others:
        one.sendall(missing + LOGIN + (b"\r\n\r\n{" if b"POST" in missing else b"\r\n"))
    with made.client() as client:
        client.get("/lookup/1")
        start = time.monotonic()
        assert client.get("/lookup/+4930123456789").status_code == 200
        assert time.monotonic() - start < 2
    for one in others:
        one.close()


def test_a_half_sent_body_goes_on_in_time(made):
    with (
        RunningTelephony(front_of(made.world, limits=Limits(lookup_seconds=0.3))) as running,
        socket.create_connection(running.address, timeout=10) as connection,
    ):
        start, answer = time.monotonic(), b""
        connection.sendall(b"POST /lookup/anynode HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        while not answer.endswith(b'{"routeContinue":true}'):
            answer += connection.recv(4096)
        assert 0.2 < time.monotonic() - start < 2
        assert status(answer) == 200


def test_searches_that_take_long_keep_no_call_waiting(made):
    def views(name, called):
        view = real(name, called)
        search = view.search
        view.search = lambda *asked: (time.sleep(0.5), search(*asked))[1]
        return view

    front = front_of(made.world)
    real = front._asking._views
    with RunningTelephony(front_of(made.world, views=views)) as running, running.client() as client:
        client.get("/lookup/1")
        with ThreadPoolExecutor(8) as threads:
            searching = [threads.submit(client.get, "/phonebook/snom.xml?q=erika") for _ in range(8)]
            time.sleep(0.1)
            start = time.monotonic()
            assert client.get("/lookup/+4930123456789").status_code == 200
            assert time.monotonic() - start < 0.4
            assert [one.result().status_code for one in searching] == [200] * 8


def test_a_whole_call_group_may_ask_at_once(made):
    """Every phone of a group asks when it rings, and after a restart none of them is known yet."""
    asked = b"GET /lookup/+4930123456789 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + LOGIN + b"\r\n\r\n"
    with RunningTelephony(front_of(made.world)) as running:
        phones = [socket.create_connection(running.address, timeout=20) for _ in range(300)]
        for phone in phones:
            phone.sendall(asked)
        answers = []
        for phone in phones:
            with phone, phone.makefile("rb") as answer:
                answers.append(answer.read())
    assert {one.rpartition(b"\r\n\r\n")[2] for one in answers} == {b"Mustermann, Erika"}


def test_too_much_at_once_is_told_so(made):
    slow = lambda _name, _called: time.sleep(1)  # noqa: E731
    limits = Limits(lookup_seconds=0.2, waiting=2)
    with RunningTelephony(front_of(made.world, views=slow)) as running, running.client() as client:
        client.get("/lookup/abc")
        running.front._lookups._waiting = limits.waiting
        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(client.get, ["/lookup/1"] * 6))
    late = [one for one in answers if one.status_code == 503]
    assert len(late) >= 3
    assert all(one.headers["retry-after"] == "1" and not one.content for one in late)


def test_nothing_personal_is_logged(made, caplog):
    caplog.set_level(logging.DEBUG)

    def broken(_name, _called):
        raise RuntimeError("Mustermann 4930123456789")

    logging.getLogger("httpx").disabled = logging.getLogger("httpcore").disabled = True
    try:
        with RunningTelephony(front_of(made.world, views=broken)) as running:
            for name, password in (("sbc", PASSWORD), ("Mustermann", "4711-secret")):
                with running.client(name, password) as client:
                    for path in ("/lookup/+4930123456789", "/phonebook/cisco.xml?q=Mustermann"):
                        assert client.get(path).status_code in {500, 401, 429}
                    client.post("/lookup/landis", json={"searchTerm": "Mustermann"})
                    client.post("/lookup/anynode", json={"sourceAddress": {"dialString": "+4930123456789"}})
    finally:
        logging.getLogger("httpx").disabled = logging.getLogger("httpcore").disabled = False
    told = caplog.text + "".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert "RuntimeError" in told
    for word in ("4930123456789", "Mustermann", "4711-secret", PASSWORD, "127.0.0.1:"):
        assert word not in told.replace(str(made.address), ""), word
