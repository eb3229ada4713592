"""Which requests are answered straight."""

import pytest

from directory_server.directory import template
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.filter_text import parse
from directory_server.fronts.ldap.message import Scope, SearchRequest
from directory_server.fronts.ldap.plan import plan
from directory_server.fronts.ldap.profile import Profile
from directory_server.store.rows import NumberFormat
from tests.fakes.ldap_book import sample_book

NAMES = ("displayName", "telephoneNumber")


def planned(node: str, attributes: tuple[str, ...] = NAMES, profile: Profile | None = None, **changes: bool) -> bool:
    asked: f.Filter = parse(node)
    request = SearchRequest("dc=contacts", Scope.SUB, 0, 0, changes.get("types_only", False), asked, attributes)
    return plan(request, sample_book(), "dc=contacts", profile or Profile()) is not None


@pytest.mark.parametrize(
    "node",
    [
        "(telephoneNumber=+49301)",
        "(|(telephoneNumber=+49301)(mobile=+49301)(homePhone=+49301))",
        "(|(|(telephoneNumber=+49301))(searchNumber=+49301))",
        "(&(objectClass=*)(telephoneNumber=+49301))",
        "(&(objectClass=person)(objectClass=user)(|(telephoneNumber=+49301)(mobile=+49301)))",
        "(&(|(objectClass=*)(objectCategory=person))(ipPhone=+49301))",
    ],
)
def test_what_telephones_ask(node: str) -> None:
    assert planned(node)


@pytest.mark.parametrize(
    "node",
    [
        "(cn=+49301)",
        "(unknown=+49301)",
        "(telephoneNumber=+4930*)",
        "(msRTCSIP-Line=+49301)",
        "(|(telephoneNumber=+49301)(cn=x))",
        "(&(telephoneNumber=+49301)(mobile=+49301))",
        "(&(sn=*)(telephoneNumber=+49301))",
        "(&(|(objectClass=*)(sn=x))(telephoneNumber=+49301))",
        "(&(&(objectClass=*)(sn=x))(telephoneNumber=+49301))",
        "(&(objectClass=device)(telephoneNumber=+49301))",
        "(&(unknown=*)(telephoneNumber=+49301))",
        "(&(!(objectClass=device))(telephoneNumber=+49301))",
        "(!(telephoneNumber=+49301))",
    ],
)
def test_what_takes_more(node: str) -> None:
    assert not planned(node)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (("cn", "sn", "givenName", "o", "ou", "title", "mail", "uid", "objectClass", "mobile", "name"), True),
        (("1.1",), True),
        (("displayName", "unknown", "jpegPhoto"), True),
        ((), False),
        (("*",), False),
        (("+",), False),
        (("displayName", "l"), False),
        (("description",), False),
        (("msRTCSIP-Line",), False),
    ],
)
def test_attributes(attributes: tuple[str, ...], expected: bool) -> None:
    assert planned("(telephoneNumber=+49301)", attributes) is expected


def test_types_alone_and_some_templates_take_more() -> None:
    assert not planned("(telephoneNumber=+49301)", types_only=True)
    profile = Profile(templates={"displayName": template.parse("{name} ({company})")})
    assert planned("(telephoneNumber=+49301)", profile=profile)
    for text in ("{name} {number}", "{l}", "{homePhone}"):
        profile = Profile(templates={"displayName": template.parse(text)})
        assert not planned("(telephoneNumber=+49301)", profile=profile)
        assert planned("(telephoneNumber=+49301)", ("cn",), profile=profile)


@pytest.mark.parametrize("form", NumberFormat)
def test_every_number_format_is_possible(form: NumberFormat) -> None:
    assert planned("(telephoneNumber=+49301)", profile=Profile(number_format=form))
