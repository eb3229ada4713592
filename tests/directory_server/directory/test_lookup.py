"""Whose number: exact, then extension, then the switchboard, then the company, then nothing."""

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory import lookup
from directory_server.store.rows import FieldGroup, Location
from tests.fakes.world import EVERYTHING, World

HERE = Location("DE", "89", "840798", 2, "0")
NAME = FieldGroup.NAME
BUSINESS = FieldGroup.BUSINESS


def contact(name="", company="", *numbers, kind=PhoneKind.WORK):
    return Contact(family_name=name, company=company, phones=tuple(Phone(kind, number) for number in numbers))


BOOK = {
    "direct": contact("Müller", "Acme", "089 840798-12"),
    "mobile": contact("Schmidt", "Acme", "0171 2345678", "089 840798-14"),
    "board": contact("", "Acme", "+49 89 840798-0", kind=PhoneKind.MAIN),
    "beta board": contact("", "Beta", "030 7654321", kind=PhoneKind.MAIN),
    "beta": contact("Weber", "Beta", "030 7654321-55"),
    "one of two": contact("Abel", "Gamma", "040 1112222-10"),
    "other of two": contact("Bebel", "Delta", "040 1112222-20"),
    "most": contact("Cebel", "Epsilon", "0221 3334444-1"),
    "most too": contact("Debel", "Epsilon", "0221 3334444-2"),
    "guest": contact("Ebel", "Zeta", "0221 3334444-3"),
    "no company": contact("Febel", "", "0511 5556666-1"),
    "private": contact("Gebel", "Eta", "0711 7778888", kind=PhoneKind.HOME),
    "private direct": contact("Hebel", "Theta", "0711 9990000-5", kind=PhoneKind.HOME),
    "internal": contact("Iebel", "Own", "-23"),
    "service": contact("Notruf", "", "112"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("lookup")) as made:
        made.crm = made.source("crm", priority=10)
        made.put(made.crm, BOOK)
        made.own = made.source("own", HERE, priority=5)
        made.put(made.own, {"ours": contact("Kebel", "Acme", "12"), "service": contact("Feuerwehr", "", "112")})
        yield made


def asked(world, number, location=None, fields=None):
    found = world.view(fields, location).lookup(number)
    return [one.key for one in found.listings], found.approximate, found.e164


@pytest.mark.parametrize(
    ("number", "location", "keys", "e164"),
    [
        ("+491712345678", None, ["mobile"], "+491712345678"),
        ("0171 2345678", None, ["mobile"], "+491712345678"),
        ("491712345678", None, ["mobile"], "+491712345678"),
        ("001712345678", HERE, ["mobile"], "+491712345678"),
        ("+498984079812", None, ["ours", "direct"], "+498984079812"),
        ("84079812", Location("DE", "89"), ["ours", "direct"], "+498984079812"),
        ("12", HERE, ["ours", "direct"], "+498984079812"),
        ("12", None, ["ours"], ""),
        ("23", None, ["internal"], ""),
        ("23", HERE, ["internal"], ""),
        ("112", None, ["service", "service"], ""),
        ("112", HERE, ["service", "service"], ""),
        ("+49898407980", None, ["board"], "+49898407980"),
        ("+4989840798", None, ["board"], "+4989840798"),
        ("089 840798", None, ["board"], "+4989840798"),
        ("+49307654321", None, ["beta board"], "+49307654321"),
        ("+493076543210", None, ["beta board"], "+493076543210"),
        ("+497117778888", None, ["private"], "+497117778888"),
    ],
)
def test_known(world, number, location, keys, e164):
    assert asked(world, number, location) == (keys, False, e164)


@pytest.mark.parametrize(
    ("number", "keys", "company"),
    [
        ("+498984079877", ["board"], "Acme"),
        ("+4989840798777", ["board"], "Acme"),
        ("+49898407987777", ["board"], "Acme"),
        ("+493076543219", ["beta board"], "Beta"),
        ("+4922133344449", ["most"], "Epsilon"),
        ("+4971199900009", ["private direct"], "Theta"),
    ],
)
def test_an_unknown_direct_dial_is_the_company(world, number, keys, company):
    assert asked(world, number) == (keys, True, number)
    (listing,) = world.view().lookup(number).listings
    assert (listing.contact.company, listing.contact.family_name) == (company, "")
    assert listing.match.rank == "approximate"


def test_a_company_without_own_entry_shows_nobodys_number(world):
    (listing,) = world.view().lookup("+4922133344449").listings
    assert listing.contact == Contact(display_name="Epsilon", company="Epsilon")
    assert [number.e164 for number in listing.numbers] == ["+492213334444"]


@pytest.mark.parametrize(
    "number",
    [
        "+49401112222",  # the switchboard of two companies, nobody's own number
        "+494011122229",  # shared trunk
        "+4951155566669",  # no company on the trunk
        "+498984079",  # shorter than the trunk
        "+49898407981234567",  # more than five digits behind it
        "+4917123456780",  # a mobile has no trunk
        "+4389840798",  # another country
        "99",
        "113",
        "",
        "anonymous",
        "0",
        "+",
    ],
)
def test_unknown(world, number):
    keys, approximate, _e164 = asked(world, number)
    assert (keys, approximate) == ([], False)


def test_a_hidden_private_number_is_not_found_and_teaches_no_trunk(world):
    fields = dict.fromkeys((world.crm.id, world.own.id), EVERYTHING - {FieldGroup.PRIVATE})
    assert asked(world, "+497117778888", fields=fields) == ([], False, "+497117778888")
    assert asked(world, "+4971199900005", fields=fields) == ([], False, "+4971199900005")
    assert asked(world, "+4971199900009", fields=fields) == ([], False, "+4971199900009")
    assert asked(world, "+491712345678", fields=fields)[0] == ["mobile"]


def test_business_numbers_alone_name_no_company(world):
    fields = {world.crm.id: frozenset({BUSINESS})}
    assert asked(world, "+498984079812", fields=fields)[0] == ["direct"]
    assert asked(world, "+498984079877", fields=fields) == ([], False, "+498984079877")
    assert asked(world, "+498984079877", fields={world.crm.id: frozenset({NAME})})[0] == []


def test_a_source_out_of_scope_answers_nothing(world):
    assert asked(world, "12", fields={world.crm.id: EVERYTHING})[0] == []
    assert asked(world, "+498984079812", fields={world.crm.id: EVERYTHING})[0] == ["direct"]


def test_several_holders_come_by_priority_then_name_then_id(tmp_path):
    with World(tmp_path) as own:
        late, early = own.source("late", priority=2), own.source("early", priority=1)
        own.put(late, {key: contact(name, "", "0171 2345678") for key, name in (("1", "Anna"), ("2", "Berta"))})
        own.put(
            early,
            {key: contact(name, "", "0171 2345678") for key, name in (("3", "Zoe"), ("4", "Carl"), ("5", "Carl"))},
        )
        for _ in range(2):
            assert asked(own, "0171 2345678")[0] == ["4", "5", "3", "1", "2"]
            own.index.rebuild()
        own.put(early, {"4": contact("Carl", "", "0171 2345678")})
        assert asked(own, "0171 2345678")[0] == ["4", "5", "3", "1", "2"]


def test_at_most_200_holders(tmp_path):
    with World(tmp_path) as own:
        crm = own.source("crm")
        own.put(crm, {str(at): contact(f"n{at:03}", "", "0171 2345678") for at in range(250)})
        keys, _approximate, _e164 = asked(own, "0171 2345678")
        assert keys == [str(at) for at in range(lookup.MOST_HOLDERS)]


def test_a_whole_number_comes_before_an_extension(tmp_path):
    with World(tmp_path) as own:
        crm = own.source("crm", HERE)
        own.put(crm, {"whole": contact("Abel", "", "+498984079812"), "internal": contact("Bebel", "", "-12")})
        other = own.source("other")
        own.put(other, {"foreign": contact("Cebel", "", "-12")})
        assert asked(own, "12", HERE)[0] == ["whole", "internal"]
        assert asked(own, "12")[0] == ["whole", "internal", "foreign"]


def test_a_changed_or_deleted_number_is_forgotten(tmp_path):
    with World(tmp_path) as own:
        crm = own.source("crm")
        own.put(crm, {"1": contact("Abel", "Acme", "089 840798-12")})
        assert asked(own, "+498984079813")[0] == ["1"]
        own.put(crm, {"1": contact("Abel", "Acme", "089 840799-12")})
        assert asked(own, "+498984079812")[0] == []
        assert asked(own, "+498984079912")[0] == ["1"]
        own.delete(crm, ["1"])
        assert asked(own, "+498984079912")[0] == []
        assert asked(own, "+498984079913")[0] == []


PLAIN = {"country": "DE", "area": "211", "trunk": "900"}


@pytest.mark.parametrize(
    ("book", "keys", "company"),
    [
        (
            {"board": contact("", "Acme GmbH", "0211 9000"), "one": contact("Abel", "Beta", "0211 90011")},
            ["board"],
            "Acme GmbH",
        ),
        ({"board": contact("", "Acme GmbH", "0211 900")}, ["board"], "Acme GmbH"),
        ({"desk": contact("Abel", "Acme GmbH", "0211 9000")}, ["desk"], "Acme GmbH"),
        ({"desk": contact("Abel", "Acme", "0211 9000"), "board": contact("", "Acme", "0211 9000")}, ["board"], "Acme"),
        ({"one": contact("Abel", "Acme", "0211 9000"), "two": contact("Bebel", "Beta", "0211 9000")}, [], ""),
        ({"desk": contact("Abel", "", "0211 9000")}, [], ""),
        ({"one": contact("Abel", "", "0211 90011")}, [], ""),
        (
            {"one": contact("Abel", "Acme", "0211 90011"), "two": contact("Bebel", "Acme", "0211 90012")},
            ["one"],
            "Acme",
        ),
    ],
)
def test_a_configured_trunk_is_named_by_who_holds_the_switchboard(tmp_path, book, keys, company):
    with World(tmp_path) as own:
        own.put(own.source("crm", Location(**PLAIN)), book)
        found = own.view().lookup("+4921190077")
        assert ([one.key for one in found.listings], found.approximate) == (keys, bool(keys))
        for listing in found.listings:
            assert (listing.contact.company, listing.contact.family_name) == (company, "")
        assert own.view().lookup("+492119007777777").listings == ()
        assert own.view().lookup("+49211901").listings == ()


def test_only_a_visible_sources_trunk_or_the_clients_own_counts(tmp_path):
    with World(tmp_path) as own:
        crm, other = own.source("crm"), own.source("other", Location(**PLAIN))
        own.put(crm, {"board": contact("", "Acme", "0211 9000")})
        seen = {crm.id: EVERYTHING}
        assert own.view(seen).lookup("+4921190077").listings == ()
        assert asked(own, "+4921190077", fields=seen | {other.id: EVERYTHING})[:2] == (["board"], True)
        assert asked(own, "+4921190077", Location(**PLAIN), seen)[:2] == (["board"], True)
        assert asked(own, "77", Location(**PLAIN, extension_length=2), seen)[:2] == (["board"], True)
        assert asked(own, "+4921190077", Location(**PLAIN), {crm.id: frozenset({NAME})})[:2] == ([], False)


def test_total_and_shared_are_counted(world):
    def counted(number):
        found = world.view().lookup(number)
        return found.total, found.shared

    assert counted("+498984079812") == (2, 2)
    assert counted("+491712345678") == (1, 1)
    assert counted("+498984079877") == (1, 1)
    assert counted("+4930999999") == (0, 0)
