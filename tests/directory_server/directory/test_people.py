"""The people of a company, found by any contact of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Email, Phone, PhoneKind
from directory_server.directory.names import is_company, without_legal_form
from directory_server.directory.normal_form import words
from directory_server.directory.people import question
from directory_server.store.rows import FieldGroup
from tests.fakes.world import EVERYTHING, World

BOARD = (Phone(PhoneKind.MAIN, "+49 89 840798-0"),)
CONTACTS = {
    "acme": Contact(company="Acme GmbH", display_name="Acme GmbH", phones=BOARD),
    "zoe": Contact(given_name="Zoe", family_name="Abel", company="ACME AG", emails=(Email("zoe@acme.example"),)),
    "anna": Contact(given_name="Anna", family_name="Weber", company="Acme"),
    "bert": Contact(display_name="Bert Bebel", company="Acme GmbH & Co. KG"),
    "bank": Contact(given_name="Carl", family_name="Cebel", company="Acme Bank"),
    "late": Contact(given_name="Dora", family_name="Debel", company="Late Acme"),
    "notes": Contact(given_name="Eva", family_name="Ebel", notes="acme", department="Acme"),
    "nobody": Contact(given_name="Fritz", family_name="Febel"),
    "digits": Contact(given_name="Gerd", family_name="Gebel", company="4711 GmbH"),
    "digits too": Contact(given_name="Hugo", family_name="Hebel", company="4711"),
    "form": Contact(given_name="Ida", family_name="Iebel", company="GmbH"),
    "quoted": Contact(given_name="Jan", family_name="Jebel", company='O\'Neil & "Söhne" -x firma:y'),
    "signs": Contact(given_name="Karl", family_name="Kebel", company="!!!"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("people")) as made:
        made.crm = made.source("crm")
        made.put(made.crm, CONTACTS)
        made.team = made.source("team")
        made.put(
            made.team,
            {
                "zoe": Contact(given_name="Zoe", family_name="Abel", emails=(Email("Zoe@acme.example"),)),
                "hidden": Contact(given_name="Lea", family_name="Lebel", company="Acme"),
            },
        )
        made.ids = {(one.source, one.key): one.id for one in made.view().all()}
        yield made


def people(world, key, fields=None, limit=20):
    answer = world.view(fields).people(world.ids["crm", key], limit)
    return [[part.key for part in one.listings] for one in answer.persons], answer.more


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("acme", [["zoe", "zoe"], ["bert"], ["hidden"], ["anna"]]),
        ("zoe", [["zoe", "zoe"], ["bert"], ["hidden"], ["anna"]]),
        ("bank", [["bank"]]),
        ("late", [["late"]]),
        ("digits", [["digits"], ["digits too"]]),
        ("form", [["form"]]),
        ("quoted", [["quoted"]]),
        ("signs", []),
        ("nobody", []),
        ("notes", []),
    ],
)
def test_people_of_the_same_company_come_by_name(world, key, keys):
    if key == "acme":  # a display name alone is sorted as it is written
        keys = [
            keys[0],
            *sorted(keys[1:], key=lambda one: {"bert": "bert", "hidden": "lebel", "anna": "weber"}[one[0]]),
        ]
    assert people(world, key) == (keys, False)


def test_the_limit_is_told(world):
    assert people(world, "acme", limit=2) == ([["zoe", "zoe"], ["bert"]], True)
    assert people(world, "acme", limit=0) == ([], True)


def test_only_visible_companies_of_visible_sources_count(world):
    name = frozenset({FieldGroup.NAME})
    assert people(world, "acme", {world.crm.id: name}) == ([["zoe"], ["bert"], ["anna"]], False)
    hidden = {world.crm.id: name, world.team.id: EVERYTHING - name}
    assert people(world, "acme", hidden)[0] == [["zoe"], ["bert"], ["anna"]]
    assert people(world, "acme", {world.crm.id: EVERYTHING - name}) == ([], False)
    assert people(world, "acme", {world.team.id: EVERYTHING}) == ([], False)
    for unknown in (0, -1, 10**6, 1 << 62):
        assert world.view().people(unknown).persons == ()


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (Contact(company="Acme GmbH"), True),
        (Contact(company="Acme GmbH", display_name="ACME"), True),
        (Contact(company="Acme GmbH", display_name="Acme AG"), True),
        (Contact(company="Acme GmbH", display_name="Anna Weber"), False),
        (Contact(company="Acme GmbH", given_name="Acme"), False),
        (Contact(company="Weber", family_name="Weber"), False),
        (Contact(display_name="Acme GmbH"), False),
        (Contact(), False),
    ],
)
def test_a_company_is_told_from_a_person(contact, expected):
    assert is_company(contact) is expected


def test_a_question_holds_no_operator():
    assert (
        question('O\'Neil & "Söhne" -x source:y')
        == "company:oneil company:neil company:sohne company:x company:source company:y"
    )
    assert question("!!!") == ""


COMPANIES = st.sampled_from(("Acme GmbH", "acme", "Acme Bank AG", "Bank Acme", "Beta", "4711 AG", "GmbH", ""))
BOOKS = st.lists(st.tuples(st.sampled_from(("", "Anna", "Bert")), COMPANIES), min_size=8, max_size=8)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(BOOKS)
def test_exactly_the_people_with_the_same_company_are_found(tmp_path_factory, book):
    with World(tmp_path_factory.mktemp("drawn")) as own:
        crm = own.source("crm")
        own.put(
            crm,
            {
                str(at): Contact(given_name=name, company=company, notes="acme")
                for at, (name, company) in enumerate(book)
            },
        )
        view = own.view()
        for seed in list(view.all()):
            company = without_legal_form(words(seed.contact.company))
            expected = {
                one.id
                for one in view.all()
                if company and without_legal_form(words(one.contact.company)) == company and not is_company(one.contact)
            }
            assert {part.id for one in view.people(seed.id, 50).persons for part in one.listings} == expected
