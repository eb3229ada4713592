"""Operations on a view: bodies as both ends agreed, and everything else refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.person_json import person_json
from directory_server.fronts.uplink.operations import Asker, Operations
from directory_server.protocol.messages import MAX_FAMILIAR, OPERATIONS, PROBE, BadMessage
from tests.fakes.uplinked import FakeView, person

ASKER = Asker("oid", frozenset())
ASKED = sorted(OPERATIONS - {PROBE})
"""What clients ask; a probe is the directory's own and asks nothing."""


class Watched(FakeView):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__([person(number, f"Müller {number}") for number in range(1, 31)])
        self.asked: list[Any] = []

    def search(self, text: str, limit: int = 20, familiar: Any = ()) -> Any:
        self.asked.append((text, limit, tuple(familiar)))
        return super().search(text, limit, familiar)

    def people(self, contact_id: int, limit: int = 20) -> Any:
        self.asked.append((contact_id, limit))
        return super().people(contact_id, limit)


def run(operation: str, body: Any, view: Watched | None = None) -> dict[str, Any]:
    asked = view or Watched()
    operations = Operations(
        views=lambda _oid, _groups: asked, ages=dict, render=person_json, fingerprint="f", version="v"
    )
    return operations.run(operation, body, ASKER)


@pytest.mark.parametrize("operation", ASKED)
def test_every_operation_of_the_protocol_is_answered(operation: str) -> None:
    assert run(operation, {"text": "müller", "id": 1})


def test_familiar_contacts_are_handed_on() -> None:
    view = Watched()
    run("search", {"text": "müller"}, view)
    run("search", {"text": "müller", "limit": 5, "familiar": [3, 1]}, view)
    assert view.asked == [("müller", 20, ()), ("müller", 5, (3, 1))]


def test_people_are_answered_as_a_search_is() -> None:
    view = Watched()
    found = run("people", {"id": 7, "limit": 3}, view)
    assert found.keys() == run("search", {"text": "müller"}).keys() == {"persons", "more", "took_ms", "sources"}
    assert ([one["id"] for one in found["persons"]], found["more"]) == ([1, 2, 3], True)
    assert view.asked == [(7, 3)]


@pytest.mark.parametrize(
    "familiar",
    [None, 7, "1", {}, [True], ["1"], [1.0], [-1], [2**63], [[1]], [None], list(range(MAX_FAMILIAR + 1))],
)
def test_what_is_no_list_of_contacts_is_a_bad_request(familiar: Any) -> None:
    with pytest.raises(BadMessage, match="familiar"):
        run("search", {"text": "müller", "familiar": familiar})


def test_the_longest_list_is_taken() -> None:
    assert run("search", {"text": "müller", "familiar": list(range(MAX_FAMILIAR))})["persons"]


PLAIN = st.none() | st.booleans() | st.integers(-1, 2**64) | st.floats(allow_nan=False) | st.text("ab1", max_size=5)
JSON = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.just("x"), PLAIN, max_size=1)


@given(
    st.sampled_from(ASKED),
    st.dictionaries(st.sampled_from(("text", "limit", "id", "familiar", "other")), JSON, max_size=5),
)
def test_any_body_is_answered_or_refused_by_the_name_of_its_part(operation: str, body: dict[str, Any]) -> None:
    try:
        run(operation, body)
    except BadMessage as error:
        assert str(error).split()[0] in {"text", "limit", "id", "familiar"}  # noqa: PT017 - both ways are right
