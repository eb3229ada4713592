"""What no answer over HTTP may tell a telephone system: hidden values change no byte of any of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.view import View
from directory_server.fronts.telephony.front import TelephonyFront
from directory_server.fronts.telephony.limits import Limits
from directory_server.store.rows import Client, FieldGroup, Location, SharedNumbers
from tests.fakes.books import ASKED, BOOKS, POLICIES, QUERIES, QUESTIONS, SCOPES, Book, fill, fill_only, hiding, view_of
from tests.fakes.world import EVERYTHING, World

NOTHING = [frozenset[FieldGroup]()] * 3
TIGHT = Limits(lookup_seconds=20, search_seconds=20, entries=4, scanned=6, hits=4, matches=2, waiting=10_000)
Ask = Callable[[View, int, list[str]], list[tuple[Any, ...]]]
slow = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Give what returns every byte that a client of a view is told by every route."""
    held: dict[str, Any] = {}
    front = TelephonyFront(
        verify=lambda *_: None,
        known_by=lambda _: Client(
            1, "sbc", "", frozenset(), EVERYTHING, "", Location("DE"), result_limit=held["limit"]
        ),
        views=lambda _name, _called: held["view"],
        clock=lambda: 0.0,
        limits=TIGHT,
    )
    with TestClient(front) as client:

        def asked(view: View, limit: int, questions: list[str]) -> list[tuple[Any, ...]]:
            held.update(view=view, limit=limit)
            answers = [client.get(f"/lookup/{number}{form}") for number in ASKED for form in ("", ".json")]
            answers += [client.post("/lookup/anynode", json={"sourceAddress": {"dialString": one}}) for one in ASKED]
            for text in questions:
                answers += [client.get(f"/phonebook/{vendor}.xml", params={"q": text}) for vendor in BOOKS_OF]
                answers.append(client.post("/lookup/landis", json={"searchTerm": text}))
                for name in ("departments", "surname", "mail", "userPrincipalName", "displayNames"):
                    answers.append(client.post("/lookup/landis", json={name: [text, "acme"]}))
                    answers.append(client.post("/lookup/landis", json={name: text, "searchTerm": "acme"}))
            answers += [client.get(f"/phonebook/{vendor}.xml?start={start}") for vendor in BOOKS_OF for start in (0, 2)]
            return [
                (str(one.request.url), one.status_code, sorted(one.headers.items()), one.content) for one in answers
            ]

        yield asked
    front.close()


BOOKS_OF = ("yealink", "snom", "cisco")
TEXTS = st.lists(st.sampled_from(QUESTIONS) | QUERIES, min_size=4, max_size=4)


@slow
@given(BOOKS, BOOKS, SCOPES, st.integers(0, 3), POLICIES, TEXTS)
def test_hidden_values_change_no_byte_of_an_answer(  # noqa: PLR0917 - drawn by hypothesis
    world: World,
    tight: None,
    ask: Ask,
    shown: Book,
    hidden: Book,
    scope: list[frozenset[FieldGroup]],
    limit: int,
    policy: SharedNumbers,
    texts: list[str],
) -> None:
    fill_only(world, shown, scope)
    told = ask(view_of(world, scope, policy), limit, texts)
    fill(world, hiding(shown, hidden, scope))
    assert ask(view_of(world, scope, policy), limit, texts) == told


@settings(slow, max_examples=3)
@given(BOOKS, TEXTS)
def test_who_may_see_nothing_is_told_nothing(world: World, ask: Ask, book: Book, texts: list[str]) -> None:
    fill(world, book)
    for url, status, _headers, content in ask(view_of(world, NOTHING), 0, texts):
        if "/phonebook/" in url:
            assert b"DirectoryEntry" not in content
        elif "landis" in url:
            assert content == b"[]"
        elif "anynode" in url:
            assert b"displayName" not in content
        else:
            assert status == 404
            assert b'"contacts":0' in content or not content


def test_this_would_notice(world: World, ask: Ask) -> None:
    """There are answers, and whoever may see more is told more."""
    person = Contact(given_name="Hans", family_name="Steinach", phones=(Phone(PhoneKind.HOME, ASKED[0]),))
    fill(world, [[person] * 4] * 3)
    fewer = EVERYTHING - {FieldGroup.PRIVATE}
    narrow, whole = (ask(view_of(world, [fields] * 3), 0, ["steinach"]) for fields in (fewer, EVERYTHING))
    assert {answer[1] for answer in whole} == {200, 404}
    assert [one[0] for one in narrow] == [one[0] for one in whole]
    assert [one[3] for one in narrow] != [one[3] for one in whole]
