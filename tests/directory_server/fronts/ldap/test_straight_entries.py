"""An entry that is written straight is the one that the whole way writes, whoever it is of and whatever is asked."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Email, PhoneKind, PlaceKind
from directory_server.directory import card, template
from directory_server.directory.asked import ask
from directory_server.directory.columns import GROUPS
from directory_server.directory.glance import Glance
from directory_server.directory.listing import Listing, Number
from directory_server.directory.lookup import Lookup
from directory_server.directory.scope import visible, visible_numbers
from directory_server.fronts.ldap import caller, dn
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.caller import Callers
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.profile import Profile
from directory_server.store.contact_json import contact_to_json
from directory_server.store.rows import FieldGroup, Location, NumberFormat
from tests.fakes import ldap_oracle as oracle

WORDS = st.sampled_from(["", "", "a", "a a", "Müller", "x" * 130])
E164 = ("+498912345", "+4989123450", "+491712345678", "+49891234500")
KINDS = st.sampled_from([PhoneKind.WORK, PhoneKind.MAIN, PhoneKind.MOBILE, PhoneKind.HOME, PhoneKind.OTHER])
NUMBERS = st.lists(
    st.one_of(
        st.builds(Number, KINDS, st.sampled_from(["089 12345", "0171"]), st.sampled_from(E164)),
        st.builds(Number, KINDS, st.sampled_from(["49 89 12345", "498912345", "12", "no number"]), st.just("")),
    ),
    max_size=5,
).map(tuple)
CONTACTS = st.builds(
    Contact, given_name=WORDS, family_name=WORDS, display_name=WORDS, company=WORDS, department=WORDS, job_title=WORDS,
    emails=st.lists(st.builds(Email, WORDS, st.sampled_from(PlaceKind)), max_size=3).map(tuple),
)  # fmt: skip
SOME_GROUPS = st.sampled_from(
    [frozenset(FieldGroup)] * 3 + [frozenset({FieldGroup.NAME, FieldGroup.BUSINESS}), frozenset({FieldGroup.PRIVATE})]
)
ATTRIBUTES = st.lists(
    st.sampled_from(
        ["displayName", "cn", "sn", "mail", "uid", "o", "ou", "title", "givenName", "objectClass", "telephoneNumber",
         "mobile", "homePhone", "otherTelephone", "jpegPhoto", "name"]
    ),
    min_size=1, max_size=5,
)  # fmt: skip
PHONES = st.lists(st.sampled_from(["telephoneNumber", "mobile", "homePhone", "searchNumber"]), min_size=1, max_size=2)
TEXTS = ("{name} ({company})", "{sn}, {cn}", "{mail} {title}", "[{ou}]")
PROFILES = st.builds(
    Profile,
    st.just(Location("DE")),
    st.sampled_from(NumberFormat),
    st.just(0),
    st.dictionaries(
        st.sampled_from(["displayName", "cn", "mail"]), st.sampled_from(TEXTS).map(template.parse), max_size=2
    ),
)


class One:
    """A book of one contact."""

    location, client, facts = Location("DE"), None, None
    sources = {7: "con,tacts"}  # noqa: RUF012 - as a view has it

    def __init__(self, contact: Contact, numbers: tuple[Number, ...], groups: frozenset[FieldGroup]) -> None:
        shown = visible(contact, groups), visible_numbers(numbers, groups)
        self.listing = Listing(123, "con,tacts", "key", *shown, None)
        self._bits = sum(1 << GROUPS.index(group) for group in groups)
        self._card = card.to_bytes("", "key", "", contact_to_json(contact), numbers)
        self.glances = self

    def state(self) -> object:
        return 0

    def take(self, _number: int, glance: Glance) -> bool:
        glance.id, glance.source = 123, 7
        return glance.read(self._card, self._bits)

    def lookup(self, text: str) -> Lookup:
        (digits,) = ask(text, self.location).candidates
        return Lookup((self.listing,), approximate=False, e164=f"+{digits}", total=1)


def answers(book: Any, node: f.Filter, attributes: list[str], profile: Profile) -> tuple[Any, Any]:
    """Return what is written straight, and by the whole way."""
    asked = oracle.search(7, node, attributes=[name.encode() for name in attributes])
    message = m.decode(asked, Limits(), m.Decoded())
    assert isinstance(message.request, m.SearchRequest)
    callers = Callers(book, dn.parse("dc=contacts"), "dc=contacts", Limits(), profile)
    callers.learn(message.body, message.request)
    return callers.straight(message.body), callers.answer(message.body)


@settings(max_examples=400, deadline=None)
@given(CONTACTS, NUMBERS, SOME_GROUPS, ATTRIBUTES, PHONES, PROFILES, st.sampled_from(E164))
def test_it_is_what_the_whole_way_writes(  # noqa: PLR0917 - each is drawn
    contact: Contact,
    numbers: tuple[Number, ...],
    groups: frozenset[FieldGroup],
    attributes: list[str],
    phones: list[str],
    profile: Profile,
    number: str,
) -> None:
    one = tuple(f.Equality(name, number) for name in phones)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caller, "COMPILED", True)  # as Python, too
        straight, whole = answers(One(contact, numbers, groups), f.Or(one), attributes, profile)
    asked_only = all(each.e164 for each in numbers)
    plain_format = profile.number_format in {NumberFormat.ECHO, NumberFormat.E164}
    assert straight == whole or (straight is None and not (asked_only and plain_format))


ASKED = "+491712345678"
OTHER = "+498912345"


def each(kind: PhoneKind, e164: str) -> Number:
    return Number(kind, "as written", e164)


@pytest.mark.parametrize(
    ("contact", "numbers", "expected"),
    [
        (Contact(given_name="a", family_name="a"), (), b"\x04\x03a a"),
        (Contact(given_name="a", family_name="a a"), (), b"\x04\x05a a a"),
        (Contact(family_name="a"), (each(PhoneKind.WORK, OTHER), each(PhoneKind.MAIN, OTHER)), OTHER.encode()),
        (Contact(family_name="a"), (each(PhoneKind.HOME, ASKED), each(PhoneKind.MOBILE, ASKED)), ASKED.encode()),
        (Contact(family_name="a", emails=(Email("b"), Email("b"))), (), b"\x04\x01b"),
    ],
)
def test_nothing_is_said_twice(contact: Contact, numbers: tuple[Number, ...], expected: bytes) -> None:
    held = numbers or (each(PhoneKind.MOBILE, ASKED),)
    if all(number.e164 != ASKED for number in held):
        held = (each(PhoneKind.MOBILE, ASKED), *held)
    attributes = ["cn", "mail", "telephoneNumber", "mobile"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caller, "COMPILED", True)
        book = One(contact, held, frozenset(FieldGroup))
        straight, whole = answers(book, f.Equality("searchNumber", ASKED), attributes, Profile())
    assert straight == whole
    assert straight[0].count(expected) == 1


class Counted(One):
    """A book that tells these states, and how often a glance was taken."""

    def __init__(self, *states: int) -> None:
        super().__init__(Contact(family_name="a"), (each(PhoneKind.MOBILE, ASKED),), frozenset(FieldGroup))
        self.states, self.taken = list(states), 0

    def state(self) -> object:
        return self.states.pop(0)

    def take(self, number: int, glance: Glance) -> bool:
        self.taken += 1
        return super().take(number, glance)


@pytest.mark.parametrize(
    ("states", "taken"), [((1, 1, 1, 1), 1), ((1, 2, 1, 1), 2), ((1, 1, 2, 2), 2), ((1, 2, 2, 2), 2)]
)
def test_an_entry_is_kept_while_nothing_changes(states: tuple[int, ...], taken: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caller, "COMPILED", True)
        book: Any = Counted(*states)
        callers = Callers(book, dn.parse("dc=contacts"), "dc=contacts", Limits(), Profile())
        message = m.decode(oracle.search(7, f.Equality("mobile", ASKED), attributes=[b"cn"]), Limits(), m.Decoded())
        assert isinstance(message.request, m.SearchRequest)
        callers.learn(message.body, message.request)
        assert callers.straight(message.body) == callers.straight(message.body)
    assert book.taken == taken


def test_so_many_shapes_keep_entries_and_no_more() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caller, "COMPILED", True)
        book: Any = One(Contact(family_name="a"), (each(PhoneKind.MOBILE, ASKED),), frozenset(FieldGroup))
        callers = Callers(book, dn.parse("dc=contacts"), "dc=contacts", Limits(), Profile())
        for at in range(20):
            asked = oracle.search(7, f.Equality("mobile", ASKED), attributes=[b"cn", f"x{at:02}".encode()])
            message = m.decode(asked, Limits(), m.Decoded())
            assert isinstance(message.request, m.SearchRequest)
            callers.learn(message.body, message.request)
            assert callers.straight(message.body)
    kept = [shape.kept for shapes in callers._shapes.values() for shape in shapes if shape.kept is not None]
    assert len(kept) == 16
