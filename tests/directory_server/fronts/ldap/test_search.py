"""Scopes, limits, attribute selection and errors of searches."""

from collections.abc import Iterator

import pytest

from directory_server.fronts.ldap import filter_text
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import Scope, SearchRequest
from directory_server.fronts.ldap.search import Running, Tree
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import Book, sample_book

ERIKA = "uid=1,ou=contacts,dc=contacts"
JUERGEN = "uid=2,ou=contacts,dc=contacts"
JOHN = "uid=3,ou=portland,dc=contacts"
UNITS = ["ou=contacts,dc=contacts", "ou=portland,dc=contacts"]
ROOT = "dc=contacts"


@pytest.fixture
def book() -> Book:
    return sample_book()


def ask(
    book: Book,
    text: str = "(objectClass=*)",
    base: str = ROOT,
    scope: Scope = Scope.SUB,
    attributes: tuple[str, ...] = ("1.1",),
    **changes: object,
) -> tuple[str, dict[str, dict[str, list[str]]]]:
    """Return the result code and the entries, each as a dict of its attributes."""
    options = {"size_limit": 0, "time_limit": 0, "types_only": False} | changes
    limits = options.pop("limits", Limits())
    request = SearchRequest(base, scope, filter=filter_text.parse(text), attributes=attributes, **options)  # type: ignore[arg-type]
    tree = Tree(ROOT, book, limits, can_start_tls=False)  # type: ignore[arg-type]
    search = tree.search(request, waiting=True)
    done, entries = "", {}
    for part in oracle.split(search.run(7, Running(10.0), lambda: 0.0)):
        message = oracle.decode(part)
        assert message["messageID"] == 7
        name, body = message["protocolOp"]
        if name == "searchResDone":
            done = body["resultCode"] + (f" {body['matchedDN'].decode()}" if body["matchedDN"] else "")
        else:
            held = {x["type"].decode(): [value.decode() for value in x["vals"]] for x in body["attributes"]}
            entries[body["objectName"].decode()] = held
    return done, entries


@pytest.mark.parametrize(
    ("base", "scope", "names"),
    [
        (ROOT, Scope.BASE, [ROOT]),
        (ROOT, Scope.ONE, UNITS),
        (ROOT, Scope.SUB, [ROOT, *UNITS, ERIKA, JUERGEN, JOHN]),
        ("", Scope.SUB, [ROOT, *UNITS, ERIKA, JUERGEN, JOHN]),
        ("", Scope.ONE, [ROOT]),
        ("", Scope.BASE, [""]),
        ("OU=Contacts, DC=contacts", Scope.BASE, UNITS[:1]),
        (UNITS[0], Scope.ONE, [ERIKA, JUERGEN]),
        (UNITS[1], Scope.SUB, [UNITS[1], JOHN]),
        (ERIKA, Scope.BASE, [ERIKA]),
        (ERIKA, Scope.SUB, [ERIKA]),
        (ERIKA, Scope.ONE, []),
        ("cn=Subschema", Scope.BASE, ["cn=subschema"]),
    ],
)
def test_scopes(book: Book, base: str, scope: Scope, names: list[str]) -> None:
    done, entries = ask(book, base=base, scope=scope)
    assert (done, list(entries)) == ("success", names)


@pytest.mark.parametrize(
    ("base", "answer"),
    [
        ("dc=elsewhere", "noSuchObject"),
        ("ou=missing,dc=contacts", "noSuchObject dc=contacts"),
        ("uid=9,ou=contacts,dc=contacts", "noSuchObject ou=contacts,dc=contacts"),
        ("uid=3,ou=contacts,dc=contacts", "noSuchObject ou=contacts,dc=contacts"),
        ("uid=x,ou=contacts,dc=contacts", "noSuchObject ou=contacts,dc=contacts"),
        ("cn=a,uid=1,ou=contacts,dc=contacts", "noSuchObject ou=contacts,dc=contacts"),
        ("contacts", "invalidDNSyntax"),
        ("dc=contacts,", "invalidDNSyntax"),
    ],
)
def test_bases_that_do_not_exist(book: Book, base: str, answer: str) -> None:
    assert ask(book, base=base) == (answer, {})


def test_the_size_limit_gives_what_fits(book: Book) -> None:
    everyone = "(objectClass=person)"
    assert ask(book, everyone, size_limit=2)[0] == "sizeLimitExceeded"
    assert list(ask(book, everyone, size_limit=2)[1]) == [ERIKA, JUERGEN]
    assert ask(book, everyone, size_limit=3)[0] == "success"
    assert ask(book, everyone, limits=Limits(entries=1))[0] == "sizeLimitExceeded"
    assert len(ask(book, everyone, size_limit=3, limits=Limits(entries=1))[1]) == 1


def test_the_time_limit_ends_a_scan() -> None:
    listing = next(sample_book().all())

    class Endless(Book):
        def all(self) -> Iterator:
            while True:
                yield listing

    request = SearchRequest(ROOT, Scope.SUB, 0, 0, False, filter_text.parse("(sn=*zz*)"), ())
    ticks = iter(range(1000))
    tree = Tree(ROOT, Endless({}, sample_book().location), Limits(), can_start_tls=False)
    answer = tree.search(request, waiting=True).run(1, Running(5.0), lambda: float(next(ticks)))
    assert oracle.decode(answer)["protocolOp"][1]["resultCode"] == "timeLimitExceeded"
    running = Running(5.0, abandoned=True)
    tree.search(request, waiting=True).run(1, running, lambda: 0.0)
    assert running.stopped


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (("1.1",), set()),
        (("cn", "TELEPHONENUMBER", "x-unknown"), {"cn", "TELEPHONENUMBER"}),
        (("company", "o", "commonName"), {"company", "o", "commonName"}),
        (("+",), {"entryDN", "modifyTimestamp", "subschemaSubentry", "structuralObjectClass", "hasSubordinates"}),
        (("msRTCSIP-Line", "name"), {"msRTCSIP-Line", "name"}),
    ],
)
def test_attributes_asked_for(book: Book, asked: tuple[str, ...], names: set[str]) -> None:
    assert set(ask(book, "(uid=1)", attributes=asked)[1][ERIKA]) == names


def test_all_user_attributes(book: Book) -> None:
    entry = ask(book, "(uid=1)", attributes=())[1][ERIKA]
    assert entry == ask(book, "(uid=1)", attributes=("*",))[1][ERIKA]
    assert entry == {
        "objectClass": ["top", "person", "organizationalPerson", "inetOrgPerson"],
        "uid": ["1"],
        "cn": ["Erika Mustermann", "Mustermann Erika"],
        "sn": ["Mustermann"],
        "givenName": ["Erika"],
        "displayName": ["Mustermann, Erika"],
        "o": ["Example GmbH"],
        "mail": ["erika@example.com"],
        "telephoneNumber": ["+4930123456789"],
        "mobile": ["+491701234567"],
        "l": ["Berlin"],
        "street": ["Hauptstr. 1"],
        "postalCode": ["10117"],
        "co": ["Germany"],
        "postalAddress": ["Hauptstr. 1$10117 Berlin$Germany"],
    }


def test_types_only(book: Book) -> None:
    assert ask(book, "(uid=1)", attributes=("cn", "mobile"), types_only=True)[1][ERIKA] == {"cn": [], "mobile": []}


def test_numbers_and_names_need_no_scan(book: Book) -> None:
    for text, names in (
        ("(telephoneNumber=030123456789)", [ERIKA]),
        ("(&(objectClass=person)(|(telephoneNumber=+49404711)(mobile=+49404711)))", [JUERGEN]),
        ("(|(cn=Mus*)(sn=Mus*))", [ERIKA]),
        ("(telephoneNumber=+493012*)", [ERIKA]),
        ("(telephoneNumber=foo*)", []),
    ):
        assert list(ask(book, text)[1]) == names
    assert book.scans == 0
    assert list(ask(book, "(cn=*uste*)")[1]) == [ERIKA]
    assert book.scans == 1


@pytest.mark.parametrize(
    "text",
    [
        "(telephoneNumber=foo*)",
        "(telephoneNumber=-*)",
        "(telephoneNumber=*-*)",
        "(telephoneNumber=)",
        "(!(telephoneNumber=foo))",
        "(!(x-unknown=a))",
        "(telephoneNumber>=1)",
        "(x-unknown:1.2.3:=a)",
    ],
)
def test_what_is_undefined_matches_nothing(book: Book, text: str) -> None:
    assert ask(book, text) == ("success", {})


def test_known_and_absent_attributes_are_false_so_their_negation_matches(book: Book) -> None:
    assert len(ask(book, "(&(objectClass=person)(!(ipPhone=123))(!(IMHandle=x)))")[1]) == 3
