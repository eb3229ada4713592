"""What the query language finds, through a view of a small directory."""

import pytest

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from tests.fakes.world import World

BOOK = {
    "hyphen": Contact(given_name="Eva", family_name="Müller-Lüdenscheid", company="Acme GmbH"),
    "plain": Contact(given_name="Johannes", family_name="Müller", company="Beta AG", job_title="Einkauf"),
    "folded": Contact(
        given_name="Robert",
        family_name="Mueller",
        emails=(Email("r.mueller@acme.example"),),
        addresses=(Address(PlaceKind.WORK, "Lindenweg 4", "80331", "München", "Bayern", "Deutschland"),),
    ),
    "custom": Contact(given_name="Ida", family_name="Kern", custom=(("customer_number", "K17"),), notes="Lieferant"),
    "smith": Contact(
        given_name="Anna", family_name="Schmidt", office="A12", phones=(Phone(PhoneKind.WORK, "+49 89 84071234"),)
    ),
    "irish": Contact(given_name="Sean", family_name="O'Connell", categories=("Ehrenamt",)),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with World(tmp_path_factory.mktemp("world")) as world:
        world.put(world.source("crm"), BOOK)
        view = world.view()
        yield lambda text: [listing.key for listing in view.listings(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("müller lüdenscheid", {"hyphen"}),
        ("lüdenscheid-müller", {"hyphen"}),
        ("müller -müller-lüdenscheid", {"plain", "folded"}),
        ("müller -lüdenscheid", {"plain", "folded"}),
        ("müller -firma:acme", {"plain", "folded"}),
        ("müller -@acme.example", {"hyphen", "plain"}),
        ("r.mueller@acme.example", {"folded"}),
        ("hans müller", {"plain"}),
        ("bob müller", {"folded"}),
        ("smith", {"smith"}),
        ("customer_number:k17", {"custom"}),
        ("customer_number:k1", {"custom"}),
        ("titel:einkauf", {"plain"}),
        ("kategorie:ehrenamt", {"irish"}),
        ("notiz:lieferant", {"custom"}),
        ("plz:80331 bob", {"folded"}),
        ("straße:lindenweg", {"folded"}),
        ("land:deutschland", {"folded"}),
        ("ort:muenchen", {"folded"}),
        ("büro:a12", {"smith"}),
        ("tel:08984", {"smith"}),
        ("tel:12", {"smith"}),
        ("084071", set()),
        ("84071", {"smith"}),
        ("tel:müller", set()),
        ("„anna schmidt“", {"smith"}),
        ('"schmidt anna"', set()),
        ("o'connell", {"irish"}),
        ("oconnell", {"irish"}),
        ("(firma:acme)", {"hyphen"}),
        ("quelle:crm kern", {"custom"}),
        ("-müller", set()),
        ("-source:crm", set()),
        ("lüdenscheit", {"hyphen"}),
    ],
)
def test_found(found, text, expected):
    assert set(found(text)) == expected


def test_the_spelling_typed_comes_first(found):
    assert found("müller")[-1] == "folded"
    assert found("mueller")[0] == "folded"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hanspeter", ["Hans Peter", "Hans-Peter"]),
        ("hanspeter müller", ["Hans Peter", "Hans-Peter"]),
        ("peterhans", ["Hans Peter", "Hans-Peter"]),
        ("hp müller", ["Hans Peter", "Hans-Peter"]),
        ("hanspaul", []),
        ("-hanspeter müller", ["Hans Peter", "Hans-Peter"]),
        ('"hanspeter"', []),
        ("firma:hanspeter", []),
    ],
)
def test_double_names_are_found_joined_and_by_their_initials(tmp_path, text, names):
    with World(tmp_path) as world:
        known = {name: Contact(given_name=name, family_name="Müller") for name in ("Hans Peter", "Hans-Peter")}
        others = {"x": Contact(given_name="Eva", company="Hans Peter GmbH"), "y": Contact(given_name="Hans")}
        world.put(world.source("crm"), known | others)
        assert sorted(one.contact.given_name for one in world.view().listings(text)) == names


def test_of_equal_fields_the_better_other_ones_come_first(tmp_path):
    with World(tmp_path) as world:
        world.put(world.source("crm"), {
            "a": Contact(given_name="Anna", family_name="Adam", company="Wöhrle Anwälte"),
            "b": Contact(given_name="Leonore", family_name="Wöhrle", company="Wöhrle Anwälte"),
            "c": Contact(display_name="Wöhrle Anwälte", company="Wöhrle Anwälte"),
        })  # fmt: skip
        assert [one.key for one in world.view().listings("wöhrle anwälte")] == ["c", "b", "a"]
