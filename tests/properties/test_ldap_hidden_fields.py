"""A filter over what a client may not see never matches, and changes no answer, count or order."""

from collections.abc import Iterator
from copy import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.view import View
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import filter_text
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import Scope, SearchRequest
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.store.rows import Client, FieldGroup, Location, NumberFormat
from tests.fakes.ldap_samples import erika, john, juergen
from tests.fakes.world import World

HIDDEN = {"telephoneNumber": "030123456789", "mail": "erika@example.com", "l": "Berlin", "homePhone": "089555"}


@pytest.fixture(scope="module")
def worlds(views: tuple[list[View], list[View]]) -> list[View]:
    return views[0]


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[View], list[View]]]:
    """Make a directory twice; all that the first two views may not see is different in the second."""
    home = Phone(PhoneKind.HOME, "089 555")
    person = structs.replace(erika(), notes="rare canary", phones=(*erika().phones, home))
    changed = structs.replace(
        person, notes="", emails=(), addresses=(), phones=(Phone(PhoneKind.WORK, "+4940999"),), urls=("https://x",)
    )
    narrow, whole, opened = [], [], []
    for number, first in enumerate((person, changed)):
        world = World(tmp_path_factory.mktemp(f"world{number}"))
        opened.append(world)
        source, secret = world.source("contacts", Location("DE")), world.source("secret", Location("DE"))
        world.put(source, {"E": first, "J": juergen(), "S": john()})
        world.put(secret, {"X": Contact(family_name="Geheim", company=f"Nobody {number}")})
        narrow.append(world.view({source.id: frozenset({FieldGroup.NAME})}))
        whole.append(world.view({source.id: frozenset(FieldGroup)}))
    yield narrow, whole
    for world in opened:
        world.index.close()
        world.database.close()


FORMS = [
    Client(1, "phones", "generic", frozenset(), frozenset(), "", Location("DE"), number_format=form, result_limit=limit,
           templates=(("displayName", "{name} ({company}) {number}"), ("cn", "{description} {mail} {homePhone} {l}")))
    for form in NumberFormat
    for limit in (0, 1)
]  # fmt: skip


def shown_to(view: View, client: Client | None) -> View:
    told = copy(view)
    told.client = client
    return told


def answer(view: View, node: f.Filter, size: int = 0) -> bytes:
    request = SearchRequest("dc=contacts", Scope.SUB, size, 0, False, node, ())
    tree = Tree("dc=contacts", view, Limits(), can_start_tls=False)
    return tree.search(request, waiting=True).run(1, Running(1.0), lambda: 0.0)


@pytest.mark.parametrize("attribute", HIDDEN)
@pytest.mark.parametrize("form", ["({}={})", "({}={}*)", "(!(!({}={})))", "({}~={})", "({}>={})", "({}:={})"])
def test_hidden_fields_match_no_filter(worlds: list[View], attribute: str, form: str) -> None:
    node = filter_text.parse(form.format(attribute, HIDDEN[attribute]))
    assert b"Erika" not in answer(worlds[0], node)
    assert b"Erika" not in answer(worlds[0], f.Present(attribute))


def test_hidden_sources_are_not_there(worlds: list[View]) -> None:
    everything = answer(worlds[0], f.And(()))
    assert b"Erika" in everything
    assert b"secret" not in everything
    assert b"Geheim" not in everything


names = st.sampled_from([
    "cn", "sn", "telephoneNumber", "mobile", "homePhone", "mail", "l", "description", "o", "metaSearchText",
    "searchNumber", "labeledURI",
])  # fmt: skip
words = st.sampled_from([
    "Erika", "Mus", "erika@example.com", "Berlin", "030123456789", "+4930123456789", "+4940999", "089555",
    "canary", "x", "Example", "smith", "01701234567",
])  # fmt: skip
leaves = (
    st.builds(f.Equality, names, words)
    | st.builds(f.Present, names)
    | st.builds(lambda name, word: f.Substrings(name, word, (), ""), names, words)
    | st.builds(lambda name, word: f.Substrings(name, "", (word,), ""), names, words)
    | st.builds(f.GreaterOrEqual, names, words)
)
nodes = st.recursive(
    leaves,
    lambda inner: st.builds(f.Not, inner) | st.builds(lambda a, b: f.And((a, b)), inner, inner)
    | st.builds(lambda a, b: f.Or((a, b)), inner, inner),
    max_leaves=5,
)  # fmt: skip


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(node=nodes, size=st.integers(0, 2), client=st.none() | st.sampled_from(FORMS))
def test_hidden_values_change_no_answer(worlds: list[View], node: f.Filter, size: int, client: Client | None) -> None:
    first, second = (answer(shown_to(view, client), node, size) for view in worlds)
    assert first == second


@pytest.mark.parametrize("client", [None, *FORMS])
def test_this_would_notice(views: tuple[list[View], list[View]], client: Client | None) -> None:
    """Both directories do differ for somebody who may see every field."""
    first, second = (answer(shown_to(view, client), f.Present("mail")) for view in views[1])
    assert first != second
