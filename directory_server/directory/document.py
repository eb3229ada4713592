"""Documents: what the index keeps of one contact, computed purely from the contact and its source's location."""

from typing import NamedTuple

from msgspec import Struct

from connectors.contact import Contact, PlaceKind
from directory_server.directory import card
from directory_server.directory.link import ASKED, Hashes, links
from directory_server.directory.listing import Number
from directory_server.directory.normal_form import words
from directory_server.directory.number import read_all
from directory_server.directory.reader import Reader

_SHORTEST_NAME = 4
_HOME = PlaceKind.HOME  # an attribute of an Enum is slow to look up


class Document(Struct, frozen=True, gc=False):
    """One contact as the index keeps it.

    `texts` holds, for each of `columns.TEXT`, words as written, with blanks between; `custom` the custom fields by
    name; `initial` the only letter known of a given name, in normal form. `sort` is the name to sort by, `company` the
    company's name. `links` are the keys by which the contact may be the same person as another, each with the number of
    its field group. `own_trunk` is the trunk of the source's location, whose extensions are dialled as such; each of
    the last three may be empty. `nameless` tells that it has neither given nor family name. `card` is what the index
    shows of it (see `card`).
    """

    id: int
    source: int
    texts: tuple[str, ...]
    custom: tuple[tuple[str, str], ...]
    initial: str
    sort: str
    numbers: tuple[Number, ...]
    links: tuple[tuple[int, int], ...]
    company: str = ""
    own_trunk: str = ""
    nameless: bool = False
    card: bytes = b""


class Kept(NamedTuple):
    """What else is put on a contact's card: the source's key, the moment of the last change, the contact as JSON."""

    key: str
    changed: str
    contact: str


def document(  # noqa: PLR0917 - called for every contact, by place
    identity: int, source: int, contact: Contact, at: Reader, kept: Kept | None = None, hashes: Hashes = ASKED
) -> Document:
    """Return what to keep of this contact, whose numbers are read at its source's location; a card only of `kept`."""
    numbers = read_all(contact.phones, at) if contact.phones else ()
    given = contact.given_name
    sort = sort_name(contact)
    return Document(
        id=identity,
        source=source,
        texts=_texts(contact),
        custom=contact.custom,
        initial=_initial(given) if given and len(given) < _SHORTEST_NAME else "",
        sort=sort,
        numbers=numbers,
        links=links(contact, numbers, hashes),
        company=contact.company,
        own_trunk="+" + at.own if at.own else "",
        nameless=not given and not contact.family_name,
        card=card.to_bytes(sort, *kept, numbers) if kept else b"",
    )


def _initial(given_name: str) -> str:
    letters = words(given_name)
    return letters[0] if len(letters) == 1 and len(letters[0]) == 1 and letters[0].isalpha() else ""


def sort_name(contact: Contact) -> str:
    """Return last and first name, display name or company, for a stable order of equal hits.

    Nothing but the name group: `Contact.name` may fall back to an e-mail address, which a view may have to hide.
    """
    named = f"{contact.family_name} {contact.given_name}".strip()
    return (named or contact.display_name or contact.company).casefold()


def _texts(contact: Contact) -> tuple[str, ...]:
    mail: list[str] = []
    home_mail: list[str] = []
    place: list[str] = []
    home_place: list[str] = []
    city = home_city = ""
    for email in contact.emails:
        (home_mail if email.kind is _HOME else mail).append(_mail_text(email.address))
    if contact.office:
        place.append(contact.office)
    for address in contact.addresses:
        rest = (address.street, address.postal_code, address.region, address.country)
        if address.kind is _HOME:
            home_city = f"{home_city} {address.city}"
            home_place += rest
        else:
            city = f"{city} {address.city}"
            place += rest
    if contact.birthday:
        home_place.append(contact.birthday)
    return (
        _name_text(contact) or contact.company,  # a company's own entry is called by the company
        contact.company,
        contact.department,
        " ".join((contact.job_title, *contact.categories)) if contact.categories else contact.job_title,
        " ".join(mail),
        city,
        " ".join((*place, *contact.urls)) if contact.urls else " ".join(place),
        " ".join(home_mail),
        home_city,
        " ".join(home_place),
        contact.notes,
        " ".join([value for _name, value in contact.custom]) if contact.custom else "",
    )


def _name_text(contact: Contact) -> str:
    """Return the parts of the name, and what the display name adds to them."""
    given, family, shown = contact.given_name, contact.family_name, contact.display_name
    more = (contact.prefix, contact.middle_name, contact.suffix, contact.nickname)
    if any(more):
        parts = f"{contact.prefix} {given} {contact.middle_name} {family} {contact.suffix} {contact.nickname}"
    else:
        parts = f"{given} {family}" if given and family else given or family
    if not shown or shown in {parts, f"{family}, {given}"}:
        return parts
    if not parts:
        return shown
    known = set(words(parts))
    added = [piece for piece in shown.split() if not known.issuperset(words(piece))]
    return f"{parts} {' '.join(added)}" if added else parts


def _mail_text(address: str) -> str:
    """Return the words of an address without its top-level domain, with blanks between."""
    local, at, domain = address.rpartition("@")
    labels = domain.rpartition(".")[0] or domain
    text = f"{local} {labels}" if at else address
    # Four times as fast as `translate`.
    return text.replace(".", " ").replace("-", " ").replace("_", " ").replace("+", " ")
