"""What is answered from its bytes is answered as the session would, and whatever must be looked at is left to it."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, lane, shortcut
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.credentials import Credentials
from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.event import Bind
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.recognition import Recognition
from directory_server.fronts.ldap.session import Session
from directory_server.fronts.ldap.shared import Shared
from directory_server.store.rows import Client, FieldGroup, Location
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import sample_book

HERE = "192.0.2.1"
LIMITS = Limits(bind_failures_per_address=3)
SBC = Client(1, "sbc", "generic", frozenset(), frozenset(FieldGroup), "", Location("DE"))
RIGHT = oracle.bind(1, "sbc", "secret")
UNBIND = bytes.fromhex("30050201034200")


@pytest.fixture
def shared() -> Shared:
    def again(name: str, password: str, address: str) -> Client | None:
        return SBC if (name, password, address) == ("sbc", "secret", HERE) else None

    threads = ThreadPoolExecutor(1)
    return Shared(
        limits=LIMITS,
        tls=None,
        credentials=Credentials("dc=contacts", again, again, lambda _name: sample_book(), LIMITS, time.monotonic),
        doorkeeper=Doorkeeper(LIMITS),
        recognition=Recognition(None, time.monotonic),
        bind_threads=threads,
        scan_threads=threads,
        clock=time.monotonic,
        empty=asyncio.Event(),
    )


@pytest.mark.parametrize("name", ["sbc", "cn=sbc,ou=clients,dc=contacts", "CN=sbc, OU=clients, DC=contacts"])
@pytest.mark.parametrize("number", [1, 127, 128, 2**31 - 1])
def test_a_right_bind_is_answered_as_the_session_answers_it(shared: Shared, name: str, number: int) -> None:
    request, session, other = oracle.bind(number, name, "secret"), Session(LIMITS), Session(LIMITS)
    other.receive(request)
    event = other.next_event()
    assert isinstance(event, Bind)
    other.bound(event.id, "sbc", shared.credentials.authorisation(SBC))
    assert shortcut.answer(request, session, shared, HERE) == other.take_output()
    assert (session.client, session.authorisation) == (other.client, other.authorisation)
    assert session.messages == other.messages == 1
    assert session.at_rest


@pytest.mark.parametrize(
    "request_",
    [
        oracle.bind(1, "sbc", "wrong"),
        oracle.bind(1, "nobody", "secret"),
        oracle.bind(1, "", ""),
        oracle.bind(1, "sbc", ""),
        oracle.bind(1, "", "secret"),
        oracle.bind(0, "sbc", "secret"),
        oracle.bind(1, "sbc", "s" * 200),
        RIGHT[:-1],
        RIGHT + RIGHT,
        RIGHT.replace(b"\x02\x01\x03\x04", b"\x02\x01\x04\x04"),
        UNBIND[:-1],
        UNBIND + UNBIND,
        bytes.fromhex("30050201004200"),
        bytes.fromhex("30050201ff4200"),
    ],
)
def test_all_others_are_the_sessions(shared: Shared, request_: bytes) -> None:
    session = Session(LIMITS)
    assert shortcut.answer(request_, session, shared, HERE) is None
    assert session.client == ""
    assert session.at_rest


def test_a_bind_from_elsewhere_is_the_sessions(shared: Shared) -> None:
    assert shortcut.answer(RIGHT, Session(LIMITS), shared, "192.0.2.2") is None


def test_a_banned_address_is_not_looked_at(shared: Shared) -> None:
    for _ in range(LIMITS.bind_failures_per_address):
        shared.doorkeeper.failed(HERE, "guessed", time.monotonic())
    assert shortcut.answer(RIGHT, Session(LIMITS), shared, HERE) is None


def test_a_bind_that_ends_searches_is_the_sessions(shared: Shared) -> None:
    session = Session(LIMITS)
    session.outstanding.add(7)
    assert shortcut.answer(RIGHT, session, shared, HERE) is None
    assert session.client == ""


def test_who_is_bound_binds_again_by_the_session(shared: Shared) -> None:
    session = Session(LIMITS)
    session.bind_as("sbc", "")
    assert shortcut.answer(RIGHT, session, shared, HERE) is None


@pytest.mark.parametrize("client", ["", "sbc"])
def test_an_unbind_ends_without_a_word(shared: Shared, client: str) -> None:
    session = Session(LIMITS)
    session.bind_as(client, "")
    session.outstanding.add(7)
    assert shortcut.answer(UNBIND, session, shared, HERE) == b""
    assert session.messages == 1
    assert session.closed
    assert session.take_output() == b""
    assert session.next_event() is not None, "what was asked is abandoned"


@given(st.integers(0, len(RIGHT) - 1), st.integers(0, 255))
def test_bytes_are_read_as_a_bind_as_they_are_decoded_or_not_at_all(at: int, value: int) -> None:
    changed = bytearray(RIGHT)
    changed[at] = value
    found = lane.split(bytes(changed))
    given_ = lane.simple_bind(found[1]) if found else None
    if given_ is not None:
        assert m.decode(bytes(changed), LIMITS).request == m.BindRequest(3, given_[0], "", given_[1])


@given(st.binary(max_size=12))
def test_bytes_are_an_unbind_as_they_are_decoded_or_not_at_all(data: bytes) -> None:
    for one in (data, UNBIND[:2] + data[:3] + UNBIND[5:]):
        if lane.is_unbind(one):
            assert m.decode(one, LIMITS).request == m.UnbindRequest()


@given(st.text(min_size=1, max_size=40), st.binary(min_size=1, max_size=60))
def test_names_and_passwords_come_as_sent(name: str, password: bytes) -> None:
    body = ber.encode(0x60, b"\x02\x01\x03" + ber.encode_text(name) + ber.encode(0x80, password))
    assert lane.simple_bind(body) == ((name, password) if len(body) - 2 < 0x80 else None)
