"""Cards: exact call links, at most six actions, under the size limit, and nothing of a contact read as markup."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teams_app import cards, person
from teams_app.texts import ENGLISH, GERMAN
from tests.fakes.persons import MUELLER, persons

TAB = "https://teams.microsoft.com/l/entity/app/contacts"


def walk(card: Any) -> list[dict[str, Any]]:
    """Return every object of a card."""
    if isinstance(card, list):
        return [found for entry in card for found in walk(entry)]
    if isinstance(card, dict):
        return [card, *(found for value in card.values() for found in walk(value))]
    return []


def texts_of(card: Any) -> str:
    return json.dumps(card, ensure_ascii=False)


def test_call_link_keeps_its_plus() -> None:
    link = cards.call_link("+498912345")
    assert link == "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B498912345"
    assert parse_qs(urlsplit(link).query) == {"users": ["4:+498912345"]}


@given(st.from_regex(cards.E164, fullmatch=True))
def test_call_link_gives_back_every_number(number: str) -> None:
    link = cards.call_link(number)
    assert parse_qs(urlsplit(link).query) == {"users": [f"4:{number}"]}
    assert "+" not in link


def test_person_card_shows_every_number_and_calls_all_but_fax() -> None:
    card = cards.person_card(person.read(MUELLER), GERMAN, TAB)
    assert card["version"] == "1.5"
    shown = texts_of(card["body"])
    for number in MUELLER["numbers"]:
        assert number["raw"] in shown
    assert "Seeweg 2, 82319 Starnberg" in shown
    assert "Quelle: crm, ad" in shown
    assert [(action["title"], action["url"]) for action in card["actions"]] == [
        ("Büro 089/12345-67", "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B49891234567"),
        ("Mobil +49 171 5550101", "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B491715550101"),
        ("Privat 08151 5550", "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B4981515550"),
        ("Im Tab öffnen", TAB),
    ]


def test_national_number_shows_how_it_is_called() -> None:
    shown = texts_of(cards.person_card(person.read(MUELLER), ENGLISH, "")["body"])
    assert "089/12345-67 (+49891234567)" in shown
    assert "+49 171 5550101 (" not in shown


def test_card_for_a_chat_leaves_out_what_is_private() -> None:
    result = cards.result(person.read(MUELLER), ENGLISH, TAB)
    shown = texts_of(result)
    for private in ("08151", "4981515550", "joerg@home.example", "Seeweg", "nachmittags"):
        assert private not in shown
    assert "089/12345-67" in shown
    assert result["preview"]["content"] == {"title": "Jörg Müller", "text": "Acme GmbH · 089/12345-67"}


def test_colleague_gets_a_chat_link() -> None:
    card = cards.person_card(person.read({**MUELLER, "upn": "jörg+x@acme.example"}), ENGLISH, TAB)
    chat = next(action for action in card["actions"] if action["title"] == "Chat")
    assert chat["url"] == "https://teams.microsoft.com/l/chat/0/0?users=j%C3%B6rg%2Bx%40acme.example"


def test_one_number_in_two_sources_is_one_action() -> None:
    twice = [{"kind": "work", "raw": raw, "e164": "+4989123"} for raw in ("089/123", "+49 89 123")]
    card = cards.person_card(person.read({**MUELLER, "numbers": twice}), ENGLISH, TAB)
    assert [action["title"] for action in card["actions"]] == ["Work 089/123", "Open in the tab"]


def test_large_card_is_cut_with_a_note() -> None:
    numbers = [{"kind": "work", "raw": f"+49 89 {number:0200}", "e164": f"+4989{number}"} for number in range(400)]
    card = cards.person_card(person.read({**MUELLER, "numbers": numbers}), GERMAN, TAB)
    assert cards.size(card) <= cards.MAX_BYTES
    assert GERMAN.cut in texts_of(card["body"])
    assert len(card["actions"]) == cards.MAX_ACTIONS
    assert card["actions"][-1]["url"] == TAB


def test_list_asks_for_the_tapped_person() -> None:
    two = [person.read({**MUELLER, "id": number}) for number in (3, 4)]
    card = cards.list_card(two, ENGLISH, more=True)
    assert card["body"][0]["text"] == "The first 2 contacts; add a word to see fewer"
    taps = [entry["selectAction"] for entry in card["body"][1:]]
    assert [tap["data"] for tap in taps] == [{"verb": "person", "id": 3}, {"verb": "person", "id": 4}]
    assert taps[0]["fallback"]["type"] == "Action.Submit"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(persons(), st.booleans())
def test_any_person_makes_a_lawful_card(data: dict[str, Any], shared: bool) -> None:
    one = person.read(data)
    card = cards.person_card(one, GERMAN, TAB, shared=shared)
    listed = cards.list_card([one] * 30, GERMAN, more=False)
    for made in (card, listed):
        assert cards.size(made) <= cards.MAX_BYTES
        json.dumps(made, ensure_ascii=False).encode()
        for part in walk(made):
            # The only element whose text is read as markdown holds our own texts.
            if part.get("type") == "TextBlock":
                assert part["text"] in own_texts(len(listed["body"]) - 1)
            if part.get("type") == "Action.OpenUrl":
                assert re.match(r"https://teams\.microsoft\.com/l/(call|chat|entity)/", part["url"])
                assert len(part["url"]) < 1900
    assert len(card.get("actions", [])) <= cards.MAX_ACTIONS
    preview = cards.result(one, GERMAN, TAB)["preview"]["content"]
    assert not re.search(r"[<>\u202a-\u202e\x00-\x1f]", preview["title"] + preview["text"])


def own_texts(count: int) -> set[str]:
    counted = {GERMAN.found.format(count=count), GERMAN.found_more.format(count=count)}
    return counted | set(GERMAN.numbers.values()) | {GERMAN.cut, GERMAN.email, GERMAN.address, GERMAN.note}
