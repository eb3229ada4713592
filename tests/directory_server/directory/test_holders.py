"""Who holds what is told as far as a view may read it, in every state of the index."""

import pytest
from msgspec.structs import replace

from connectors.contact import Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory import holders
from directory_server.directory.columns import GROUPS
from directory_server.directory.holders import Holders
from directory_server.directory.link import links
from directory_server.directory.scope import Scope
from directory_server.directory.tables import contact_of
from directory_server.store.rows import FieldGroup, Location
from tests.fakes.world import World

OWN = Location("DE", "89", "840798", 2)
ALL = frozenset(FieldGroup)
MAIL = (Email("one@acme.example"),)


@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as made:
        made.crm = made.source("crm", OWN)
        made.erp = made.source("erp")
        yield made


def person(name, *numbers, kind=PhoneKind.WORK, **fields):
    return Contact(given_name=name, phones=tuple(Phone(kind, number) for number in numbers), **fields)


class Told:
    """What holders of a scope are told, as keys of contacts."""

    def __init__(self, world, fields=None):
        scope = Scope(fields if fields is not None else {world.crm.id: ALL, world.erp.id: ALL})
        self._world = world
        self._scope = scope

    def _keys(self, rows):
        view = self._world.view()
        return [view.contact(contact_of(row)).key for row in rows]

    def number(self, key, **options):
        with self._world.index.snapshot() as snapshot:
            return self._keys(Holders(snapshot, self._scope).of_number(key, **options))

    def trunk(self, digits):
        with self._world.index.snapshot() as snapshot:
            found = Holders(snapshot, self._scope).on_trunk(digits)
        return list(zip(self._keys(row for row, _ in found), (company for _, company in found), strict=True))

    def linked(self, *keys):
        with self._world.index.snapshot() as snapshot:
            return {key: self._keys(rows) for key, rows in Holders(snapshot, self._scope).linked(keys).items()}


def test_numbers_are_told_from_every_segment_in_order(world):
    world.put(world.crm, {"b": person("B", "089 55501")})
    world.put(world.erp, {"a": person("A", "+49 89 55501")})
    world.put(world.crm, {"c": person("C", "0171 1"), "d": person("D", "089 55501")})
    told = Told(world)
    assert told.number("498955501") == ["b", "a", "d"]
    world.put(world.crm, {"b": person("B", "089 55502")})
    world.delete(world.crm, ["d"])
    assert (told.number("498955501"), told.number("498955502")) == (["a"], ["b"])
    assert Told(world, {world.crm.id: ALL}).number("498955501") == []


def test_a_number_is_told_only_where_its_field_may_be_read(world):
    world.put(
        world.crm,
        {"home": person("A", "089 55501", kind=PhoneKind.HOME), "work": person("B", "089 55501")},
    )
    assert Told(world, {world.crm.id: frozenset({FieldGroup.BUSINESS})}).number("498955501") == ["work"]
    assert Told(world, {world.crm.id: frozenset({FieldGroup.PRIVATE})}).number("498955501") == ["home"]
    assert Told(world, {world.crm.id: frozenset({FieldGroup.NAME})}).number("498955501") == []


def test_everybody_is_told_once_and_in_order_of_rows_whatever_the_names(world):
    both = Contact(given_name="A", phones=(Phone(PhoneKind.WORK, "089 55501"), Phone(PhoneKind.HOME, "089 55501")))
    world.put(world.crm, {"both": both})
    assert Told(world).number("498955501") == ["both"]
    world.put(world.crm, {"z": person("Z", "089 55502"), "m": person("M", "089 55502")})
    assert Told(world).number("498955502") == ["z", "m"]
    world.put(world.erp, {"a": person("A", "089 55502")})
    assert Told(world).number("498955502") == ["z", "m", "a"]


def test_internal_extensions_are_told_of_the_own_trunk_and_of_bare_ones(world):
    world.put(world.crm, {"own": person("A", "089 840798-12"), "bare": person("B", "12")})
    world.put(world.erp, {"other": person("C", "089 840798-12"), "internal": person("D", "12")})
    assert sorted(Told(world).number("x12")) == ["bare", "internal", "own"]
    assert sorted(Told(world).number("498984079812")) == ["bare", "other", "own"]


def test_numbers_longer_than_the_index_tells_are_compared_whole(world):
    long = "49891234567890123"
    world.put(world.crm, {"a": person("A", "+" + long), "b": person("B", "+" + long[:-1] + "9")})
    told = Told(world)
    assert told.number(long) == ["a"]
    assert told.number(long[:-1] + "9") == ["b"]
    assert told.number(long[:-1]) == []
    assert Told(world, {world.crm.id: frozenset({FieldGroup.NAME})}).number(long) == []


def test_those_without_a_name_are_told_only_where_names_may_be_read(world):
    world.put(
        world.crm,
        {
            "company": Contact(company="Acme", phones=(Phone(PhoneKind.MAIN, "089 840798-0"),)),
            "person": person("A", "089 840798-0"),
        },
    )
    assert Told(world).number("49898407980", nameless=True) == ["company"]
    assert Told(world, {world.crm.id: frozenset({FieldGroup.BUSINESS})}).number("49898407980", nameless=True) == []


def test_a_trunk_has_the_company_of_each_contact_whose_name_may_be_read(world):
    world.put(world.erp, {"a": person("A", "089 123456-12", company="ACME GmbH")})
    world.put(world.erp, {"b": person("B", "089 123456-13", "089 123456-14", company="Bär & Co")})
    told = Told(world)
    assert told.trunk("4989123456") == [("a", "acme gmbh"), ("b", "bar co")]
    assert told.trunk("498912345") == []
    assert Told(world, {world.erp.id: frozenset({FieldGroup.BUSINESS})}).trunk("4989123456") == [("a", ""), ("b", "")]
    assert Told(world, {world.erp.id: frozenset({FieldGroup.NAME})}).trunk("4989123456") == []
    with world.index.snapshot() as snapshot:
        assert holders.is_trunk(snapshot.opened, "4989123456")
        assert not holders.is_trunk(snapshot.opened, "498912345")
    world.delete(world.erp, ["a", "b"])
    with world.index.snapshot() as snapshot:
        assert not holders.is_trunk(snapshot.opened, "4989123456")


def test_links_are_told_of_those_who_may_be_seen(world):
    one = Contact(given_name="A", emails=(Email("a@acme.example"),))
    world.put(world.crm, {"a": one})
    world.put(world.erp, {"b": one})
    ((key, number),) = links(one, ())
    group = GROUPS[number]
    assert Told(world).linked(key, key + 1) == {key: ["a", "b"], key + 1: []}
    world.put(world.erp, {"c": one})
    assert Told(world).linked(key) == {key: ["a", "b", "c"]}
    assert Told(world, {world.erp.id: frozenset({group})}).linked(key) == {key: ["b", "c"]}
    assert Told(world, {world.erp.id: ALL - {group}}).linked(key) == {key: []}
    assert Told(world, {world.crm.id: ALL}).linked(key) == {key: []}
    with world.index.snapshot() as snapshot:
        assert [found for found, _row in holders.links(snapshot.opened)] == [key] * 3


def test_what_is_hidden_of_one_link_leaves_the_others_as_they_are(world):
    home, work = (Contact(emails=(Email("one@acme.example", kind),)) for kind in (PlaceKind.HOME, PlaceKind.WORK))
    other_home, other_work = (
        replace(one, emails=(replace(one.emails[0], address="two@x.example"),)) for one in (home, work)
    )
    world.put(
        world.erp, {"a": home, "b": home, "c": work, "d": work, "e": other_home, "f": other_work, "g": other_work}
    )
    (one, _group), (two, _group) = *links(work, ()), *links(other_work, ())
    assert Told(world, {world.erp.id: frozenset({FieldGroup.BUSINESS})}).linked(one, two) == {
        one: ["c", "d"],
        two: ["f", "g"],
    }


def test_all_numbers_come_in_order_without_extensions(world):
    world.put(world.crm, {"a": person("A", "089 55502", "12")})
    world.put(world.erp, {"b": person("B", "089 55501"), "c": person("C", "12"), "gone": person("D", "089 1")})
    world.delete(world.erp, ["gone"])
    with world.index.snapshot() as snapshot:
        assert [number for number, _row in holders.numbers(snapshot.opened)] == [
            "498955501",
            "498955502",
            "498984079812",
        ]


def test_what_a_deleted_contact_held_is_nobodys_though_its_segment_stays(world):
    crowd = {str(at): person(f"P{at}", f"089 7770-{at}", company="Acme", emails=MAIL) for at in range(100, 140)}
    world.put(world.erp, crowd)
    ((mail, _group), *_rest) = links(Contact(emails=MAIL), ())
    world.delete(world.erp, ["101"])
    with world.index.snapshot() as snapshot:
        assert [one.segment.size for one in snapshot.opened] == [40]
        assert len(list(holders.numbers(snapshot.opened))) == 39
        assert sum(key == mail for key, _row in holders.links(snapshot.opened)) == 39
    told = Told(world)
    assert told.number("49897770101") == []
    assert told.number("49897770102") == ["102"]
    assert "101" not in {key for key, _company in told.trunk("49897770")}
    assert "101" not in told.linked(mail)[mail]


def test_merged_segments_hold_what_their_parts_held(world):
    board = (Phone(PhoneKind.MAIN, "089 840798-0"),)
    world.put(world.erp, {"first": person("First", "089 840798-1", company="Other")})
    world.put(world.erp, {"company": Contact(company="Acme", phones=board)})
    for at in range(10):
        world.put(world.erp, {f"p{at}": Contact(given_name=f"P{at}", company=f"Co {at}", emails=MAIL, phones=board)})
    world.delete(world.erp, ["first"])
    ((mail, _group), *_rest) = links(Contact(emails=MAIL), ())
    with world.index.snapshot() as snapshot:
        assert len(snapshot.opened) < 10
    told = Told(world)
    assert told.number("49898407980", nameless=True) == ["company"]
    assert len(told.number("49898407980")) == 11
    assert told.trunk("4989840798") == [("company", "acme"), *((f"p{at}", f"co {at}") for at in range(10))]
    assert told.linked(mail)[mail] == [f"p{at}" for at in range(10)]
