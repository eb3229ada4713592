"""Whatever is typed into a search of 2,000 contacts: an answer in time, also sealed and on the command line."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.directory.person_json import person_json
from directory_server.directory.query import parse
from directory_server.directory.view import View
from directory_server.fronts.uplink.operations import Asker, Operations
from directory_server.protocol.messages import MAX_TEXT, BadMessage, Inner, decode_inner
from tests.fakes.command_line import CommandLine
from tests.fakes.world import World

SIZE = 2000
IN_TIME_S = 0.1
LONG = 10_000
GIVEN = ("Hans", "Jürgen", "Anna", "Ahmed", "Иван", "José", "Łukasz", "李", "محمد", "O'Neill")
FAMILY = (
    "Müller",
    "Steinacher",
    "Meyer-Schmidt",
    "D'Angelo",
    "Şahin",
    "Иванов",
    "Nguyễn",
    "שרון",
    "Groß",
    "de la Cruz",
)
UNITS = (
    "-", '"', ":", "+", "(", ")", "*", "@", "'", "/", ".", ",", "#", "%", "\\", "{", "?", "\0", "\t", "\n", "a", "1",
    "ü", "a\u0308", "\u0301", "\u0338", "\u202e", "\u200f", "\ufeff", "\ud800", "\udfff", "م", "ש", "李", "👩‍👩‍👧",
    "\ufb03", "\u0131", "İ", "٣", "a ", "a-", "-a ", '"a" ', "a'b", "ab:", "firma: ", "1 ", "+1 ", "a1 ",
    "müller ", "m ", "müller-", '"hans ',
    "hans müller ", "tel:", "a@", "@a.", "aaaa ", "stein", "\u00ad",
)  # fmt: skip
SHORT = (
    "", " ", "-", "--", '"', '""', "::", "firma:", "-firma:", "firma:-", 'firma:"', "firma::", "source:", "quelle:-",
    "kundennummer:", "+", "()", "*", "\0", "\ud83d", "\udc00\ud83d", "müller\ud800", "\ud800-\ud801", "1" * 40,
    "+" + "49" * 20, "0" * 40, "00" + "9" * 38, "-" + "1" * 40, "1 " * 20, "(((((1", "089/" * 10, "tel:" + "1" * 40,
    "\u202e\u05de\u05d9\u05db\u05d0\u05dc\u202c", "مُحَمَّد", "e\u0301" * 20, "\u0301" * 40, "a\0b", "\0\0\0",
    '"' * 1000, '"a' * 500, "-a" * 128,
    "mail:@", "@@", "a@b@c", "-@", "'''", "o'", "'o", "%s%n", "'; DROP TABLE doc; --", "müller OR 1=1", "NEAR(a b)",
    "hans AND", "*:*", "../../etc", "a" * 41, "ä" * 41, "a-" * 20 + "a", "\u2028", "\x85", "ⅷ", "½", "①②③",
    "\U0001d4d7\U0001d4ea\U0001d4f7\U0001d4fc",
)  # fmt: skip
QUERIES = (*SHORT, *((unit * LONG)[:LONG] for unit in UNITS))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("bad")) as made:
        made.put(made.source("crm"), {str(at): contact(at) for at in range(SIZE)})
        yield made


@pytest.fixture(scope="module")
def view(world: World) -> View:
    found = world.view()
    found.search("warm up")
    return found


def contact(at: int) -> Contact:
    given, family = GIVEN[at % 10], FAMILY[at // 10 % 10]
    return Contact(
        given_name=given,
        family_name=f"{family}{'abcdefghij'[at // 100 % 10]}",
        company=f"Firma {family}" if at % 3 else "",
        emails=(Email(f"m{at}@acme.example"),),
        phones=(Phone(PhoneKind.WORK, f"089 {at:07}"),),
        addresses=(Address(city="Neustadt a. d. Weinstraße"),),
        notes="\u202e \0 \ud7ff" if at % 50 == 0 else "",
        custom=(("Kundennummer", str(at)),),
    )


def seconds(view: View, text: str) -> float:
    start = time.perf_counter()
    view.search(text)
    return time.perf_counter() - start


def named(text: str) -> str:
    return f"{text[:12]!a}{len(text)}"


@pytest.mark.parametrize("text", QUERIES, ids=named)
def test_an_answer_in_time(view: View, text: str) -> None:
    answer = view.search(text)
    assert len(answer.persons) <= 20
    assert min(seconds(view, text) for _ in range(3)) < IN_TIME_S
    assert len(view.listings(text, 5)) <= 5
    view.lookup(text)
    if not parse(text, view.location).terms:
        assert (answer.persons, answer.more) == ((), False)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from((*UNITS, "hans", "mülle", "steinahcer", "neustadt")), max_size=30).map("".join))
def test_any_mixture(view: View, text: str) -> None:
    assert min(seconds(view, text) for _ in range(2)) < IN_TIME_S


@pytest.mark.parametrize("limit", [-1, 0, 1, 10**9])
@pytest.mark.parametrize("familiar", [(), (-1, 0, 2**63 - 1, 2**63, 2**70), tuple(range(10_000))])
def test_limits_and_familiar_contacts_nobody_has(view: View, limit: int, familiar: tuple[int, ...]) -> None:
    assert len(view.search("anna", limit, familiar).persons) <= max(limit, 0)
    assert len(view.listings("müller", limit, familiar)) <= max(limit, 0)


@pytest.mark.parametrize("number", [-1, 0, 2**43, 2**63 - 1, 2**63, 2**80])
def test_contacts_nobody_has(view: View, number: int) -> None:
    assert (view.contact(number), view.person(number), view.people(number).persons) == (None, None, ())


@pytest.mark.parametrize("text", QUERIES, ids=named)
def test_the_sealed_protocol_answers_or_says_what_is_wrong(view: View, text: str) -> None:
    """As sealed by an end and opened by the directory: half a surrogate pair has become a question mark."""
    sent = Inner(1, "search", {"text": text}, bytes(32)).encode()
    operations = Operations(lambda _oid, _groups: view, dict, person_json, "f", "v")
    body = decode_inner(sent).body
    if len(text) > MAX_TEXT:
        with pytest.raises(BadMessage, match="at most 256 characters"):
            operations.run("search", body, Asker("oid", frozenset()))
    else:
        told = operations.run("search", body, Asker("oid", frozenset()))
        assert told.keys() == {"persons", "more", "took_ms", "sources"}
        assert told["took_ms"] < IN_TIME_S * 1000


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("command")
    (folder / "c.csv").write_text("id;family_name\n1;Müller\n", encoding="utf-8")
    made = CommandLine(folder / "data")
    made.ok("init")
    made.ok("source", "add", "crm", "--type", "csv", "--set", f"path={folder / 'c.csv'}")
    made.ok("sync")
    return made


# No argument of a program can hold NUL.
TYPED = [text for text in (*SHORT, *(unit * LONG for unit in '-":+a1ü')) if "\0" not in text]


@pytest.mark.parametrize("command", ["search", "lookup", "why"])
def test_the_command_line_answers(command_line: CommandLine, command: str) -> None:
    for text in TYPED:
        for options in ((), ("--json",)):
            ran = command_line.run(command, *options, "--", text)
            assert ran.code in ({0, 1} if text.strip() else {0, 1, 2}), (text[:40], ran)
            assert "Traceback" not in ran.out + ran.err, text[:40]


def test_a_found_contact_is_still_found(view: View, command_line: CommandLine) -> None:
    assert view.search("müllera hans").persons
    assert view.search("kundennummer:1999").persons
    hits: list[Any] = command_line.ok("search", "Muller")["hits"]
    assert [hit["display_name"] for hit in hits] == ["Müller"]
