"""Persons as JSON: every field says its source, and preferred sources win."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.directory.listing import Listing
from directory_server.directory.number import read
from directory_server.directory.person import one_person
from directory_server.directory.person_json import person_json
from directory_server.store.preferences import FIELDS
from directory_server.store.rows import Location
from tests.fakes.world import MOMENT


def listing(number, source, **fields):
    contact = Contact(**fields)
    numbers = tuple(n for p in contact.phones for n in read(p.raw, Location(), p.kind, p.label))
    return Listing(number, source, str(number), contact, numbers, MOMENT)


AD = listing(
    1, "AD", given_name="Hans", family_name="Müller", department="Einkauf", emails=(Email("h@acme.example"),),
    phones=(Phone(PhoneKind.WORK, "089 840798-12"),), urls=("https://a.example",), notes="aus AD",
    addresses=(Address(city="München"),),
)  # fmt: skip
CRM = listing(
    2, "CRM", display_name="Müller, Hans", company="Acme GmbH", department="Purchase", job_title="Leiter",
    emails=(Email("H@acme.example"), Email("x@acme.example")), categories=("VIP",), notes="from CRM",
    phones=(Phone(PhoneKind.WORK, "+49 89 84079812", "Büro"), Phone(PhoneKind.MOBILE, "0171 2345678")),
    urls=("https://a.example", "https://c.example"), addresses=(Address(city="münchen"), Address(city="Bonn")),
)  # fmt: skip


def shown(preferred=None, listings=(AD, CRM), priorities=None):
    return person_json(one_person(listings, priorities or {"AD": 1, "CRM": 2}, None, preferred))


def test_every_field_says_its_source():
    value = shown()
    assert {name: value[name] for name in ("display_name", "company", "department", "job_title")} == {
        "display_name": "Hans Müller", "company": "Acme GmbH", "department": "Einkauf", "job_title": "Leiter",
    }  # fmt: skip
    assert value["sources"] == {
        "display_name": "AD", "company": "CRM", "department": "AD", "job_title": "CRM",
        "urls": ["AD", "CRM"], "categories": ["CRM"],
    }  # fmt: skip
    for name in ("numbers", "emails", "addresses", "notes", "contacts"):
        assert {part["source"] for part in value[name]} == {"AD", "CRM"}, name
    assert value["is_company"] is False


@pytest.mark.parametrize(
    ("field", "of"),
    [
        ("display_name", lambda value: (value["display_name"], value["sources"]["display_name"])),
        ("department", lambda value: (value["department"], value["sources"]["department"])),
        ("numbers", lambda value: (value["numbers"][0]["label"], value["numbers"][0]["source"])),
        ("emails", lambda value: (value["emails"][0]["address"], value["emails"][0]["source"])),
        ("addresses", lambda value: (value["addresses"][0]["city"], value["addresses"][0]["source"])),
        ("notes", lambda value: (value["notes"][0]["text"], value["notes"][0]["source"])),
    ],
)
def test_a_preferred_source_wins_for_its_field_alone(field, of):
    plain, changed = shown(), shown({field: ("CRM",)})
    assert (of(plain)[1], of(changed)[1]) == ("AD", "CRM")
    assert of(plain)[0] != of(changed)[0]
    others = plain.keys() - {field, "sources"}
    assert {name: plain[name] for name in others} == {name: changed[name] for name in others}


def test_a_preferred_source_without_the_field_leaves_it_to_the_others():
    assert shown({"company": ("AD",)})["company"] == "Acme GmbH"
    assert shown({"company": ("Nix", "AD")}) == shown()


def test_a_company_is_told():
    board = listing(3, "CRM", company="Acme GmbH", phones=(Phone(PhoneKind.MAIN, "089 840798-0"),))
    value = shown(listings=(board,))
    assert (value["is_company"], value["display_name"], value["sources"]["display_name"]) == (True, "Acme GmbH", "CRM")


SOURCES = ("a", "b", "c")


@given(
    st.lists(st.sampled_from(("", "Einkauf", "Verkauf")), min_size=3, max_size=3),
    st.dictionaries(st.sampled_from(FIELDS), st.lists(st.sampled_from((*SOURCES, "gone")), unique=True).map(tuple)),
    st.permutations(range(3)),
)
def test_the_best_source_that_has_the_field_is_chosen_in_whatever_order_they_come(texts, preferred, order):
    listings = [listing(at, name, department=text) for at, (name, text) in enumerate(zip(SOURCES, texts, strict=True))]
    priorities = {"a": 3, "b": 2, "c": 1}
    person = one_person([listings[at] for at in order], priorities, None, preferred)
    rank = {name: at for at, name in enumerate(preferred.get("department", ()))}
    filled = [name for name, text in zip(SOURCES, texts, strict=True) if text]
    best = min(filled, key=lambda name: (rank.get(name, 9), priorities[name]), default="")
    assert person.chosen("department") == ((texts[SOURCES.index(best)], best) if best else ("", ""))
    assert {one.id for one in person.ordered("department")} == {0, 1, 2}
    assert person.listings == tuple(sorted(listings, key=lambda one: priorities[one.source]))
