"""Answers to turns: pages of results, one card, a list, or a friendly sentence for everything that can go wrong."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from teams_app import outcomes
from teams_app.activity import Kind, Turn
from teams_app.answers import Answer, Answers, invoke_body
from teams_app.texts import ENGLISH, GERMAN, for_locale
from tests.fakes.persons import MUELLER

pytestmark = pytest.mark.anyio

TID = UUID("5f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f")
TURN = Turn(Kind.QUERY, True, TID, "oid-1", "en-US", "msteams", "https://s", text="canary-müller")
LINK = "https://teams.microsoft.com/l/entity/app/contacts"


class Directory:
    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[UUID, str, str, Mapping[str, Any]]] = []

    async def ask(self, tid: UUID, user: str, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append((tid, user, operation, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def to(self, turn: Turn) -> Answer:
        return await Answers(self.ask, LINK).to(turn)


def many(count: int) -> dict[str, Any]:
    return {"persons": [{**MUELLER, "id": number} for number in range(count)], "more": True}


async def test_results_by_page() -> None:
    directory = Directory(many(30))
    answer = await directory.to(replace(TURN, skip=25, count=25))
    assert directory.asked == [(TID, "oid-1", "search", {"text": "canary-müller", "limit": 50})]
    body = invoke_body(TURN, answer)["composeExtension"]
    assert (body["type"], body["attachmentLayout"], len(body["attachments"])) == ("result", "list", 5)
    assert {entry["preview"]["contentType"] for entry in body["attachments"]} == {
        "application/vnd.microsoft.card.thumbnail"
    }


async def test_bot_shows_one_card_or_a_list() -> None:
    turn = replace(TURN, kind=Kind.MESSAGE_SEARCH, invoke=False)
    one = (await Directory(many(1)).to(turn)).card
    several = (await Directory(many(3)).to(turn)).card
    assert one
    assert several
    assert one["actions"]
    assert "actions" not in several


async def test_nothing_found_and_contact_gone() -> None:
    assert (await Directory({"persons": []}).to(TURN)).text == ENGLISH.nothing
    gone = replace(TURN, kind=Kind.SHOW_PERSON, person=7)
    assert (await Directory({"person": None}).to(gone)).text == ENGLISH.gone


@pytest.mark.parametrize(
    "outcome",
    [
        outcomes.NoDirectory(),
        outcomes.Busy(),
        outcomes.TooSlow(),
        outcomes.LineLost(),
        outcomes.RelayUnreachable("x"),
        outcomes.NotTrusted("x"),
        outcomes.ServiceOff(),
        outcomes.ClockWrong(),
        outcomes.Refused("x"),
        outcomes.Unanswered(),
    ],
)
async def test_every_outcome_is_a_sentence_in_both_languages(
    outcome: outcomes.Unanswered, caplog: pytest.LogCaptureFixture
) -> None:
    for locale, texts in (("de-AT", GERMAN), ("fr-FR", ENGLISH)):
        answer = await Directory(outcome).to(replace(TURN, locale=locale))
        assert answer.text == texts.unanswered.get(outcome.name, texts.failed)
        assert invoke_body(TURN, answer)["composeExtension"]["type"] == "message"
    assert outcome.name in caplog.text
    assert "canary" not in caplog.text


async def test_bot_offers_the_tab_where_only_the_tab_answers() -> None:
    turn = replace(TURN, kind=Kind.MESSAGE_SEARCH, invoke=False)
    card = (await Directory(outcomes.ServiceOff()).to(turn)).card
    assert card
    assert card["actions"][0]["url"] == LINK


@pytest.mark.parametrize("answer", [{}, {"persons": 5}, {"persons": [5]}, {"persons": [{}]}, RuntimeError("canary")])
async def test_surprises_become_a_sentence_and_a_place_in_the_log(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert (await Directory(answer).to(TURN)).text == ENGLISH.failed
    assert "turn failed" in caplog.text
    assert "canary" not in caplog.text


def test_languages_have_the_same_texts() -> None:
    assert set(GERMAN.unanswered) == set(ENGLISH.unanswered)
    assert set(GERMAN.numbers) == set(ENGLISH.numbers)
    named = {kind.name for kind in outcomes.Unanswered.__subclasses__()}
    assert named == set(ENGLISH.unanswered)
    assert for_locale("DE") is GERMAN
    assert for_locale("") is ENGLISH
