"""What is told of a number that several persons hold, by policy."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Email, Phone, PhoneKind
from directory_server.directory import lookup
from directory_server.directory.listing import Listing
from directory_server.directory.number import read
from directory_server.directory.shared_number import persons_on, told
from directory_server.directory.view import for_client
from directory_server.store import clients
from directory_server.store.rows import Client, FieldGroup, Location, SharedNumbers
from tests.fakes.world import MOMENT, World

SHARED = "+498984079812"
PRIORITY, COMPANY, UNAMBIGUOUS = SharedNumbers


def person(given_name, family_name="Müller", company="Acme GmbH", *numbers, kind=PhoneKind.WORK, mail=""):
    phones = tuple(Phone(kind, number) for number in numbers or (SHARED,))
    emails = (Email(mail),) if mail else ()
    return Contact(
        given_name=given_name, family_name=family_name, company=company, phones=phones, emails=emails, notes="secret"
    )


def listings(*contacts):
    return [
        Listing(at, "crm", str(at), one, tuple(n for p in one.phones for n in read(p.raw, Location(), p.kind)), MOMENT)
        for at, one in enumerate(contacts, 1)
    ]


def answer(policy, *contacts, total=None):
    found = listings(*contacts)
    return told(policy, found, persons_on(found), total or len(found), frozenset({SHARED}))


@pytest.mark.parametrize(
    ("companies", "name", "company"),
    [
        (("Acme GmbH", "Acme GmbH"), "Acme GmbH (2 contacts)", "Acme GmbH"),
        (("Acme GmbH", "ACME AG", "Acme"), "Acme GmbH (3 contacts)", "Acme GmbH"),
        (("Acme GmbH", "Beta AG"), "Acme GmbH / Beta AG (2 contacts)", "Acme GmbH / Beta AG"),
        (("Acme", "Beta", "Eta"), "Acme / Beta / Eta (3 contacts)", "Acme / Beta / Eta"),
        (("Acme", "Beta", "Eta", "Zeta"), "Acme / Beta / Eta and others (4 contacts)", "Acme / Beta / Eta and others"),
        (("", "Acme"), "Acme and others (2 contacts)", "Acme and others"),
        (("", ""), "2 contacts", ""),
        (("GmbH", "gmbh"), "GmbH (2 contacts)", "GmbH"),
    ],
)
def test_a_company_is_named_honestly(companies, name, company):
    people = [person(f"{letter}nna", "Abel", named) for letter, named in zip("ABCD", companies, strict=False)]
    (shown,) = answer(COMPANY, *people)
    assert shown.contact == Contact(display_name=name, company=company)
    assert [number.e164 for number in shown.numbers] == [SHARED]


def test_a_company_shows_the_asked_number_alone_once_for_each_kind():
    (shown,) = answer(
        COMPANY,
        person("Anna", "Abel", "Acme", "+4930123456", SHARED),
        person("Bert", "Bebel", "Acme", SHARED, kind=PhoneKind.MOBILE),
        person("Carl", "Cebel", "Acme", SHARED),
    )
    assert [(one.kind, one.e164) for one in shown.numbers] == [(PhoneKind.WORK, SHARED), (PhoneKind.MOBILE, SHARED)]


def test_a_count_beyond_what_is_read_is_of_contacts_and_the_companies_are_not_all():
    (shown,) = answer(COMPANY, person("Anna", "Abel"), person("Bert", "Bebel"), total=5000)
    assert shown.contact.display_name == "Acme GmbH and others (5000 contacts)"


@pytest.mark.parametrize("policy", SharedNumbers)
def test_one_person_in_two_sources_is_no_question(policy):
    twice = (person("Hans"), person("Hans", mail="h@acme.example"))
    assert answer(policy, *twice) == tuple(listings(*twice))


PEOPLE = st.lists(
    st.builds(
        person,
        st.sampled_from(("Anna", "Bert", "Carla", "")),
        st.sampled_from(("Abel", "Bebel", "Müller", "Mueller", "")),
        st.sampled_from(("Acme GmbH", "Acme AG", "Beta", "")),
        st.just(SHARED),
        kind=st.sampled_from((PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.HOME, PhoneKind.MAIN)),
        mail=st.sampled_from(("", "a@acme.example", "b@acme.example", "info@acme.example")),
    ),
    min_size=1,
    max_size=8,
)


@given(PEOPLE, st.randoms())
def test_each_policy_keeps_its_word(people, random):
    found = listings(*people)
    shared = persons_on(found)
    mixed = found[:]
    random.shuffle(mixed)
    assert 1 <= shared == persons_on(mixed) <= len(found)
    assert answer(PRIORITY, *people) == tuple(found)
    assert answer(UNAMBIGUOUS, *people) == (tuple(found) if shared == 1 else ())
    company = answer(COMPANY, *people)
    if shared == 1:
        assert company == tuple(found)
        return
    (shown,) = company
    assert shown.contact == Contact(display_name=shown.contact.display_name, company=shown.contact.company)
    assert {number.e164 for number in shown.numbers} == {SHARED}
    assert f"{shared} contacts" in shown.contact.display_name
    assert not {"Anna", "Bert", "Carla", "Abel", "Bebel", "Müller"} & set(shown.contact.display_name.split())


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("shared")) as made:
        made.crm = made.source("crm", priority=2)
        made.own = made.source("own", priority=1)
        many = {f"m{at:04}": person("Anna", f"Abel{at}", "Many", "040 5550000") for at in range(3000)}
        people = {
            "1": person("Anna", "Abel"), "2": person("Bert", "Bebel"),
            "3": person("Carl", "Cebel", "Acme GmbH", "-77"), "4": person("Dora", "Debel", "Beta", "-77"),
            "5": person("Emil", "Ebel", "Eta", "089 333444-0"), "6": person("Fritz", "Fabel", "Eta", "089 333444-0"),
        }  # fmt: skip
        made.put(made.crm, people | many)
        made.put(made.own, {"1": person("Anna", "Abel", "", SHARED)})
        yield made


def view(world, policy, fields=frozenset(FieldGroup)):
    name = f"sbc {policy} {len(fields)}"
    if name not in {client.name for client in clients.all(world.database)}:
        seen = frozenset({world.crm.id, world.own.id})
        clients.add(world.database, Client(0, name, "generic", seen, fields, "", Location("DE"), policy), "x")
    return for_client(world.database, world.index, clients.by_name(world.database, name))


@pytest.mark.parametrize(
    ("policy", "names"),
    [(PRIORITY, ["Abel", "Abel", "Bebel"]), (COMPANY, [""]), (UNAMBIGUOUS, [])],
)
def test_a_clients_own_policy_answers(world, policy, names):
    found = view(world, policy).lookup("089 84079812")
    assert [one.contact.family_name for one in found.listings] == names
    assert (found.total, found.shared, found.e164, found.approximate) == (3, 2, SHARED, False)
    assert found.withheld is (policy is not PRIORITY)
    if policy is COMPANY:
        assert found.listings[0].contact.display_name == "Acme GmbH and others (2 contacts)"


def test_a_shared_extension_is_a_shared_number(world):
    (shown,) = view(world, COMPANY).lookup("77").listings
    assert (shown.contact.display_name, shown.numbers[0].extension) == ("Acme GmbH / Beta (2 contacts)", "77")
    assert shown.match.rank == "extension"
    assert view(world, UNAMBIGUOUS).lookup("77").listings == ()


def test_a_switchboard_asked_without_its_zero_shows_the_number_that_is_held(world):
    (shown,) = view(world, COMPANY).lookup("089 333444").listings
    assert shown.contact.display_name == "Eta (2 contacts)"
    assert [number.e164 for number in shown.numbers] == ["+49893334440"]


def test_without_the_name_group_nothing_is_named(world):
    (shown,) = view(world, COMPANY, frozenset({FieldGroup.BUSINESS})).lookup(SHARED).listings
    assert (shown.contact.display_name, shown.contact.company) == ("3 contacts", "")


def test_of_thousands_on_one_number_few_are_read_and_all_are_counted(world):
    asking = view(world, PRIORITY)
    found = asking.lookup("040 5550000")
    assert (len(found.listings), found.total, found.shared) == (lookup.MOST_HOLDERS, 3000, lookup.MOST_HOLDERS)
    assert {one.key for one in found.listings} == {f"m{at:04}" for at in range(lookup.MOST_HOLDERS)}
    start = time.thread_time()
    for _ in range(5):
        asking.lookup("040 5550000")
    assert (time.thread_time() - start) / 5 < 0.05  # reading all of them takes about 45 ms here, this 5
    (shown,) = view(world, COMPANY).lookup("040 5550000").listings
    assert shown.contact.display_name == "Many and others (3000 contacts)"
