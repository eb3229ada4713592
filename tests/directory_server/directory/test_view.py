"""Search, look-up and persons through a real store and index."""

import pytest

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory.view import for_user
from directory_server.store import grants
from directory_server.store.rows import FieldGroup, Location
from tests.fakes.world import World

CONTACTS = {
    "1": Contact(
        given_name="Hans", family_name="Müller", display_name="Müller, Hans", company="Acme GmbH",
        department="Einkauf", emails=(Email("hans.mueller@acme.example"),), notes="mag Schach",
        phones=(Phone(PhoneKind.WORK, "089/840798-12"), Phone(PhoneKind.HOME, "08131 4711")),
        addresses=(Address(PlaceKind.WORK, "Hauptstr. 1", "80331", "München"),),
    ),
    "2": Contact(given_name="Anna", family_name="Mueller", company="Beta AG",
                 phones=(Phone(PhoneKind.MOBILE, "0171 2345678"),)),
    "3": Contact(given_name="Petra", family_name="Schmidt", company="Acme GmbH",
                 phones=(Phone(PhoneKind.WORK, "(089) 840798-14"),)),
    "4": Contact(given_name="Thomas", family_name="Steinacher", company="Gamma & Söhne KG"),
    "5": Contact(company="Acme GmbH", display_name="Acme GmbH Zentrale",
                 phones=(Phone(PhoneKind.MAIN, "+49 89 840798-0"),)),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("world")) as made:
        made.crm = made.source("crm", priority=10)
        made.put(made.crm, CONTACTS)
        made.outlook = made.source("outlook", Location("DE", "89"))
        made.put(
            made.outlook,
            {
                "a": Contact(given_name="Hans", family_name="Mueller", emails=(Email("Hans.Mueller@acme.example"),)),
                "b": Contact(given_name="Уна", family_name="Иванова", phones=(Phone(PhoneKind.WORK, "-123"),)),
            },
        )
        yield made


def found(world, text, **kwargs):
    return [listing.key for listing in world.view().listings(text, **kwargs)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("müller hans", {"1", "a"}),
        ("Mueller", {"1", "2", "a"}),
        ("mul acm", {"1", "a"}),
        ("steinacher", {"4"}),
        ("nacher", {"4"}),
        ("Schmitt", {"3"}),
        ("thomas steinacer", {"4"}),
        ("steinahcre", {"4"}),
        ("steinn", {"4"}),
        ("münchen", {"1"}),
        ("ort:münchen müller", {"1"}),
        ("firma:acme -zentrale", {"1", "3"}),
        ("firma:münchen", set()),
        ('"hans müller"', {"1", "a"}),
        ('"müller einkauf"', set()),
        ("mueller -hans", {"2"}),
        ("-hans", set()),
        ("", set()),
        ("source:crm müller", {"1", "2"}),
        ("source:nix müller", set()),
        ("hans.mueller@acme.example", {"1", "a"}),
        ("80331", {"1"}),
        ("840798", {"1", "3", "5"}),
        ("089 8407", {"1", "3", "5"}),
        ("+49 89 840798-14", {"3"}),
        ("0049171 234", {"2"}),
        ("+43 89 8407", set()),
        ("9812", {"1"}),
        ("müller 8407", {"1"}),
        ("schach", {"1"}),
        ("иван", {"b"}),
        ("ИВАНОВА", {"b"}),
        ("söhne", {"4"}),
        ("gamma soehne", {"4"}),
        ("123", {"2", "b"}),
        ('"', set()),
        (': - " ( ) * ^ {n} : NOT AND OR NEAR(', set()),
        ("müller " * 100, {"1", "2", "a"}),
    ],
)
def test_found(world, text, keys):
    assert set(found(world, text)) == keys


def test_typed_spelling_comes_before_its_twin(world):
    assert found(world, "müller")[0] == "1"
    assert found(world, "mueller")[0] == "2"


def test_name_before_company_before_rest(world):
    assert found(world, "acme")[0] == "5"


@pytest.mark.parametrize(
    ("text", "rank", "field"),
    [
        ("steinacher", "exact", "display_name"),
        ("steina", "prefix", "display_name"),
        ("nacher", "infix", "display_name"),
        ("steinaher", "edit1", "display_name"),
        ("gamma", "exact", "company"),
        ("0171 2345678", "number", "phones"),
        ("schmitt", "phonetic", "display_name"),
    ],
)
def test_match(world, text, rank, field):
    (listing, *_rest) = world.view().listings(text)
    assert (listing.match.rank, listing.match.field) == (rank, field)


def test_persons_are_merged_across_sources_by_mail(world):
    answer = world.view().search("müller hans")
    assert [[part.key for part in person.listings] for person in answer.persons] == [["1", "a"]]
    assert not answer.more
    assert answer.persons[0].match.rank == "exact"
    assert [part.source for part in answer.persons[0].listings] == ["crm", "outlook"]


def test_more(world):
    assert world.view().search("mueller", limit=1).more
    assert not world.view().search("mueller", limit=2).more
    assert len(world.view().listings("mueller", limit=2)) == 2


@pytest.mark.parametrize(
    "number", ["+498984079812", "004989 840798-12", "498984079812", "089/84079812", "tel:+49-89-840798-12"]
)
def test_lookup_exact(world, number):
    lookup = world.view().lookup(number)
    assert [listing.key for listing in lookup.listings] == ["1"]
    assert (lookup.e164, lookup.approximate) == ("+498984079812", False)
    assert lookup.listings[0].match.rank == "number"


def test_lookup_local_with_the_clients_location(world):
    assert [hit.key for hit in world.view(location=Location("DE", "89")).lookup("84079812").listings] == ["1"]


def test_lookup_of_an_extension(world):
    lookup = world.view().lookup("123")
    assert [(hit.key, hit.match.rank) for hit in lookup.listings] == [("b", "extension")]


def test_unknown_direct_dial_is_the_company(world):
    lookup = world.view().lookup("+49898407989")
    assert lookup.approximate
    assert [(hit.key, hit.contact.company, hit.match.rank) for hit in lookup.listings] == [
        ("5", "Acme GmbH", "approximate")
    ]
    assert lookup.e164 == "+49898407989"


def test_switchboard_with_and_without_zero(world):
    assert [hit.key for hit in world.view().lookup("+4989840798").listings] == ["5"]
    assert [hit.key for hit in world.view().lookup("+49898407980").listings] == ["5"]


@pytest.mark.parametrize("number", ["+4930123456", "110", "", "L0#089840798", "anonymous", "+", "0", "9" * 300])
def test_lookup_of_nothing(world, number):
    lookup = world.view().lookup(number)
    assert lookup.listings == ()
    assert not lookup.approximate


def test_a_hidden_field_is_blank_and_matches_nothing(world):
    view = world.view({world.crm.id: frozenset({FieldGroup.NAME, FieldGroup.BUSINESS})})
    assert view.source_names() == ["crm"]
    assert view.listings("schach") == []
    assert view.lookup("081314711").listings == ()
    (listing,) = view.listings("hans")
    assert listing.contact.notes == ""
    assert [number.raw for number in listing.numbers] == ["089/840798-12"]
    assert [phone.raw for phone in listing.contact.phones] == ["089/840798-12"]


def test_no_grants_no_answers(world):
    view = world.view({})
    assert view.search("müller").persons == ()
    assert view.listings("müller") == []
    assert view.lookup("+498984079812").listings == ()
    assert list(view.all()) == []
    assert view.contact(1) is None
    assert view.person(1) is None


def test_all_contacts_come_in_order_of_id(world):
    ids = [listing.id for listing in world.view().all()]
    assert ids == sorted(ids)
    assert len(ids) == 7


def test_all_goes_on_behind_an_id_however_large(world):
    view = world.view()
    ids = [listing.id for listing in view.all()]
    for at, after in enumerate(ids):
        assert [listing.id for listing in view.all(after)] == ids[at + 1 :]
    for after in (1 << 43, 1 << 63, 10**20):
        assert list(view.all(after)) == []


def test_contact_and_person_by_id(world):
    first = next(world.view().all())
    assert world.view().contact(first.id).key == first.key
    assert len(world.view().person(first.id).listings) == 2
    for unknown in (0, -1, 999, 1 << 62):
        assert world.view().contact(unknown) is None


def test_a_company_itself_comes_before_its_people(tmp_path):
    with World(tmp_path) as own:
        crm = own.source("crm")
        people = {str(at): Contact(given_name="Anna", family_name=f"Abel{at}", company="Acme GmbH") for at in range(3)}
        own.put(crm, people | {"9": Contact(company="Acme GmbH", phones=(Phone(PhoneKind.MAIN, "+49 89 840798-0"),))})
        assert [listing.key for listing in own.view().listings("acme gmbh")] == ["9", "0", "1", "2"]


def test_a_grant_may_name_one_user(tmp_path):
    with World(tmp_path) as own:
        crm = own.source("crm")
        own.put(crm, {"1": Contact(given_name="Hans", family_name="Müller")})
        grants.put(own.database, crm, "user-1", {FieldGroup.NAME})

        def seen(oid):
            view = for_user(own.database, own.index, oid=oid, groups=frozenset(), country="DE")
            return [listing.key for listing in view.listings("müller")]

        assert (seen("user-1"), seen("user-2")) == (["1"], [])
