"""Over any address books, what is answered straight is what the whole way answers, for everyone who may ask."""

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from msgspec import structs

from connectors.contact import Contact, Phone
from directory_server.fronts.ldap import caller
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.caller import Callers
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.store.rows import Client, FieldGroup, SharedNumbers
from tests.fakes import ldap_oracle as oracle
from tests.fakes.books import ASKED, BOOKS, CLIENTS, POLICIES, SCOPES, Book, fill, view_of
from tests.fakes.world import World

ATTRIBUTES = (
    b"displayName", b"name", b"cn", b"sn", b"givenName", b"o", b"company", b"ou", b"title", b"mail", b"uid",
    b"objectClass",
    b"telephoneNumber", b"Mobile", b"homePhone", b"metaSearchNumber", b"sAMAccountName", b"l", b"1.1", b"nothing", b"*",
    b"msRTCSIP-Line", b"hasSubordinates",
)  # fmt: skip
PHONES = ("telephoneNumber", "mobile", "homePhone", "metaSearchNumber", "ipPhone", "msRTCSIP-Line")
APART = (
    f.Present("objectClass"), f.Equality("objectClass", "person"), f.Equality("objectClass", "nothing"),
    f.Present("sn"), f.Equality("objectCategory", "person"), f.Or((f.Present("objectClass"), f.Present("l"))),
)  # fmt: skip
NUMBERS = (*ASKED, "+498984079803", "+491712345678", "+43112345678", "+4312345678")


@pytest.fixture(autouse=True)
def is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python, too, it is asked: slowly."""
    monkeypatch.setattr(caller, "COMPILED", True)


def filters(number: str) -> st.SearchStrategy[f.Filter]:
    one = st.builds(f.Equality, st.sampled_from(PHONES), st.just(number))
    alone = st.one_of(one, st.lists(one, min_size=1, max_size=3).map(lambda parts: f.Or(tuple(parts))))
    apart = st.lists(st.sampled_from(APART), min_size=1, max_size=2)
    return st.one_of(alone, st.builds(lambda before, asked: f.And((*before, asked)), apart, alone))


def one_each(book: Book) -> Book:
    """Return the book with numbers that hardly two contacts share, some of them in no readable form."""
    texts = iter([f"+49 89 840798-{at:02}" if at % 5 else f"++{at}++498984079{at:04}" for at in range(200)])

    def other(contact: Contact) -> Contact:
        phones = [Phone(phone.kind, phone.raw if at else next(texts)) for at, phone in enumerate(contact.phones)]
        return structs.replace(contact, phones=tuple(phones))

    return [[other(one) for one in rows] for rows in book]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
@given(BOOKS, SCOPES, POLICIES, st.one_of(st.none(), CLIENTS), st.booleans(), st.data())
def test_it_is_what_the_whole_way_answers(  # noqa: PLR0917 - each is drawn
    world: World,
    book: list[list[Contact]],
    scope: list[frozenset[FieldGroup]],
    policy: SharedNumbers,
    client: Client | None,
    alone: bool,
    data: st.DataObject,
) -> None:
    fill(world, one_each(book) if alone else book)
    view = view_of(world, scope, policy, client)
    tree = Tree("dc=contacts", view, Limits(), can_start_tls=False)
    callers = tree.callers
    assert callers
    held = [phone.e164 for listing in view.all() for phone in listing.numbers if phone.e164]
    straight = 0
    for _ in range(4):
        first = data.draw(st.sampled_from([*held, *NUMBERS]))
        attributes = data.draw(st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=4))
        limit = data.draw(st.integers(0, 2))
        node = data.draw(filters(first))
        request = decoded(node, attributes, limit)
        callers.learn(request[1], request[0])
        for again in range(2):  # worked out, and kept
            found = callers.straight(request[1])
            straight += found is not None
            whole = tree.search(request[0], waiting=True).answer(Running(1.0), lambda: 0.0)
            assert found is None or found == whole, again
    event(f"straight: {straight > 0}")


def decoded(node: f.Filter, attributes: list[bytes], limit: int) -> tuple[m.SearchRequest, bytes]:
    message = m.decode(oracle.search(7, node, attributes=attributes, sizeLimit=limit), Limits(), m.Decoded())
    assert isinstance(message.request, m.SearchRequest)
    return message.request, message.body


@pytest.mark.parametrize(
    "attributes", [[b"displayName", b"telephoneNumber"], [b"cn", b"sn", b"givenName", b"o", b"mail"]]
)
def test_most_callers_are_answered_straight(world: World, attributes: list[bytes]) -> None:
    """Else the property above would hold for nothing."""
    everything = [frozenset(FieldGroup)] * 3
    contacts = [
        [Contact(given_name="Anna", phones=(Phone("work", f"+49171{at}{each}45678"),)) for each in range(4)]
        for at in range(3)
    ]  # type: ignore[arg-type] # a kind's value
    fill(world, contacts)
    tree = Tree("dc=contacts", view_of(world, everything), Limits(), can_start_tls=False)
    assert isinstance(tree.callers, Callers)
    for at in range(3):
        for each in range(4):
            request, body = decoded(f.Equality("telephoneNumber", f"+49171{at}{each}45678"), attributes, 0)
            tree.callers.learn(body, request)
            assert tree.callers.straight(body)
