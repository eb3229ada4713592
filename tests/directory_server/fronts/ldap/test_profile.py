"""Formats, limits and templates of one client, in what is sent and in nothing else."""

from dataclasses import replace

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.fronts.ldap import control, filter_text
from directory_server.fronts.ldap.control import NONE, Controls, Paged, SortKey
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import CompareRequest, Scope, SearchRequest
from directory_server.fronts.ldap.profile import profile_of
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.store.rows import Client, FieldGroup, Location, NumberFormat
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import Book
from tests.fakes.ldap_controls import answered

MUNICH = Location("DE", "89", "840798", extension_length=2, outside_line="0")
PLAIN = Client(1, "phones", "generic", frozenset({1}), frozenset(FieldGroup), "", MUNICH)
ANNA = Contact(
    given_name="Anna",
    family_name="Abel",
    company="Acme GmbH",
    phones=(Phone(PhoneKind.WORK, "089 840798-12"), Phone(PhoneKind.MOBILE, "0171 2345678")),
)
BERT = Contact(given_name="Bert", family_name="Bebel", phones=(Phone(PhoneKind.WORK, "intern"),))
ACME = Contact(company="Acme GmbH", phones=(Phone(PhoneKind.MAIN, "+43 1 2345678"),))
PEOPLE = [(one, MUNICH) for one in (ANNA, BERT, ACME)]


def ask(
    text: str, *attributes: str, controls: Controls = NONE, size_limit: int = 0, **changes: object
) -> tuple[str, list[dict[str, list[str]]], bytes]:
    """Return the result code, the attributes of each entry, and the cookie of the next page."""
    book = Book({"staff": PEOPLE}, MUNICH)
    book.client = replace(PLAIN, **changes)  # type: ignore[arg-type] # passed through
    tree = Tree("dc=contacts", book, Limits(), can_start_tls=False)
    request = SearchRequest("dc=contacts", Scope.SUB, size_limit, 0, False, filter_text.parse(text), attributes)
    answer = tree.search(request, controls, waiting=True).run(1, Running(10.0), lambda: 0.0)
    *entries, done = [oracle.decode(part) for part in oracle.split(answer)]
    found = [
        {one["type"].decode(): [value.decode() for value in one["vals"]] for one in each["protocolOp"][1]["attributes"]}
        for each in entries
    ]
    cookie = answered(done).get(control.PAGED, (0, b""))[1]
    return done["protocolOp"][1]["resultCode"], found, cookie


FORMATS = {
    "echo": ("+498984079812", "+491712345678", "+4312345678"),
    "e164": ("+498984079812", "+491712345678", "+4312345678"),
    "e164-no-plus": ("498984079812", "491712345678", "4312345678"),
    "national": ("08984079812", "01712345678", "+4312345678"),
    "readable": ("+49 89 840798-12", "+49 171 2345678", "+43 1 2345678"),
    "dialable": ("12", "001712345678", "0004312345678"),
    "extension": ("12", "+491712345678", "+4312345678"),
}


@pytest.mark.parametrize("form", NumberFormat)
def test_numbers_nobody_asked_for_come_in_the_clients_format(form: NumberFormat) -> None:
    work, mobile, abroad = FORMATS[form]
    _code, (anna, bert, acme), _ = ask("(objectClass=person)", "telephoneNumber", "mobile", number_format=form)
    assert anna == {"telephoneNumber": [work], "mobile": [mobile]}
    assert bert == {"telephoneNumber": ["intern"]}
    assert acme == {"telephoneNumber": [abroad]}


@pytest.mark.parametrize("form", [form for form in NumberFormat if form is not NumberFormat.EXTENSION])
@pytest.mark.parametrize("asked", ["0049 89 84079812", "+498984079812", "0898407*", "4*9*8*9*8*4*0*7*9*8*1*2", "12"])
def test_what_was_asked_comes_back_as_asked(form: NumberFormat, asked: str) -> None:
    _code, (anna,), _ = ask(f"(telephoneNumber={asked})", "telephoneNumber", "mobile", number_format=form)
    expected = "08984079812" if asked.endswith("7*") else asked.replace("*", "")
    assert anna == {"telephoneNumber": [expected], "mobile": [FORMATS[form][1]]}


@pytest.mark.parametrize("asked", ["0049 89 84079812", "0898407*", "12"])
def test_extensions_do_not_echo(asked: str) -> None:
    found = ask(f"(telephoneNumber={asked})", "telephoneNumber", number_format=NumberFormat.EXTENSION)[1]
    assert found == [{"telephoneNumber": ["12"]}]


@pytest.mark.parametrize("form", NumberFormat)
def test_a_line_uri_is_global_in_every_format(form: NumberFormat) -> None:
    assert ask("(sn=Abel)", "msRTCSIP-Line", number_format=form)[1] == [{"msRTCSIP-Line": ["tel:+498984079812"]}]


def test_no_answer_has_more_entries_than_the_client_wants() -> None:
    everyone = "(objectClass=person)"
    for controls in (NONE, Controls(sort=(SortKey("sn"),))):
        code, found, _ = ask(everyone, "sn", controls=controls, result_limit=2)
        assert (code, len(found)) == ("sizeLimitExceeded", 2)
        code, found, _ = ask(everyone, "sn", controls=controls, result_limit=3)
        assert (code, len(found)) == ("success", 3)
        code, found, _ = ask(everyone, "sn", controls=controls, result_limit=2, size_limit=1)
        assert (code, len(found)) == ("sizeLimitExceeded", 1)


@pytest.mark.parametrize("sort", [(), (SortKey("sn"),)])
def test_no_page_either_and_all_come(sort: tuple[SortKey, ...]) -> None:
    cookie, sizes = b"", []
    while True:
        controls = Controls(Paged(100, cookie), sort)
        code, found, cookie = ask("(objectClass=person)", "sn", controls=controls, result_limit=2)
        sizes.append(len(found))
        assert code == "success"
        if not cookie:
            break
    assert sizes == [2, 1]


@pytest.mark.parametrize(("wish", "entries"), [(0, 1000), (50, 50), (1000, 1000), (99_999, 1000)])
def test_the_servers_limit_is_the_upper_one(wish: int, entries: int) -> None:
    limits = profile_of(replace(PLAIN, result_limit=wish)).limited(Limits(sorted_entries=7))
    assert (limits.entries, limits.sorted_entries) == (entries, 7)


def template(attribute: str, text: str, asked: str = "(objectClass=person)", **changes: object) -> list[list[str]]:
    found = ask(asked, attribute, templates=((attribute, text),), **changes)[1]
    return [values for one in found for values in one.values()]


def test_a_template_gives_another_text() -> None:
    assert template("displayName", "{name} ({company})") == [["Anna Abel (Acme GmbH)"], ["Bert Bebel"], ["Acme GmbH"]]
    assert template("cn", "{surname}, {gn}", "(sn=Abel)") == [["Abel, Anna"]]
    assert template("o", "{mobile}", "(sn=Abel)", number_format=NumberFormat.NATIONAL) == [["01712345678"]]


def test_where_nothing_fills_it_the_real_values_stay() -> None:
    assert template("cn", "{title}", "(sn=Abel)") == [["Anna Abel", "Abel Anna"]]


def test_the_number_is_the_one_that_was_asked_for_else_the_first() -> None:
    for asked in ("(mobile=0171 2345678)", "(telephoneNumber=0171 2345678)", "(metaSearchNumber=0171 2345678)"):
        told = template("displayName", "{name} {number}", f"(|{asked}(sn=Abel))")
        mobile = "+498984079812" if "telephone" in asked else "0171 2345678"
        assert told in ([["Anna Abel 0171 2345678"]], [[f"Anna Abel {mobile}"]])
    readable = template("displayName", "{name} {number}", "(sn=Abel)", number_format=NumberFormat.READABLE)
    assert readable == [["Anna Abel +49 89 840798-12"]]


def test_only_what_is_sent_is_another_text() -> None:
    templates = (("displayName", "{company}"), ("sn", "zzz {company}"))
    assert ask("(displayName=Anna Abel)", "displayName", templates=templates)[1] == [{"displayName": ["Acme GmbH"]}]
    assert ask("(displayName=Acme*)", "mobile", templates=templates)[1] == [{}]  # the company itself
    in_order = ask("(objectClass=person)", "sn", controls=Controls(sort=(SortKey("sn"),)), templates=templates)[1]
    assert in_order == [{"sn": ["zzz Acme GmbH"]}, {"sn": ["zzz Acme GmbH"]}, {"sn": ["Bebel"]}]
    book = Book({"staff": PEOPLE}, MUNICH)
    book.client = replace(PLAIN, templates=templates)
    tree = Tree("dc=contacts", book, Limits(), can_start_tls=False)
    request = CompareRequest("uid=1,ou=staff,dc=contacts", "displayName", "Acme GmbH")
    assert oracle.decode(tree.compare(1, request))["protocolOp"][1]["resultCode"] == "compareFalse"


def test_a_template_this_version_cannot_read_is_left_out() -> None:
    profile = profile_of(replace(PLAIN, templates=(("displayName", "{later}"), ("nix", "{name}"), ("cn", "{sn}"))))
    assert list(profile.templates) == ["cn"]
