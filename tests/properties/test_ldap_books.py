"""Over any address books and filters, what LDAP answers tells nothing of what a client may not see."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact
from directory_server.directory import engine
from directory_server.directory.view import View
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.candidates import Candidates
from directory_server.fronts.ldap.control import NONE, PAGED, Controls, ListView, Paged, SortKey
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import CompareRequest, Scope, SearchRequest
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.store import sources
from directory_server.store.rows import Client, FieldGroup, SharedNumbers
from tests.fakes import ldap_oracle as oracle
from tests.fakes.books import (
    ASKED,
    BOOKS,
    CLIENTS,
    IDS,
    NUMBERS,
    POLICIES,
    SCOPES,
    SOURCES,
    WORDS,
    Book,
    fill,
    fill_only,
    hiding,
    view_of,
)
from tests.fakes.ldap_controls import answered
from tests.fakes.world import World

TEXTS = ("cn", "sn", "givenName", "displayName", "o", "ou", "title", "mail", "l", "street", "description", "labeledURI",
         "physicalDeliveryOfficeName", "metaSearchText", "uid", "modifyTimestamp", "homePostalAddress")  # fmt: skip
PHONES = ("telephoneNumber", "mobile", "homePhone", "metaSearchNumber", "msRTCSIP-Line")
FALLING_BACK = {"cn", "sn", "displayName", "metaSearchText", "modifyTimestamp", "uid"}
"""Attributes every entry has: without a granted name they show something else."""
words = st.sampled_from(
    (*WORDS, "mu", "st", "steinach h", "anna b", "hans müller", "acme.example", "20260102030405Z", "20260102050405Z")
)
digits = st.sampled_from((*ASKED, *NUMBERS, "089", "+4989"))


def leaves_of(texts: list[str], phones: list[str], whole: st.SearchStrategy[str]) -> st.SearchStrategy[f.Filter]:
    text, phone = st.sampled_from(texts), st.sampled_from(phones)
    return st.one_of(
        st.builds(f.Equality, text, words),
        st.builds(f.Equality, phone, whole),
        st.builds(f.Present, st.sampled_from(texts + phones)),
        st.builds(lambda name, word: f.Substrings(name, word, (), ""), text, words),
        st.builds(lambda name, word: f.Substrings(name, "", (word,), ""), text, words),
        st.builds(lambda name, word: f.Substrings(name, word, (), ""), phone, digits),
        st.builds(
            lambda name, word: f.Substrings(name, "", (word,), ""), phone, st.sampled_from(("8407", "12", "0171"))
        ),
        st.builds(f.Approximate, text, words),
    )


ordered = st.builds(f.GreaterOrEqual, st.sampled_from(TEXTS), words)
any_filter = st.recursive(
    leaves_of(list(TEXTS), list(PHONES), digits) | ordered,
    lambda inner: st.builds(f.Not, inner) | st.builds(lambda a, b: f.And((a, b)), inner, inner)
    | st.builds(lambda a, b: f.Or((a, b)), inner, inner),
    max_leaves=4,
)  # fmt: skip
growing = st.recursive(
    leaves_of([name for name in TEXTS if name not in FALLING_BACK], [name for name in PHONES if "-" not in name],
              st.sampled_from(("0171 2345678", "+4930123456"))),  # on no switchboard: nobody stands for their holders
    lambda inner: st.builds(lambda a, b: f.And((a, b)), inner, inner)
    | st.builds(lambda a, b: f.Or((a, b)), inner, inner),
    max_leaves=3,
)  # fmt: skip
"""Filters that more values can only fulfil better."""
KEYS = st.builds(SortKey, st.sampled_from((*TEXTS, "telephoneNumber", "homePhone")), reverse=st.booleans())
SORTS = st.lists(KEYS, min_size=1, max_size=2).map(tuple)
WINDOWS = st.builds(ListView, st.integers(0, 2), st.integers(0, 2), st.integers(0, 9), st.integers(0, 9)) | st.builds(
    ListView, st.integers(0, 2), st.integers(0, 2), value=words
)
CONTROLS = st.one_of(
    st.builds(Controls, st.builds(Paged, st.integers(1, 3), st.just(b""))),
    st.builds(Controls, st.builds(Paged, st.integers(1, 3), st.just(b"")), SORTS),
    st.builds(Controls, sort=SORTS),
    st.builds(Controls, sort=SORTS, list_view=WINDOWS),
)
request = st.tuples(
    any_filter,
    st.sampled_from(
        ("dc=contacts", *(f"ou={name},dc=contacts" for name in SOURCES), f"uid={IDS[1]},ou=one,dc=contacts")
    ),
    st.sampled_from(tuple(Scope)),
    st.integers(0, 5),
    st.sampled_from(((), ("*", "+"), ("cn", "telephoneNumber", "modifyTimestamp"), ("displayName", "o"))),
    st.just(NONE) | CONTROLS,
)
ALWAYS = [
    (node, "dc=contacts", Scope.SUB, 0, (), NONE)
    for node in (
        *(f.Equality("telephoneNumber", number) for number in ASKED),
        *(f.Substrings(name, start, (), "") for name in ("l", "mail") for start in ("st", "mu", "ac", "ha")),
    )
]
"""Who calls; and what many contacts begin with, where the order of the index is that of the answer."""

slow = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)


def tree(view: View) -> Tree:
    return Tree("dc=contacts", view, Limits(entries=6), can_start_tls=False)


def answer(view: View, asked: tuple[f.Filter, str, Scope, int, tuple[str, ...], Controls]) -> bytes:
    """Return everything that is sent, page after page."""
    node, base, scope, size, attributes, controls = asked
    search = SearchRequest(base, scope, size, 0, False, node, attributes)
    told = b""
    while True:
        part = tree(view).search(search, controls, waiting=True).run(1, Running(1.0), lambda: 0.0)
        told += part
        last = answered(oracle.decode(oracle.split(part)[-1])) if controls.paged else {}
        if PAGED not in last or not last[PAGED][1]:
            return told
        controls = replace(controls, paged=replace(controls.paged, cookie=last[PAGED][1]))


def compared(view: View, number: int, source: str, name: str, value: str) -> bytes:
    return tree(view).compare(1, CompareRequest(f"uid={number},ou={source},dc=contacts", name, value))


def entries(told: bytes) -> dict[str, Any]:
    answers = [oracle.decode(one)["protocolOp"] for one in oracle.split(told)]
    return {one["objectName"]: one for kind, one in answers if kind == "searchResEntry"}


def everyone(view: View, node: f.Filter) -> set[str]:
    search = SearchRequest("dc=contacts", Scope.SUB, 0, 0, False, node, ("uid",))
    whole = Tree("dc=contacts", view, Limits(), can_start_tls=False)
    return set(entries(whole.search(search, waiting=True).run(1, Running(1.0), lambda: 0.0)))


@settings(slow, max_examples=80)
@given(
    BOOKS,
    BOOKS,
    SCOPES,
    POLICIES,
    CLIENTS,
    st.lists(request, min_size=40, max_size=40),
    st.lists(
        st.tuples(st.sampled_from(IDS), st.sampled_from(SOURCES), st.sampled_from(TEXTS + PHONES), words | digits),
        min_size=20,
        max_size=20,
    ),
)
def test_hidden_values_change_no_answer(  # noqa: PLR0917 - drawn by hypothesis
    world: World,
    tight: None,
    shown: Book,
    hidden: Book,
    scope: list[frozenset[FieldGroup]],
    policy: SharedNumbers,
    client: Client,
    asked: list[Any],
    pairs: list[Any],
) -> None:
    fill_only(world, shown, scope)
    view = view_of(world, scope, policy, client)
    asked = [*asked, *ALWAYS]
    told = [answer(view, one) for one in asked] + [compared(view, *pair) for pair in pairs]
    fill(world, hiding(shown, hidden, scope))
    view = view_of(world, scope, policy, client)
    for question, before in zip((*asked, *pairs), told, strict=True):
        assert (answer(view, question) if len(question) == 6 else compared(view, *question)) == before, question
    known = zip(sources.all(world.database), scope, strict=True)
    units = SearchRequest("dc=contacts", Scope.ONE, 0, 0, False, f.Present("objectClass"), ())
    view = view_of(world, scope)  # without a client's limit
    shown_units = entries(tree(view).search(units, waiting=True).run(1, Running(1.0), lambda: 0.0))
    assert set(shown_units) == {f"ou={source.name},dc=contacts".encode() for source, granted in known if granted}


@slow
@given(BOOKS, SCOPES, SCOPES, st.lists(growing, min_size=30, max_size=30))
def test_more_grants_never_hide_an_entry(
    world: World,
    book: Book,
    scope: list[frozenset[FieldGroup]],
    more: list[frozenset[FieldGroup]],
    asked: list[f.Filter],
) -> None:
    fill(world, book)
    narrow = view_of(world, scope)
    wide = view_of(world, [one | other for one, other in zip(scope, more, strict=True)])
    for node in asked:
        assert everyone(narrow, node) <= everyone(wide, node), node


@settings(slow, max_examples=5)
@given(BOOKS, st.lists(request, min_size=40, max_size=40))
def test_no_grants_no_entries(world: World, book: Book, asked: list[Any]) -> None:
    fill(world, book)
    view = world.view({})
    for one in asked:
        assert not [name for name in entries(answer(view, one)) if b"uid=" in name.lower() or b"ou=" in name.lower()]


@slow
@given(BOOKS, SCOPES, st.lists(any_filter, min_size=40, max_size=40))
def test_the_index_names_everyone_a_scan_finds(
    world: World, monkeypatch: pytest.MonkeyPatch, book: Book, scope: list[frozenset[FieldGroup]], asked: list[f.Filter]
) -> None:
    fill(world, book)
    view = view_of(world, scope)
    monkeypatch.setattr(engine, "PAGE", 2)
    for node in asked:
        found = everyone(view, node)
        with monkeypatch.context() as patch:
            patch.setattr(Candidates, "of", lambda _self, _node: None)
            scanned = everyone(view, node)
        assert scanned <= found, node


def test_a_city_is_found_however_many_names_begin_like_its_second_word(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        many = {str(at): Contact(given_name="Anna", addresses=(Address(city="Neustadt"),)) for at in range(12)}
        world.put(world.source("one"), many | {"x": Contact(addresses=(Address(city="Neustadt am See"),))})
        for name in ("l", "metaSearchText", "title", "cn"):
            found = everyone(world.view(), f.Substrings(name, "neustadt a", (), ""))
            assert len(found) == (name == "l"), name
