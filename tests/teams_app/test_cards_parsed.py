"""Every kind of card, ordinary and hostile, read by Microsoft's own library without a warning."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from teams_app import cards, person
from teams_app.texts import ENGLISH, GERMAN
from tests.fakes.persons import MUELLER, persons
from tests.servers import card_renderer

pytestmark = pytest.mark.server
TAB = "https://teams.microsoft.com/l/entity/app/contacts"


def made(data: dict[str, Any]) -> list[cards.Card]:
    one = person.read(data)
    return [
        cards.person_card(one, GERMAN, TAB),
        cards.person_card(one, ENGLISH, "", shared=True),
        cards.list_card([one, one], GERMAN, more=True),
        cards.notice_card(GERMAN.unanswered["service_off"], GERMAN, TAB),
    ]


def test_cards_are_parsed_without_warnings() -> None:
    samples: list[dict[str, Any]] = [MUELLER, {"id": 1}]

    @settings(max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(persons())
    def collect(sample: dict[str, Any]) -> None:
        samples.append(sample)

    collect()
    sources = [card for sample in samples for card in made(sample)]
    found = card_renderer.parse(sources)
    assert len(found) == len(sources)
    for source, read in zip(sources, found, strict=True):
        assert read["said"] == []
        assert read["actions"] == [action["url"] for action in source.get("actions", [])]
        assert read["elements"] == len(source["body"])


def test_the_library_would_warn() -> None:
    [read] = card_renderer.parse([{"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Bogus"}]}])
    assert read["said"]
