"""Evaluation in three values, and numbers in every notation."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.number import read
from directory_server.fronts.ldap import dn, filter_text, phone
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.entry import Person
from directory_server.fronts.ldap.fold import forms
from directory_server.fronts.ldap.match import Matcher
from directory_server.store.rows import Location
from tests.fakes.ldap_book import Book

HERE = Location("DE", "30", "123456", 3, "0")
BASE = dn.parse("dc=contacts")
TRUE, FALSE, UNDEFINED = "(cn=a)", "(cn=b)", "(x-unknown=a)"
LETTER = {True: TRUE, False: FALSE, None: UNDEFINED}


def evaluate(text: str, contact: Contact, location: Location = HERE) -> bool | None:
    book = Book({"s": [(contact, location)]}, location)
    (listing,) = book.all()
    return Matcher(location, book.lookup).predicate(filter_text.parse(text))(Person(listing, "dc=contacts", BASE))


A = Contact(family_name="A")


@pytest.mark.parametrize(("left", "right"), list(itertools.product(LETTER, LETTER)))
def test_three_values(left: bool | None, right: bool | None) -> None:
    both = {left, right}
    conjunction = False if False in both else None if None in both else True
    disjunction = True if True in both else None if None in both else False
    assert evaluate(f"(&{LETTER[left]}{LETTER[right]})", A) is conjunction
    assert evaluate(f"(|{LETTER[left]}{LETTER[right]})", A) is disjunction
    assert evaluate(f"(!{LETTER[left]})", A) is (None if left is None else not left)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(&)", True), ("(|)", False), ("(sn=GROß)", True), ("(sn=gross)", True), ("(sn=gro*)", True),
        ("(sn=*ss)", True), ("(sn=g*o*ss)", True), ("(sn=g*o*o*)", False), ("(cn=juergen gross)", True),
        ("(cn=JURGEN  GROSS)", True), ("(cn=gross jürgen)", True), ("(sn>=g)", True), ("(sn>=h)", False),
        ("(sn<=h)", True), ("(sn~=gross)", True),
        ("(objectClass=PERSON)", True), ("(objectClass=user)", True), ("(objectClass=group)", False),
        ("(objectClass=pers*)", None), ("(userAccountControl:1.2.840.113556.1.4.803:=2)", False),
        ("(userAccountControl:1.2.840.113556.1.4.803:=512)", True), ("(cn:1.2.840.113556.1.4.803:=2)", False),
        ("(userAccountControl=512)", True), ("(userAccountControl>=500)", True), ("(userAccountControl=x)", None),
        ("(uid=1)", True), ("(entryDN=UID=1, ou=S,dc=contacts)", True), ("(entryDN=nonsense)", None),
        ("(modifyTimestamp>=20250101000000Z)", True), ("(modifyTimestamp<=20250101000000Z)", False),
        ("(cn:caseExactMatch:=Jürgen Groß)", True), ("(cn:caseExactMatch:=jürgen groß)", False),
        ("(:caseExactMatch:=Groß)", True), ("(:caseIgnoreMatch:=gross)", True), ("(:1.2.3:=gross)", None),
        ("(ou:dn:=s)", True), ("(ou:dn:=t)", False), ("(cn:telephoneNumberMatch:=1)", None), ("(ipPhone=*)", False),
        ("(anr=gro)", True), ("(metaSearchText=*gro*)", True), ("(jpegPhoto=*)", False),
        ("(userAccountControl>=x)", None),
        ("(telephoneNumber:telephoneNumberMatch:=040 4711000)", True), ("(:telephoneNumberMatch:=040 4711000)", True),
        ("(telephoneNumber:caseIgnoreMatch:=040 4711000)", None), (f"(userAccountControl={'9' * 5000})", None),
    ],
)  # fmt: skip
def test_attributes(text: str, value: bool | None) -> None:
    phones = (Phone(PhoneKind.WORK, "040/4711000"),)
    contact = Contact(given_name="Jürgen", family_name="Groß", phones=phones)
    assert evaluate(text.replace("(0)", ""), contact) is value


@pytest.mark.parametrize(("number", "value"), [("4711000", True), ("4712000", True), ("4713000", False)])
def test_each_number_of_an_attribute_counts(number: str, value: bool) -> None:
    work = tuple(Phone(PhoneKind.WORK, f"040/{digits}") for digits in ("4711000", "4712000"))
    contact = Contact(family_name="A", phones=(*work, Phone(PhoneKind.HOME, "040/4713000")))
    assert evaluate(f"(telephoneNumber=040{number})", contact) is value


@given(st.text(max_size=12))
def test_case_of_ascii_and_blanks_never_matter(text: str) -> None:
    swapped = "".join(character.swapcase() if character.isascii() else character for character in text)
    assert forms(f"  {swapped} ") == forms(text)


@pytest.mark.parametrize(
    ("asked", "echo"),
    [
        ("+4930*", "+49301234567"),
        ("0030*", "00301234567"), ("004930*", "0049301234567"), ("030*", "0301234567"), ("123*", "1234567"),
        ("00301*", "00301234567"), ("49301*", "49301234567"), ("*4567", "+49301234567"), ("+49*45*7", "+49301234567"),
        ("+49 (0)30 12*", "+49301234567"), ("9*", None), ("*4576*", None), ("+030*", None),
    ],
)  # fmt: skip
def test_beginnings_in_any_notation(asked: str, echo: str | None) -> None:
    location = Location("DE", "30", outside_line="0")
    (number,) = read("030 1234567", location)
    node = filter_text.parse(f"(telephoneNumber={asked})".replace("(0)", "\\280\\29"))
    assert isinstance(node, f.Substrings)
    assertion = phone.parts(node, location, phone.nobody)
    listing = next(Book({"s": [(A, location)]}, location).all())
    assert assertion is not None
    assert (assertion.echo(number) if assertion.hits(number, listing) else None) == echo
