"""A client's template names callers and entries over HTTP as it does over LDAP."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory.listing import Listing
from directory_server.directory.lookup import Lookup
from directory_server.directory.number import read
from directory_server.directory.person import Person
from directory_server.fronts.ldap import schema
from directory_server.fronts.ldap.answer import Writer
from directory_server.fronts.ldap.entry import Person as Entry
from directory_server.fronts.ldap.phone import whole
from directory_server.fronts.ldap.profile import meant, profile_of
from directory_server.fronts.telephony.naming import Naming
from directory_server.store.rows import Client, Location, NumberFormat
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.telephony import RunningTelephony, add_client, front_of

HERE = Location("DE", "89", "840798", 2, "0")
CLIENT = Client(1, "sbc", "", frozenset(), frozenset(), "", HERE)
WITH_COMPANY = (("displayName", "{name} ({company})"),)
PLACES = sorted(
    {
        name
        for attribute in schema.ATTRIBUTES
        for name in (attribute.name, attribute.name.upper(), *attribute.aliases)
        if meant(name) is not None
    }
    | {"number"}
)

some = st.sampled_from(["", "Erika", "Groß", "Acme GmbH", "a$b\\c", "München"])
raws = st.sampled_from(["+49 89 840798-12", "089 5551234", "+1 503 823 4567", "12", "no number", "+4989840798-0"])
phones = st.lists(st.builds(Phone, st.sampled_from(PhoneKind), raws), max_size=4).map(tuple)
addresses = st.builds(Address, st.sampled_from(PlaceKind), some, some, some, some, some)
contacts = st.builds(
    Contact,
    given_name=some, family_name=some, display_name=some, company=some, department=some, job_title=some, office=some,
    notes=some, phones=phones, emails=st.lists(st.builds(Email, st.just("e@example.com")), max_size=1).map(tuple),
    addresses=st.lists(addresses, max_size=2).map(tuple), urls=st.lists(some, max_size=2).map(tuple),
)  # fmt: skip


def listing(contact: Contact, number: int = 7) -> Listing:
    numbers = tuple(n for p in contact.phones for n in read(p.raw, HERE, p.kind, p.label))
    return Listing(number, "crm", str(number), contact, numbers, None)


def over_ldap(client: Client, one: Listing, asked: str) -> str:
    """Return the displayName that LDAP sends for a search of any number, "" if it sends none."""
    found = Lookup((one,), approximate=False, e164="")
    assertion = whole(asked, client.location, lambda _text: found) if asked else None
    assertions = [(schema.ANY_NUMBER.name, assertion)] if assertion else []
    writer = Writer(("displayName",), assertions, profile_of(client), types_only=False)
    operation = writer.operation(Entry(one, "dc=contacts", ()))
    message = oracle.decode(b"\x30\x82" + (len(operation) + 3).to_bytes(2, "big") + b"\x02\x01\x01" + operation)
    attributes = message["protocolOp"][1]["attributes"]
    return attributes[0]["vals"][0].decode() if attributes else ""


@given(contacts, st.lists(st.sampled_from(PLACES), min_size=1, max_size=3), st.sampled_from(NumberFormat))
def test_every_placeholder_says_what_it_says_over_ldap(contact: Contact, places: list[str], form: NumberFormat) -> None:
    text = f"{{{places[0]}}}" + "".join(f" ({{{place}}})" for place in places[1:])
    client = replace(CLIENT, templates=(("displayName", text),), number_format=form)
    one = listing(contact)
    assert Naming(client, 256).of(one) == over_ldap(client, one, "")


FULL = Contact(
    given_name="Erika", family_name="Groß", display_name="Dr. Groß", company="Acme GmbH", department="Sales",
    job_title="CEO", office="1.23", notes="VIP", emails=(Email("e@example.com"), Email("g@example.com")), urls=("https://example.com",),
    phones=tuple(Phone(kind, f"+49 89 840798-{at}") for at, kind in enumerate(PhoneKind, 10)),
    addresses=(
        Address(PlaceKind.HOME, "Weg 1$", "Ulm", "89073", "BW", "Germany"),
        Address(PlaceKind.WORK, "Allee 2", "Bonn", "53111", "NRW", "Germany"),
    ),
)  # fmt: skip
COMPANY = Contact(
    company="Acme GmbH", phones=(Phone(PhoneKind.MAIN, "+49 89 840798-0"), Phone(PhoneKind.ASSISTANT, "12"))
)
MAIL = Contact(given_name="Erika", emails=(Email("e@example.com"),), phones=(Phone(PhoneKind.WORK, "no number"),))
ALL = [FULL, COMPANY, MAIL, Contact()]


@pytest.mark.parametrize("form", NumberFormat)
@pytest.mark.parametrize("place", PLACES)
def test_each_placeholder_alone_says_what_it_says_over_ldap(place: str, form: NumberFormat) -> None:
    client = replace(CLIENT, templates=(("displayName", f"{{{place}}}"),), number_format=form)
    for one in map(listing, ALL):
        assert Naming(client, 256).of(one) == over_ldap(client, one, "")


@pytest.mark.parametrize("form", NumberFormat)
@pytest.mark.parametrize("place", ["number", "telephoneNumber", "mobile", "otherTelephone", "name"])
def test_the_number_asked_for_is_shown_as_over_ldap(place: str, form: NumberFormat) -> None:
    client = replace(CLIENT, templates=(("displayName", f"{{{place}}}, {{number}}"),), number_format=form)
    for one in map(listing, ALL[:2]):
        for asked in (*(f"00{number.e164[1:]}" for number in one.numbers if number.e164), "10", "12"):
            found = Lookup((one,), approximate=False, e164="")
            if any(whole(asked, HERE, lambda _text, found=found: found).hits(number, one) for number in one.numbers):
                assert Naming(client, 256, asked).of(one) == over_ldap(client, one, asked)


@pytest.mark.parametrize("text", ["{unknown}", "no placeholder", "{name"])
def test_a_template_that_says_nothing_leaves_the_name(text: str) -> None:
    client = replace(CLIENT, templates=(("displayName", text),))
    assert Naming(client, 256).of(listing(Contact(display_name="Erika"))) == "Erika"


def test_a_person_fills_each_placeholder_from_whoever_can() -> None:
    client = replace(CLIENT, templates=(("displayName", "{name}, {title} ({company})"),))
    crm = listing(Contact(display_name="Erika", company="Acme"), 1)
    staff = listing(Contact(display_name="E. Mustermann", company="Example GmbH", job_title="CEO"), 2)
    assert Naming(client, 256).of_person(Person((crm, staff))) == "Erika, CEO (Acme)"
    preferring = Person((crm, replace_source(staff, "staff")), preferred={"company": ("staff",)})
    assert Naming(client, 256).of_person(preferring) == "Erika, CEO (Example GmbH)"


def replace_source(one: Listing, source: str) -> Listing:
    return Listing(one.id, source, one.key, one.contact, one.numbers, one.changed)


def test_what_a_template_makes_is_one_line_and_no_longer_than_a_name() -> None:
    client = replace(CLIENT, templates=WITH_COMPANY)
    name = Naming(client, 20).of(listing(Contact(display_name="Erika\r\nVia: x", company="A" * 40)))
    assert name == "Erika Via: x (AAAAA…"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with World(tmp_path_factory.mktemp("naming")) as world:
        sources = fill(world)
        add_client(world, "sbc", sources, templates=WITH_COMPANY)
        add_client(world, "plain", sources)
        add_client(world, "number", sources, templates=(("displayName", "{name} {number}"),))
        with RunningTelephony(front_of(world)) as running:
            yield running


def test_text_json_anynode_and_phone_books_show_it(made):
    shown = "Mustermann, Erika (Example GmbH)"
    with made.client() as ask:
        assert ask.get("/lookup/030123456789").text == shown
        told = ask.get("/lookup/030123456789.json").json()
        assert (told["name"], told["matches"][0]["name"], told["company"]) == (shown, shown, "Example GmbH")
        call = {"sourceAddress": {"dialString": "030123456789"}}
        assert ask.post("/lookup/anynode", json=call).json()["sourceAddress"]["displayName"] == shown
        for book in ("yealink", "snom", "cisco"):
            assert f"<Name>{shown}" in ask.get(f"/phonebook/{book}.xml?q=mustermann").text
        # A contact without a company says its name alone.
        assert ask.get("/lookup/+49404711").text == "Jürgen Groß"
        assert (
            ask.post("/lookup/landis", json={"surname": ["Mustermann"]}).json()[0]["displayName"] == "Mustermann, Erika"
        )
    with made.client("plain") as ask:
        assert ask.get("/lookup/030123456789").text == "Mustermann, Erika"
    with made.client("number") as ask:
        assert ask.get("/lookup/030 123456789").text == "Mustermann, Erika 030 123456789"
        assert "<Name>Mustermann, Erika +4930123456789<" in ask.get("/phonebook/yealink.xml?q=mustermann").text
