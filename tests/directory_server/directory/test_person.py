"""Which contacts are one person, and which must never be."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Email, Phone, PhoneKind
from directory_server.directory.link import links
from directory_server.directory.listing import Listing, Match
from directory_server.directory.number import read
from directory_server.directory.person import (
    merge,
    names_compatible,
    one_person,
    personal_mail,
    same,
)  # fmt: skip
from directory_server.store.rows import Location

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
HERE = Location("DE", "89")


def listing(number=1, *, source="crm", mail="", phone="", kind=PhoneKind.WORK, match=None, **fields):
    phones = (Phone(kind, phone),) if phone else ()
    contact = Contact(emails=(Email(mail),) if mail else (), phones=phones, **fields)
    numbers = tuple(found for one in phones for found in read(one.raw, HERE, one.kind))
    return Listing(number, source, str(number), contact, numbers, MOMENT, match)


def person(given, family, **fields):
    return listing(given_name=given, family_name=family, **fields)


HANS = {"given_name": "Hans", "family_name": "Müller"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (person("Hans", "Müller", mail="hm@a.example"), person("Hans", "Mueller", mail="HM@A.example")),
        (person("Hans", "Müller", mail="hm@a.example"), person("H.", "Müller", mail="hm@a.example")),
        (person("Hans", "Müller", mail="hm@a.example"), listing(family_name="Müller", mail="hm@a.example")),
        (person("Hans", "Müller", mail="hm@a.example"), listing(mail="hm@a.example")),
        (person("Hans", "Meier", mail="hm@a.example"), person("Hans", "Mayer", mail="hm@a.example")),
        (person("Hans", "Müller", mail="hm@a.example"), listing(display_name="Müller, Hans", mail="hm@a.example")),
        (person("Hans", "Müller", phone="0171 2345678"), person("Hans", "Müller", phone="+49 171 2345678")),
        (person("Hans", "Müller", phone="0171 2345678"), person("Hanns", "Müler", phone="+49 171 2345678")),
        (person("Hans", "Müller", phone="089 840798-12"), person("Hans", "Müller", phone="+498984079812")),
        (person("Hans Peter", "Müller", phone="0171 2345678"), person("Peter", "Müller", phone="0171 2345678")),
        (person("Stefan", "Müller", phone="0171 2345678"), person("Stephan", "Müller", phone="0171 2345678")),
        (person("Hans", "Müller", phone="0171 2345678"), person("H.", "Müller", phone="0171 2345678")),
        (
            person("Hans", "Müller", phone="089 840798-12", company="Acme"),
            person("Hans", "Müller", phone="08984079812"),
        ),
        (
            person("Hans", "Müller", phone="08131 4711", kind=PhoneKind.HOME),
            person("Hans", "Mueller", phone="08131/4711"),
        ),
        (
            person("Hans", "Müller", company="Acme GmbH", phone="089 840798-0"),
            person("Hans", "Mueller", company="ACME AG & Co. KG", phone="089 840798-0"),
        ),
        (
            person("Hans", "Müller", company="Acme", mail="x@a.example", phone="089 1234567", kind=PhoneKind.MAIN),
            person("Hans", "Müller", company="Acme", phone="+49 89 1234567", kind=PhoneKind.MAIN),
        ),
        (
            person("Hans", "Müller", company="Acme", mail="h@a.example", phone="089 840798-12"),
            person("Hans", "Müller", company="Acme", mail="m@web.example", phone="089 840798-12"),
        ),
        (listing(company="Acme GmbH", phone="089 840798-0"), listing(company="Acme AG", phone="089 840798-0")),
        (
            listing(company="Acme GmbH", display_name="Acme GmbH", phone="089 1234567", kind=PhoneKind.MAIN),
            listing(company="Acme", phone="089 1234567"),
        ),
    ],
)
def test_the_same(one, other):
    assert same(one, other)
    assert same(other, one)
    shared = {key for key, _ in links(one.contact, one.numbers)} & {
        key for key, _ in links(other.contact, other.numbers)
    }
    assert shared, "the index could not even offer them as candidates"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (person("Hans", "Müller", mail="info@a.example"), person("Hans", "Müller", mail="info@a.example")),
        (person("Hans", "Müller", mail="Kontakt@a.example"), person("Hans", "Müller", mail="kontakt@a.example")),
        (person("Hans", "Müller", mail="hm@a.example"), person("Anna", "Schmidt", mail="hm@a.example")),
        (person("Hans", "Müller", mail="hm@a.example"), person("Anna", "Müller", mail="hm@a.example")),
        (person("Hans", "Müller", mail="hm@a.example"), person("Hans", "Müller", mail="hm@b.example")),
        (person("Hans", "Müller", mail="hm"), person("Hans", "Müller", mail="hm")),
        (person("Hans", "Müller", phone="0171 2345678"), person("Anna", "Müller", phone="0171 2345678")),
        (person("Hans", "Müller", phone="0171 2345678"), listing(family_name="Müller", phone="0171 2345678")),
        (person("Hans", "Müller", phone="0171 2345678"), listing(phone="0171 2345678")),
        (person("Hans", "Müller", phone="089 840798-0"), person("Hans", "Müller", phone="089 840798-0")),
        (person("Hans", "Müller", phone="-12"), person("Hans", "Müller", phone="-12")),
        *(
            (person("Hans", "Müller", phone="089 84079812", kind=kind), person("Hans", "Müller", phone="089 84079812"))
            for kind in (PhoneKind.MAIN, PhoneKind.FAX, PhoneKind.ASSISTANT, PhoneKind.OTHER)
        ),
        (person("Hans", "Müller", company="Acme"), person("Hans", "Müller", company="Beta")),
        (person("Hans", "Müller", company="Acme"), person("Hans", "Müller", company="Acme")),
        (person("Hans", "Müller", company="Acme", phone="089 840798-12"),
         person("Hans", "Müller", company="Acme", phone="089 840798-14")),
        (person("Hans", "Müller", company="Acme", phone="089 840798-12"),
         person("Hans", "Müller", company="Beta", phone="089 840798-12")),
        (person("Hans", "Müller", company="Acme", phone="089 840798-0", mail="a@a.example"),
         person("Hans", "Müller", company="Acme", phone="089 840798-0", mail="b@a.example")),
        (person("Hans", "Müller", phone="089 84079812"), person("Hanns", "Müller", phone="089 84079812")),
        (person("Hans", "Müller", phone="08131 4711", kind=PhoneKind.HOME),
         person("H.", "Müller", phone="08131 4711", kind=PhoneKind.HOME)),
        *(
            (person(one, "Müller", phone="0171 2345678", mail="familie@m.example"),
             person(other, "Müller", phone="0171 2345678", mail="familie@m.example"))
            for one, other in (("Andrea", "Andreas"), ("Peter", "Petra"), ("Jan", "Jana"), ("Maria", "Mario"),
                               ("Stefan", "Stefanie"), ("Tim", "Tom"), ("Gabriel", "Gabriele"), ("Hans", "Johanna"))
        ),
        (listing(company="Acme GmbH"), listing(company="Acme AG")),
        (listing(company="Acme", display_name="Acme"), listing(company="Acme")),
        (person("Hans", "Müller", company="Acme"), person("Hans", "Müller")),
        (listing(family_name="Müller", company="Acme"), listing(family_name="Müller", company="Acme")),
        (listing(company="Acme Bank Berlin"), listing(company="Acme Bank München")),
        (listing(company="Acme"), person("Hans", "Müller", company="Acme")),
        (listing(), listing()),
        (listing(notes="x"), listing(notes="x")),
    ],
)  # fmt: skip
def test_not_the_same(one, other):
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Hans@Acme.example ", "hans@acme.example"),
        ("info@acme.example", ""),
        ("INFO@acme.example", ""),
        ("no-reply@acme.example", ""),
        ("information@acme.example", "information@acme.example"),
        ("hans", ""),
        ("@acme.example", ""),
        ("hans@", ""),
        ("", ""),
    ],
)
def test_personal_mail(address, expected):
    assert personal_mail(address) == expected


@pytest.mark.parametrize("needed", [True, False])
def test_a_missing_first_name_is_accepted_only_where_none_is_needed(needed):
    hans, nobody = Contact(**HANS), Contact(family_name="Müller")
    assert names_compatible(hans, nobody, first_name_needed=needed) is not needed
    assert names_compatible(hans, Contact(), first_name_needed=needed) is not needed


def test_merging_is_transitive_and_orders_by_priority_then_id():
    chain = [
        person("Hans", "Müller", number=5, source="crm", mail="hm@a.example"),
        person("Hans", "Müller", number=3, source="erp", phone="0171 2345678"),
        listing(7, source="erp", mail="hm@a.example", phone="0171 2345678", **HANS),
        person("Anna", "Schmidt", number=1, source="crm", mail="as@a.example"),
    ]
    assert not same(chain[0], chain[1])
    for order in permutations(chain):
        persons = merge(order, {"crm": 2, "erp": 1})
        assert sorted([one.id for one in group.listings] for group in persons) == [[1], [3, 7, 5]]
        assert persons[0].id == (1 if order[0].id == 1 else 3)


def test_a_person_has_the_first_values_and_the_first_match():
    match, other = Match("exact", "display_name"), Match("prefix", "company")
    found = [
        person("Hans", "Müller", number=1, source="b", mail="hm@a.example", company="Beta", match=match),
        person("Hans", "Müller", number=2, source="a", mail="hm@a.example", job_title="Chef", match=other),
    ]
    (merged,) = merge(found, {"a": 1, "b": 2})
    assert (merged.id, merged.match) == (2, match)
    assert (merged.first("company"), merged.first("job_title"), merged.first("notes")) == ("Beta", "Chef", "")
    assert one_person(found, {"a": 2, "b": 1}, None).id == 1


LISTINGS = st.lists(
    st.builds(
        lambda given, family, mail, phone, company, source: (given, family, mail, phone, company, source),
        st.sampled_from(("", "Hans", "H", "Anna")),
        st.sampled_from(("", "Müller", "Mueller", "Schmidt")),
        st.sampled_from(("", "hm@a.example", "as@a.example", "info@a.example")),
        st.sampled_from(("", "0171 2345678", "089 840798-0", "089 840798-12")),
        st.sampled_from(("", "Acme", "Acme GmbH")),
        st.sampled_from(("a", "b")),
    ),
    max_size=6,
)


@given(LISTINGS)
def test_merging_loses_nothing_and_does_not_depend_on_order(rows):
    made = [
        person(given, family, number=at, mail=mail, phone=phone, company=company, source=source)
        for at, (given, family, mail, phone, company, source) in enumerate(rows)
    ]
    persons = merge(made, {"a": 1, "b": 2})
    groups = {frozenset(one.id for one in group.listings) for group in persons}
    assert sorted(number for group in groups for number in group) == list(range(len(made)))
    assert groups == {frozenset(one.id for one in group.listings) for group in merge(made[::-1], {"a": 1, "b": 2})}
    for one in made:
        for other in made:
            together = any({one.id, other.id} <= group for group in groups)
            assert together or not same(one, other)
            assert same(one, other) == same(other, one)
