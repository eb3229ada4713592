"""Links stand apart by kind, are the same for the same text, and fit a database's whole numbers."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Email, PhoneKind, PlaceKind
from directory_server.directory.columns import GROUPS
from directory_server.directory.link import NAMES, links
from directory_server.directory.listing import Number
from directory_server.store.rows import FieldGroup

LOCAL = st.text(alphabet="abcü.-", min_size=1, max_size=8)
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
    assert [key for key, _ in links(contact, ())] == [-312852064, 4611686019309249358]


def test_a_number_that_is_there_twice_links_once():
    number = Number(PhoneKind.WORK, "1", "+49891234567")
    assert links(Contact(), (number, number)) == ((49891234567, GROUPS.index(FieldGroup.BUSINESS)),)
