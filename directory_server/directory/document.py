"""Documents: what the index keeps of one contact, computed purely from the contact and its source's location."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from connectors.contact import Address, Contact, PhoneKind, PlaceKind
from directory_server.directory import dialling
from directory_server.directory.listing import Number
from directory_server.directory.normal_form import mail_words, words
from directory_server.directory.number import read
from directory_server.directory.person import name_company_key, personal_mail
from directory_server.store.rows import FieldGroup, Location, StoredContact

_LINKING = frozenset({PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.HOME})


@dataclass(frozen=True, slots=True)
class Document:
    """One contact as the index keeps it.

    `columns` holds the text of each of `columns.COLUMNS`: words in normal form, or for number columns numbers as
    `<country code>.<national digits>` (`.<extension>` where there is no more). `raw` is name and company as written,
    in lower case; `sort` the name to sort by; both belong to the name group. `links` are the keys by which the
    contact may be the same person as another, each with its field group.
    """

    id: int
    source: int
    columns: tuple[str, ...]
    raw: str
    sort: str
    numbers: tuple[Number, ...]
    links: tuple[tuple[str, FieldGroup], ...]


def document(stored: StoredContact, location: Location) -> Document:
    """Return what to keep of this contact."""
    contact = stored.contact
    numbers = tuple(number for phone in contact.phones for number in read(phone.raw, location, phone.kind, phone.label))
    return Document(
        id=stored.id,
        source=stored.source_id,
        columns=_columns(contact, numbers),
        raw=f"{contact.display_name} {contact.given_name} {contact.family_name} {contact.company}".casefold(),
        sort=sort_name(contact),
        numbers=numbers,
        links=links(contact, numbers),
    )


def sort_name(contact: Contact) -> str:
    """Return last and first name, display name or company, for a stable order of equal hits.

    Nothing but the name group: `Contact.name` may fall back to an e-mail address, which a view may have to hide.
    """
    named = f"{contact.family_name} {contact.given_name}".strip()
    return (named or contact.display_name or contact.company).casefold()


def _text(values: Iterable[str]) -> str:
    return " ".join(word for value in values if value for word in words(value))


def _mails(contact: Contact, *, home: bool) -> str:
    return " ".join(
        word
        for email in contact.emails
        if (email.kind is PlaceKind.HOME) is home
        for word in mail_words(email.address.casefold())
    )


def _place(address: Address) -> tuple[str, ...]:
    return address.street, address.postal_code, address.region, address.country


def _columns(contact: Contact, numbers: tuple[Number, ...]) -> tuple[str, ...]:
    work = [address for address in contact.addresses if address.kind is not PlaceKind.HOME]
    home = [address for address in contact.addresses if address.kind is PlaceKind.HOME]
    name = (
        contact.prefix, contact.given_name, contact.middle_name, contact.family_name, contact.suffix, contact.nickname,
    )  # fmt: skip
    split = set(_text(name).split())
    shown = " ".join(word for word in words(contact.display_name) if word not in split) if split else None
    full = f"{_text(name)} {shown}" if shown else _text((contact.display_name,)) if not split else _text(name)
    return (
        full.strip() or _text((contact.company,)),  # a company's own entry is called by the company
        _text((contact.company,)),
        _text((contact.department,)),
        _text((contact.job_title, *contact.categories)),
        _mails(contact, home=False),
        _text(address.city for address in work),
        _text((contact.office, *(part for address in work for part in _place(address)), *contact.urls)),
        _mails(contact, home=True),
        _text(address.city for address in home),
        _text((*(part for address in home for part in _place(address)), contact.birthday)),
        _text((contact.notes,)),
        _text(value for _name, value in contact.custom),
        _number_text(numbers, FieldGroup.BUSINESS),
        _number_text(numbers, FieldGroup.PRIVATE),
    )


@lru_cache(maxsize=131072)
def _parted(e164: str) -> str:
    code = dialling.country_code(e164[1:])
    return f"{code}.{e164[1 + len(code) :]}"


def _number_text(numbers: tuple[Number, ...], group: FieldGroup) -> str:
    written = (
        _parted(number.e164) if number.e164 else f".{number.extension}"
        for number in numbers
        if number.group is group and (number.e164 or number.extension)
    )
    return " ".join(dict.fromkeys(written))


def links(contact: Contact, numbers: tuple[Number, ...]) -> tuple[tuple[str, FieldGroup], ...]:
    """Return the keys under which other contacts of the same person may be found, each with its field group."""
    found: dict[tuple[str, FieldGroup], None] = {}
    for email in contact.emails:
        mail = personal_mail(email.address)
        if mail:
            group = FieldGroup.PRIVATE if email.kind is PlaceKind.HOME else FieldGroup.BUSINESS
            found["m" + mail, group] = None
    for number in numbers:
        if is_personal(number):
            found["p" + number.e164, number.group] = None
    key = name_company_key(contact)
    if key:
        found["n" + key, FieldGroup.NAME] = None
    return tuple(found)


def is_personal(number: Number) -> bool:
    """Whether a number may belong to one human: a mobile or direct dial, no switchboard, fax or short number."""
    return bool(number.e164) and number.kind in _LINKING and number.extension != "0"


def numbers_to_json(numbers: tuple[Number, ...]) -> str:
    """Return the numbers as JSON text."""
    return json.dumps(
        [[n.kind.value, n.raw, n.e164, n.extension, n.trunk, n.label] for n in numbers], ensure_ascii=False
    )


def numbers_from_json(text: str) -> tuple[Number, ...]:
    """Return the numbers that `numbers_to_json` wrote."""
    return tuple(Number(PhoneKind(kind), *rest) for kind, *rest in json.loads(text))


def number_keys(number: Number, location: Location) -> tuple[str, ...]:
    """Return the keys a number is looked up by: E.164 digits, and `x` + extension where it is dialled internally."""
    keys = (number.e164[1:],) if number.e164 else ()
    own = f"+{dialling.plan(location.country).code}{location.area}{location.trunk}"
    if number.extension and (not number.e164 or (location.trunk and number.trunk == own)):
        return (*keys, "x" + number.extension)
    return keys
