"""Why a text or number finds whom it finds, and who is hidden from a view."""

import json

import pytest

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.directory.explain import explain, is_number
from directory_server.directory.scope import Scope
from directory_server.directory.view import View
from directory_server.store.rows import FieldGroup, Location, SharedNumbers
from tests.fakes.world import EVERYTHING, World

NAME_ONLY = frozenset({FieldGroup.NAME})


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("explain")) as made:
        made.crm, made.erp = made.source("crm"), made.source("erp")
        made.put(
            made.crm,
            {
                "1": Contact(given_name="Hans", family_name="Müller", notes="Schach",
                             emails=(Email("hans@acme.example"),),
                             phones=(Phone(PhoneKind.WORK, "089 840798-12"), Phone(PhoneKind.HOME, "0711 7778888"))),
                "2": Contact(given_name="Anna", family_name="Müller"),
            },
        )  # fmt: skip
        made.put(made.erp, {"3": Contact(given_name="Emil", family_name="Müller")})
        yield made


def why(world, text, fields, **kwargs):
    value = explain(text, world.view(), world.view(fields), **kwargs)
    json.dumps(value)  # it is printed as JSON
    return value, {hit["key"]: (hit["shown"], hit["hidden_because"]) for hit in value["matched"]}


def test_how_a_text_is_read(world):
    value, _hits = why(world, 'firma:acme müller "hans peter" -anna 089840', {world.crm.id: EVERYTHING})
    assert value["text"].startswith("firma:")
    assert [term["words"] for term in value["terms"]] == [["acme"], ["muller"], ["hans", "peter"], ["089840"]]
    assert [term["phrase"] for term in value["terms"]] == [False, False, True, False]
    assert value["terms"][0]["fields"] == ["company"]
    assert (value["terms"][3]["number_begins"], value["terms"][3]["number_contains"]) == (["+4989840"], "089840")
    assert "phones" in value["terms"][3]["fields"]
    assert [term["words"] for term in value["excluded"]] == [["anna"]]
    assert "number" not in value


def test_who_matches_and_who_is_hidden_by_a_source(world):
    _value, hits = why(world, "müller", {world.crm.id: EVERYTHING})
    assert hits == {"1": (True, ""), "2": (True, ""), "3": (False, "no grant for source erp")}


def test_hidden_by_a_field_group(world):
    _value, hits = why(world, "schach", {world.crm.id: NAME_ONLY})
    assert hits == {
        "1": (False, "matches in notes (notes); of source crm is not granted: notes"),
    }
    _value, hits = why(world, "mail:hans", {world.crm.id: EVERYTHING - {FieldGroup.BUSINESS}})
    assert hits["1"] == (
        False,
        "matches in emails (business, private); of source crm is not granted: business",
    )


def test_behind_the_limit(world):
    _value, hits = why(world, "müller", {world.crm.id: EVERYTHING, world.erp.id: EVERYTHING}, limit=2)
    assert len(hits) == 2
    everything, narrow = world.view(), world.view({world.erp.id: EVERYTHING, world.crm.id: EVERYTHING})
    value = explain("müller", everything, narrow, limit=3)
    assert all(hit["shown"] for hit in value["matched"])


@pytest.mark.parametrize(("limit", "more"), [(1, True), (2, True), (3, False), (50, False)])
def test_a_cut_answer_tells_that_more_match(world, limit, more):
    value, hits = why(world, "müller", {world.crm.id: EVERYTHING, world.erp.id: EVERYTHING}, limit=limit)
    assert (value["more"], len(hits)) == (more, min(limit, 3))


def test_more_is_told_at_the_largest_limit_too(world, monkeypatch):
    monkeypatch.setattr("directory_server.directory.explain.MOST_HITS", 2)
    monkeypatch.setattr("directory_server.directory.view.MOST_HITS", 2)
    assert why(world, "müller", {world.crm.id: EVERYTHING}, limit=2)[0]["more"] is True
    assert why(world, "anna müller", {world.crm.id: EVERYTHING}, limit=2)[0]["more"] is False


def test_an_excluded_source_is_a_reason_beside_others(world):
    value, hits = why(world, "müller -quelle:ER -schach", {world.crm.id: EVERYTHING, world.erp.id: EVERYTHING})
    assert value["other_than"] == ["er"]
    assert hits == {
        "2": (True, ""), "3": (False, "excluded: source erp"), "1": (False, "excluded: schach is in notes"),
    }  # fmt: skip
    _value, hits = why(world, "müller -source:erp", {world.crm.id: EVERYTHING})
    assert hits["3"] == (False, "no grant for source erp; excluded: source erp")


def test_how_a_number_is_read(world):
    value, hits = why(world, "089 840798-12", {world.crm.id: EVERYTHING})
    number = value["number"]
    assert (number["country"], number["candidates"], number["extension"]) == ("DE", ["+498984079812"], "")
    assert (number["e164"], number["approximate"], number["answered_by"]) == ("+498984079812", False, "exact")
    assert number["written_as"] == [{"prefix": "0", "stands_for": "+49"}]
    assert number["steps"] == [{"step": "exact", "number": "+498984079812", "contacts": 1}]
    assert value["looked_up"] == [value["matched"][0]["id"]]
    assert hits == {"1": (True, "")}


def test_an_unknown_direct_dial_is_explained_as_the_company(world):
    value, _hits = why(world, "+4989840798777", {world.crm.id: EVERYTHING})
    assert value["number"]["e164"] == "+4989840798777"
    assert value["number"]["approximate"] is False  # the only holder has no company


def test_an_extension_and_a_hidden_private_number(world):
    value, hits = why(world, "12", {world.crm.id: EVERYTHING})
    assert "number" not in value
    value, hits = why(world, "123", {world.crm.id: EVERYTHING})
    assert (value["number"]["extension"], value["number"]["candidates"]) == ("123", [])
    value, hits = why(world, "0711 7778888", {world.crm.id: EVERYTHING - {FieldGroup.PRIVATE}})
    assert hits == {
        "1": (False, "holds the number as home; of source crm is not granted: private"),
    }


def test_an_excluded_word_is_named(world):
    value, hits = why(world, "müller -anna", {world.crm.id: EVERYTHING, world.erp.id: EVERYTHING})
    assert hits == {"1": (True, ""), "3": (True, ""), "2": (False, "excluded: anna is in display_name")}
    (reason,) = value["matched"][-1]["hidden"]
    assert reason == {"reason": "excluded", "term": "anna", "field": "display_name", "written": "Anna"}


def test_a_word_only_in_a_hidden_field_is_named_with_its_group(world):
    value, _hits = why(world, "müller hans@acme.example", {world.crm.id: EVERYTHING - {FieldGroup.BUSINESS}})
    (hit,) = value["matched"]
    assert {(one["reason"], one["term"], one["group"]) for one in hit["hidden"]} == {
        ("field_not_granted", "hans", "business"),
        ("field_not_granted", "acme", "business"),
    }


def test_the_policy_for_shared_numbers_is_a_reason(tmp_path):
    with World(tmp_path) as made:
        crm = made.source("crm")
        phone = (Phone(PhoneKind.WORK, "089 840798-12"),)
        made.put(crm, {"1": Contact(given_name="Hans", family_name="Ost", phones=phone, company="Acme"),
                       "2": Contact(given_name="Anna", family_name="West", phones=phone, company="Acme")})  # fmt: skip
        view = View(
            made.index, Scope({crm.id: EVERYTHING}), [crm], Location("DE"),
            shared_numbers=SharedNumbers.ONLY_IF_UNAMBIGUOUS,
        )  # fmt: skip
        value = explain("089 840798-12", made.view(), view)
        assert (value["number"]["withheld"], value["number"]["total"], value["looked_up"]) == (True, 2, [])


def test_every_term_of_a_hit_is_explained(world):
    value, _hits = why(world, "muler hans", {world.crm.id: EVERYTHING})
    (hit,) = value["matched"]
    assert [(one["term"], one["rank"], one["field"], one["written"], one["as_typed"]) for one in hit["terms"]] == [
        ("muler", "phonetic", "display_name", "Müller", False),
        ("hans", "exact", "display_name", "Hans", True),
    ]
    assert (hit["place"], hit["behind"]) == (1, "")


def test_a_shown_hit_is_matched_as_the_asker_sees_it(world):
    with_notes, _hits = why(world, "scha", {world.crm.id: EVERYTHING})
    assert [hit["match"] for hit in with_notes["matched"]] == [{"rank": "prefix", "field": "notes"}]
    world.put(world.erp, {"3": Contact(given_name="Emil", family_name="Müller"),
                          "4": Contact(family_name="Turmbau", notes="Turm")})  # fmt: skip
    value, _hits = why(world, "turm", {world.erp.id: NAME_ONLY})
    (hit,) = value["matched"]
    assert (hit["match"], hit["shown"]) == ({"rank": "prefix", "field": "display_name"}, True)
    assert [(one["rank"], one["field"]) for one in hit["terms"]] == [("prefix", "display_name")]


def test_the_step_that_decides_the_order_is_named(world):
    seen = world.view({world.crm.id: EVERYTHING, world.erp.id: EVERYTHING})
    value = explain("müller", world.view(), seen, priorities={"crm": 100, "erp": 100})
    assert [(hit["key"], hit["behind"]) for hit in value["matched"]] == [("2", ""), ("3", "name"), ("1", "name")]


def test_one_letter_is_explained_where_it_was_looked_for(tmp_path):
    with World(tmp_path) as made:
        crm = made.source("crm")
        street = (Address(street="Weg 5 B"),)
        made.put(crm, {"1": Contact(family_name="Bauer", company="Prüftechnik", addresses=street),
                       "2": Contact(family_name="Becker", company="Prüftechnik"),
                       "3": Contact(family_name="Berger", company="Prüftechnik")})  # fmt: skip
        value = explain("prüft b", made.view(), made.view(), limit=2)
    first, second = value["matched"][:2]
    assert [one["written"] for one in first["terms"]] == ["Prüftechnik", "Bauer"]
    assert (first["key"], second["key"], second["behind"]) == ("1", "2", "name")


def test_the_clients_location_is_used(world):
    here = Location("DE", "89")
    value = explain("84079812", world.view(), world.view(None, here))
    assert value["number"]["candidates"][0] == "+498984079812"
    assert [hit["shown"] for hit in value["matched"]] == [True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("089 840798", True), ("+49", False), ("123", True), ("12", False), ("tel:+49 89 840798", True),
        ("sip:12345@host", False), ("müller 089 840798", False), ("80331 münchen", False), ("", False),
        ("()+-", False), ("-123", True),
    ],
)  # fmt: skip
def test_is_number(text, expected):
    assert is_number(text) is expected


@pytest.mark.parametrize("text", ["", '"', "-", "9" * 300, "* OR 1=1", "source:nix", "\0", "🙂"])
def test_any_text_is_explained(world, text):
    value, hits = why(world, text, {})
    assert hits == {}
    assert value["text"] == text
