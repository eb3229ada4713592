"""Remembered answers: given again to equal bytes, and never once the directory or the client's view has changed."""

import socket
from pathlib import Path
from typing import Any

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.answers import MOST_BYTES, Answers
from directory_server.fronts.ldap.credentials import Credentials
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.search import Tree
from directory_server.fronts.ldap.shares import LEAST_BYTES, share
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import sample_book
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront


def test_an_answer_holds_until_the_state_changes() -> None:
    book = sample_book()
    answers = Answers(book)
    assert answers.known(b"asked") is None
    answers.keep(b"asked", [b"entry", b"done"])
    assert answers.known(b"asked") == [b"entry", b"done"]
    assert answers.known(b"other") is None
    book.now = 1
    assert answers.known(b"asked") is None


def test_an_answer_is_not_kept_if_the_directory_changed_while_it_was_worked_out() -> None:
    book = sample_book()
    answers = Answers(book)
    for state in (1, None):
        assert answers.known(b"asked") is None
        book.now = state
        answers.keep(b"asked", [b"before the change"])
        assert answers.known(b"asked") is None
    answers.keep(b"asked", [b"nobody can tell"])
    assert answers.known(b"asked") is None


@pytest.mark.parametrize(("request_", "answer"), [(b"", 10), (b"x" * 513, 10), (b"x", 17_000)])
def test_large_and_unnamed_requests_are_not_kept(request_: bytes, answer: int) -> None:
    answers = Answers(sample_book())
    answers.known(request_)
    answers.keep(request_, [bytes(answer)])
    assert answers.known(request_) is None


def filled(answers: Answers) -> Answers:
    """Give it more answers than it may hold."""
    answers.known(b"")
    for at in range(8000):
        answers.keep(str(at).encode(), [bytes(15_000)])
    return answers


def held(answers: Answers) -> list[int]:
    """Return what it holds, up to half of what it may: asked for, an older one makes others go."""
    return [at for at in reversed(range(8000)) if answers.known(str(at).encode()) is not None]


@pytest.mark.parametrize("views", [1, 3])
def test_no_more_is_held_than_the_views_share(views: int) -> None:
    made = [Answers(sample_book()) for _ in range(views)]
    share(MOST_BYTES, made)
    most = MOST_BYTES // views
    for answers in map(filled, made):
        assert 0.9 * most / 2 < len(held(answers)) * 15_000 < 1.1 * most / 2
        assert held(answers)[0] == 7999


def test_however_many_there_are_each_holds_some() -> None:
    made = [Answers(sample_book()) for _ in range(1000)]
    share(MOST_BYTES, made)
    assert len(held(filled(made[0]))) * 15_000 > 0.9 * LEAST_BYTES / 2


def test_who_must_share_what_it_holds_forgets_it() -> None:
    alone, few = filled(Answers(sample_book())), Answers(sample_book())
    few.known(b"")
    few.keep(b"7", [b"entry", b"done"])
    share(MOST_BYTES, [alone, few])
    assert (held(alone), held(few)) == ([], [7])
    share(MOST_BYTES, [filled(alone)])
    assert len(held(alone)) > 500


class Moments:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def nobody(*_asked: object) -> None:
    """Verify no one."""


def search(number: int, text: str) -> bytes:
    """Return an equality search over telephoneNumber, as the oracle encodes it."""
    node = f.Equality("telephoneNumber", text)
    return oracle.search(number, node, attributes=[b"displayName"])


def test_a_decoded_request_is_remembered_without_its_message_id() -> None:
    known = m.Decoded()
    first = m.decode(search(1, "+4989"), Limits(), known)
    second = m.decode(search(2, "+4989"), Limits(), known)
    assert second.request is first.request
    assert (first.id, second.id, len(known)) == (1, 2, 1)
    assert m.decode(search(1, "+4930"), Limits(), known).request != first.request


def test_few_and_short_requests_are_remembered() -> None:
    known = m.Decoded()
    for at in range(5000):
        m.decode(search(1, str(at)), Limits(), known)
    assert 0 < len(known) <= 4096
    m.decode(search(1, "x" * 600), Limits(), known)
    assert max(map(len, known)) <= 512


def ask(wire: socket.socket, request: bytes) -> list[dict[str, Any]]:
    """Return the messages that answer a request."""
    wire.sendall(request)
    data = b""
    while True:
        data += wire.recv(65536)
        read = [oracle.decode(part) for part in oracle.split(data)]
        if read and "resultCode" in read[-1]["protocolOp"][1]:
            return read


def names(wire: socket.socket, number: int, text: str) -> list[str]:
    """Return the display names of who has this number."""
    read = ask(wire, search(number, text))
    assert {one["messageID"] for one in read} == {number}
    entries = [one["protocolOp"][1] for one in read[:-1]]
    return [value.decode() for one in entries for part in one["attributes"] for value in part["vals"]]


def person(name: str, number: str) -> Contact:
    return Contact(family_name=name, phones=(Phone(PhoneKind.WORK, number),))


def test_what_is_asked_again_is_answered_from_the_present_directory(tmp_path: Path) -> None:
    with World(tmp_path) as world, RunningFront(world) as front:
        source = world.source("people")
        front.add_client("sbc", {"people": source.id})
        world.put(source, {"1": person("Erika", "+49891111111")})
        with socket.create_connection(front.address) as wire:
            ask(wire, oracle.bind(1, "sbc", PASSWORD))
            assert names(wire, 2, "+49891111111") == ["Erika"]
            assert names(wire, 3, "+49891111111") == ["Erika"]
            assert names(wire, 4, "+49892222222") == []
            world.put(source, {"1": person("Johanna", "+49891111111"), "2": person("Anna", "+49892222222")})
            assert names(wire, 5, "+49891111111") == ["Johanna"]
            assert names(wire, 6, "+49892222222") == ["Anna"]
            world.index.rebuild()
            world.delete(source, ["1"])
            assert names(wire, 7, "+49891111111") == []


def test_clients_do_not_share_answers(tmp_path: Path) -> None:
    with World(tmp_path) as world, RunningFront(world) as front:
        seen, hidden = world.source("seen"), world.source("hidden")
        front.add_client("all", {"seen": seen.id, "hidden": hidden.id})
        front.add_client("some", {"seen": seen.id})
        world.put(hidden, {"1": person("Erika", "+49891111111")})
        found = []
        for client in ("all", "some", "all"):
            with socket.create_connection(front.address) as wire:
                ask(wire, oracle.bind(1, client, PASSWORD))
                found.append(names(wire, 2, "+49891111111"))
        assert found == [["Erika"], [], ["Erika"]]


def test_clients_share_what_is_remembered_and_one_that_is_gone_leaves_its_part() -> None:
    books = {"sbc": sample_book(), "phone": sample_book()}
    made = Credentials("dc=contacts", nobody, nobody, books.__getitem__, Limits(), clock := Moments())

    def tree(client: str) -> Tree | None:
        return made.tree(client, "127.0.0.1", can_start_tls=False, secure=False)

    def room(client: str) -> float:
        found = tree(client)
        assert found is not None
        assert found.answers is not None
        return len(held(filled(found.answers))) * 15_000 / MOST_BYTES

    assert 0.4 < room("sbc") < 0.6
    assert 0.2 < room("phone") < 0.3
    assert 0.2 < room("sbc") < 0.3
    del books["phone"]
    clock.now += 6
    assert tree("phone") is None
    assert 0.4 < room("sbc") < 0.6
