"""Links stand apart by kind, are the same for the same text, and fit a database's whole numbers."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Email, PhoneKind, PlaceKind
from directory_server.directory.columns import GROUPS
from directory_server.directory.link import NAMES, Hashes, links
from directory_server.directory.listing import Number
from directory_server.directory.names import name_company_key
from directory_server.store.rows import FieldGroup

LOCAL = st.text(alphabet="abcü.-", min_size=1, max_size=8)
TEXTS = st.lists(st.text("abü &", max_size=8), max_size=20)
WORDS = st.lists(st.sampled_from(["Anna", "Bauer", "bau", "Bäu", "GmbH", "&"]), max_size=3).map(" ".join)
NAMED = st.builds(Contact, given_name=WORDS, family_name=WORDS, display_name=WORDS, company=WORDS)
DIGITS = st.from_regex(r"[1-9][0-9]{6,16}", fullmatch=True)


@given(LOCAL, DIGITS, LOCAL, st.sampled_from([PlaceKind.WORK, PlaceKind.HOME]))
def test_every_kind_has_numbers_of_its_own(local, digits, name, place):
    contact = Contact(
        given_name="Hans", family_name=f"M{name}x", company="Acme", emails=(Email(f"{local}@a.b", place),)
    )
    (mail, of_mail), (number, of_number), (named, of_name) = links(
        contact, (Number(PhoneKind.MOBILE, digits, f"+{digits}"),)
    )
    assert -(1 << 62) <= mail < 0 < number == int(digits) < NAMES <= named < 1 << 63
    assert GROUPS[of_mail] is (FieldGroup.PRIVATE if place is PlaceKind.HOME else FieldGroup.BUSINESS)
    assert (GROUPS[of_number], GROUPS[of_name]) == (FieldGroup.BUSINESS, FieldGroup.NAME)


def test_a_link_never_changes_because_it_is_kept():
    contact = Contact(given_name="Hans", family_name="Müller", company="Acme GmbH", emails=(Email("H.M@acme.example"),))
    assert [key for key, _ in links(contact, ())] == [-312852064, 6368158584435725962]


def test_a_number_that_is_there_twice_links_once():
    number = Number(PhoneKind.WORK, "1", "+49891234567")
    assert links(Contact(), (number, number)) == ((49891234567, GROUPS.index(FieldGroup.BUSINESS)),)


@settings(max_examples=1000)
@given(NAMED, NAMED)
@example(Contact(given_name="&", display_name="Anna Bauer", company="bau"), Contact("Bauer", "Anna", company="bau"))
def test_contacts_with_the_same_name_and_company_share_a_link(one, other):
    if name_company_key(one) and name_company_key(one) == name_company_key(other):
        assert [key for key, _ in links(one, ())] == [key for key, _ in links(other, ())] != []


@settings(max_examples=1000)
@given(NAMED, NAMED)
def test_others_with_a_name_and_company_share_none(one, other):
    keys = {name_company_key(one), name_company_key(other)}
    if len(keys - {""}) > 1:
        assert links(one, ()) != links(other, ())


@given(NAMED)
def test_half_a_name_links_nobody(contact):
    if not name_company_key(contact) and not (contact.given_name and contact.family_name):
        assert links(contact, ()) == ()


@given(TEXTS)
def test_every_text_has_its_own_link_and_no_more_than_agreed_are_remembered(texts):
    hashes = Hashes(3)
    for text in texts:
        contact = Contact(given_name=text, family_name="Maier", company=f"{text} AG")
        assert links(contact, (), hashes) == links(contact, ())
        assert max(len(hashes.names), len(hashes.companies)) <= 3


def test_a_long_text_is_not_remembered():
    hashes = Hashes()
    assert hashes.names["wort " * 50] == 50 * hashes.names["wort"]
    assert list(hashes.names) == ["wort"]
