"""Who may ask: by name and password, or by address alone; guesses wait, and keep nobody out who was let in before."""

import asyncio
import base64
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.app import telephony
from directory_server.fronts.telephony import basic
from directory_server.fronts.telephony.basic import Login
from directory_server.fronts.telephony.door import Door, NotKnown, Wait
from directory_server.fronts.telephony.doorkeeper import Doorkeeper, Standing
from directory_server.fronts.telephony.limits import Limits
from directory_server.fronts.telephony.workers import Busy, Workers
from directory_server.store import clients
from directory_server.store import password as passwords
from directory_server.store.errors import NotFound
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.telephony import RunningTelephony, add_client, front_of

ASKED = "/lookup/+4930123456789"
CHALLENGE = 'Basic realm="contactory", charset="UTF-8"'


def header(text, encoding="utf-8"):
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("text", "login"),
    [
        (header("sbc:secret"), ("sbc", "secret")),
        (header("sbc:se:cret "), ("sbc", "se:cret ")),
        (header("Büro:ü"), ("Büro", "ü")),
        (header("Büro:ü", "latin-1"), ("Büro", "ü")),
        ("bAsIc  " + header("a:b")[6:] + " ", ("a", "b")),
        *((text, None) for text in (
            "", "Basic", "Basic ", "Basic !", "Basic YQ", header("sbc"), header(":x"), header("x:"),
            "Bearer " + header("a:b")[6:],
            header("a:" + "b" * 5000), "Basic \xff",
        )),
    ],
)  # fmt: skip
def test_the_header_is_read_as_rfc_7617_says(text, login):
    assert basic.read(text) == (Login(*login) if login else None)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: "Basic " + base64.b64encode(raw).decode()))
def test_any_header_is_read(text):
    basic.read(text)


def test_a_login_shows_no_password():
    assert "secret" not in repr(Login("a", "secret"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with World(tmp_path_factory.mktemp("door")) as world:
        sources = fill(world)
        add_client(world, "sbc", sources)
        add_client(world, "Büro", sources, addresses=("127.0.0.0/8",))
        add_client(world, "elsewhere", sources, addresses=("10.0.0.0/8",))
        add_client(world, "far phones", {"contacts": sources["contacts"]}, password=None, addresses=("10.1.0.0/16",))
        yield world


def test_names_and_passwords_are_utf_8_and_addresses_count(made):
    with RunningTelephony(front_of(made)) as running:
        for name, status in (("sbc", 200), ("Büro", 200), ("elsewhere", 401), ("nobody", 401)):
            with running.client(name) as client:
                answer = client.get(ASKED)
            assert answer.status_code == status, name
            assert answer.headers.get("www-authenticate") == (CHALLENGE if status == 401 else None)
            assert bool(answer.content) is (status == 200)
            running.front._door._keeper._failures.clear()


@pytest.mark.parametrize(
    "path", [ASKED, ASKED + ".json", "/lookup?number=1", "/phonebook/snom.xml", "/phonebook/cisco-search.xml"]
)
def test_every_route_asks_for_a_login(made, path):
    with RunningTelephony(front_of(made)) as running, running.client("") as client:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"], answer.content) == (401, CHALLENGE, b"")
        assert client.post("/lookup/landis", json={}).status_code == 401
        assert client.get(path, headers={"authorization": "Bearer x"}).status_code == 401


def test_every_route_is_guarded_or_anynodes(made):
    routes = front_of(made)._application.routes
    assert {route.path for route in routes if route.endpoint.__qualname__.split(".")[1] != "_guarded"} == {
        "/lookup/anynode"
    }


def test_an_address_alone_is_a_client_unless_a_password_is_shown(made):
    add_client(made, "phones", {"contacts": 1}, password=None, addresses=("127.0.0.1/32",))
    try:
        with RunningTelephony(front_of(made)) as running:
            with running.client("") as client:
                assert client.get(ASKED).status_code == 200
            with running.client("phones", "x") as client:
                assert client.get(ASKED).status_code == 401
    finally:
        clients.remove(made.database, "phones")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "status"),
    [
        ("", "10.1.2.3", 401),
        ("127.0.0.1", "10.1.2.3", 200),
        ("127.0.0.0/8", "10.1.2.3, 127.0.0.7", 200),
        ("127.0.0.1", "10.1.2.3, 192.0.2.1", 401),  # the proxy was asked by 192.0.2.1, which may claim anything
        ("127.0.0.1", "nonsense", 401),
        ("127.0.0.1", "", 401),
        ("192.0.2.1", "10.1.2.3", 401),
    ],
)
def test_a_forwarded_address_is_believed_of_trusted_proxies_only(made, trusted, forwarded, status):
    options = telephony.proxies(SimpleNamespace(config=SimpleNamespace(trusted_proxies=trusted)))
    with RunningTelephony(front_of(made), **options) as running, running.client("") as client:
        assert client.get(ASKED, headers={"x-forwarded-for": forwarded}).status_code == status


def test_guesses_wait_and_who_was_let_in_before_does_not(made):
    with (
        RunningTelephony(front_of(made)) as running,
        running.client() as known,
        running.client("sbc", "wrong") as wrong,
        running.client("sbc", "other") as other,
    ):
        assert known.get(ASKED).status_code == 200
        assert wrong.get(ASKED).status_code == 401
        waiting = other.get(ASKED)
        assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")
        assert wrong.get(ASKED).status_code == 401  # the same again is no new guess
        assert known.get(ASKED).status_code == 200
        assert known.post("/lookup/anynode", json={"sourceAddress": {"dialString": "+4930123456789"}}).json()[
            "sourceAddress"]["displayName"]  # fmt: skip


def test_a_changed_password_and_a_removed_client_take_effect_at_once(made):
    add_client(made, "brief", {"contacts": 1})
    with RunningTelephony(front_of(made)) as running, running.client("brief") as client:
        assert client.get(ASKED).status_code == 200
        clients.change(made.database, clients.by_name(made.database, "brief"), "another")
        assert client.get(ASKED).status_code == 401
        clients.remove(made.database, "brief")
        assert client.get(ASKED).status_code == 401


def test_a_client_that_is_removed_between_login_and_look_up_is_unknown(made):
    def gone(_name, _called):
        raise NotFound("there is no client")

    with RunningTelephony(front_of(made, views=gone)) as running, running.client() as client:
        answer = client.get(ASKED)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, CHALLENGE)
        assert client.post("/lookup/landis", json={"searchTerm": "x"}).status_code == 401
        assert running.front.counts.of["text", "unknown"] == 1


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_the_delay_doubles_up_to_its_limit_and_is_forgotten():
    keeper, now, waits = Doorkeeper(Limits()), 0.0, []
    for at in range(8):
        mark = bytes([at])
        assert keeper.wait("a", mark, now) == 0
        keeper.leave("a", mark)
        keeper.failed("a", mark, now)
        waits.append(keeper.wait("a", b"x", now))
        assert keeper.wait("b", b"x", now) == 0
        keeper.leave("b", b"x")
        now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 16, 16, 16]
    assert keeper.wait("a", b"x", now + 601) == 0
    keeper.leave("a", b"x")
    keeper.failed("a", b"x", now + 601)
    assert keeper.wait("a", b"y", now + 601) == 1


def test_one_address_tries_few_logins_at_once_but_the_same_one_often():
    keeper = Doorkeeper(Limits())
    assert [keeper.wait("a", bytes([at]), 0) for at in range(6)] == [0, 0, 0, 0, 1, 1]
    assert keeper.wait("a", b"\x00", 0) == 0
    assert keeper.wait("b", b"\x05", 0) == 0
    keeper.leave("a", b"\x01")
    assert keeper.wait("a", b"\x05", 0) == 0
    keeper.leave("a", b"unknown")


def test_the_memory_is_bounded():
    keeper = Doorkeeper(Limits(remembered=3))
    for at in range(9):
        keeper.failed(f"address {at}", b"w%d" % at, 0)
        keeper.succeeded(b"r%d" % at)
    assert (len(keeper._failures), len(keeper._wrong), len(keeper._right)) == (3, 3, 3)
    assert keeper.standing(b"r8", 0) is Standing.RIGHT
    assert keeper.standing(b"r0", 0) is Standing.STRANGER
    assert keeper.standing(b"w8", 59) is Standing.WRONG
    assert keeper.standing(b"w8", 60) is Standing.STRANGER
    assert repr(keeper) == "<Doorkeeper>"


def test_what_was_right_and_is_wrong_now_is_a_guess():
    keeper = Doorkeeper(Limits())
    keeper.succeeded(b"x")
    assert keeper.standing(b"x", 0) is Standing.RIGHT
    keeper.failed("a", b"x", 0)
    assert keeper.standing(b"x", 0) is Standing.WRONG
    assert keeper.wait("a", b"x", 0) == 1
    keeper.succeeded(b"x")
    assert keeper.standing(b"x", 0) is Standing.RIGHT


def test_marks_tell_nothing_and_differ_by_each_part():
    keeper = Doorkeeper(Limits())
    marks = {keeper.mark(Login(*pair), at) for pair in (("a", "b"), ("a", "c"), ("ab", ""), ("b", "b")) for at in "xy"}
    assert len(marks) == 8
    assert keeper.mark(Login("a", "b"), "x") == keeper.mark(Login("a", "b"), "x")
    assert keeper.mark(Login("a", "b"), "x") != Doorkeeper(Limits()).mark(Login("a", "b"), "x")


def test_every_login_is_verified_once_and_known_ones_each_time(made):
    asked, clock = [], Clock()

    def verify(name, password, address):
        asked.append((name, password, address))
        return clients.by_name(made.database, "sbc") if password == "right" else None

    async def run():
        door = Door(verify, lambda _address: None, Limits(), clock)
        for name, password in (("sbc", "right"), ("sbc", "wrong"), ("nobody", "wrong")):
            clock.now += 100
            for _ in range(3):
                try:
                    assert (await door.asker(header(f"{name}:{password}"), "a")).name == "sbc"
                except NotKnown:
                    assert password == "wrong"
        with pytest.raises(Wait):
            await door.asker(header("x:y"), "a")
        assert (await door.asker(header("sbc:right"), "a")).name == "sbc"
        door.close()

    asyncio.run(run())
    assert asked == [("sbc", "right", "a")] * 3 + [
        ("sbc", "wrong", "a"),
        ("nobody", "wrong", "a"),
        ("sbc", "right", "a"),
    ]


def test_an_unknown_name_costs_what_a_wrong_password_costs(made, monkeypatch):
    hashed = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *asked: hashed.append(asked) or real(*asked))
    with RunningTelephony(front_of(made)) as running:
        for name in ("sbc", "nobody", "far phones"):
            running.front._door._keeper._failures.clear()
            with running.client(name, "wrong") as client:
                assert client.get(ASKED).status_code == 401
    assert len(hashed) == 3


def test_workers_refuse_what_would_wait_too_long():
    async def run():
        go = threading.Event()
        workers = Workers("test", 1, 2)
        tasks = [asyncio.create_task(workers.run(go.wait, 5)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Busy):
            await workers.run(int)
        go.set()
        assert await asyncio.gather(*tasks) == [True, True]
        await asyncio.sleep(0.05)
        assert await workers.run(int, "3") == 3
        with pytest.raises(ValueError, match="invalid"):
            await workers.run(int, "x")
        workers.close()

    asyncio.run(run())
