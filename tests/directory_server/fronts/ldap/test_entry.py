from datetime import UTC, datetime

import pytest
from msgspec import structs

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory.listing import Listing
from directory_server.directory.number import read
from directory_server.fronts.ldap import dn, schema
from directory_server.fronts.ldap.entry import Person, written
from directory_server.store.rows import Location

BASE = dn.parse("dc=contacts")


def person(contact: Contact, source: str = "Kunden, Nord") -> Person:
    numbers = tuple(n for p in contact.phones for n in read(p.raw, Location("DE"), p.kind))
    listing = Listing(7, source, "k", contact, numbers, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    return Person(listing, "dc=contacts", BASE)


def test_the_name_is_escaped_and_compares_equal() -> None:
    entry = person(Contact())
    assert entry.dn == "uid=7,ou=Kunden\\, Nord,dc=contacts"
    assert dn.parse(entry.dn) == entry.name


@pytest.mark.parametrize(
    ("contact", "cn", "sn"),
    [
        (Contact(given_name="Eva", family_name="Maus"), ("Eva Maus", "Maus Eva"), "Maus"),
        (Contact(family_name="Maus"), ("Maus",), "Maus"),
        (Contact(given_name="Eva", company="Acme"), ("Eva",), "Acme"),
        (Contact(company="Acme"), ("Acme",), "Acme"),
        (Contact(emails=(Email("info@acme.test"),)), ("info@acme.test",), "info@acme.test"),
        (Contact(), ("7",), "7"),
    ],
)
def test_everybody_has_cn_and_sn(contact: Contact, cn: tuple[str, ...], sn: str) -> None:
    entry = person(contact)
    assert entry.values("cn") == cn
    assert entry.values("sn") == (sn,)


def test_numbers_by_kind_without_repetition() -> None:
    kinds = {
        PhoneKind.WORK: "030 1234567", PhoneKind.MAIN: "+49 30 1234567", PhoneKind.MOBILE: "0170 1",
        PhoneKind.HOME: "089 2345678", PhoneKind.FAX: "030 1234568", PhoneKind.PAGER: "030 1234569",
        PhoneKind.IP: "030 1234560", PhoneKind.OTHER: "030 1234561", PhoneKind.ASSISTANT: "030 1234562",
    }  # fmt: skip
    entry = person(Contact(phones=tuple(Phone(kind, raw) for kind, raw in kinds.items())))
    assert [written(n, "telephoneNumber") for n in entry.numbers("telephoneNumber")] == ["+49301234567"]
    assert [written(n, "msRTCSIP-Line") for n in entry.numbers("msRTCSIP-Line")] == ["tel:+49301234567"]
    for name in ("homePhone", "facsimileTelephoneNumber", "pager", "ipPhone"):
        assert len(entry.numbers(name)) == 1
    assert len(entry.numbers("otherTelephone")) == 2
    assert len(entry.numbers("metaSearchNumber")) == 8
    assert entry.numbers("cn") == ()


def test_a_number_that_cannot_be_read_is_given_as_written() -> None:
    (number,) = person(Contact(phones=(Phone(PhoneKind.WORK, "ask at the desk"),))).numbers("telephoneNumber")
    assert written(number, "telephoneNumber") == "ask at the desk"


def test_addresses_in_lines() -> None:
    work = Address(street="Haupt$tr. 1", postal_code="1", city="B", country="DE")
    entry = person(Contact(addresses=(work, structs.replace(work, kind=PlaceKind.HOME, street="Home 2"))))
    assert entry.values("postalAddress") == ("Haupt\\24tr. 1$1 B$DE",)
    assert entry.values("homePostalAddress") == ("Home 2$1 B$DE",)


def test_every_attribute_can_be_read_and_is_named_once() -> None:
    entry = person(Contact(given_name="Eva", notes="n", office="o", job_title="t", department="d", urls=("u",)))
    for attribute in schema.ATTRIBUTES:
        assert all(entry.values(attribute.name))
    assert entry.values("description") == ("n",)
    assert entry.values("modifyTimestamp") == ("20260102030405Z",)
    names = [name.lower() for a in schema.ATTRIBUTES for name in (a.name, a.oid, *a.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("commonName", "cn"), ("SURNAME", "sn"), ("gn", "givenName"), ("Mobile", "mobile"), ("company", "o"),
     ("searchNumber", "metaSearchNumber"), ("searchContact", "metaSearchText"), ("2.5.4.3", "cn"), ("cn;binary", "cn")],
)  # fmt: skip
def test_aliases(spelling: str, name: str) -> None:
    found = schema.attribute(spelling)
    assert found is not None
    assert found.name == name


def test_options_and_strangers_are_unknown() -> None:
    assert schema.attribute("cn;lang-de") is None
    assert schema.attribute("x-unknown") is None
