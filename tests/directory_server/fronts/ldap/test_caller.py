"""A look-up answered by its shape is answered as it would be without one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.fronts.ldap import dn
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.caller import Callers, looked_up
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.profile import Profile
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.store.rows import Location
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import Book, sample_book

PHONE = st.sampled_from(["telephoneNumber", "mobile", "Mobile", "metaSearchNumber", "msRTCSIP-Line", "ipPhone"])
APART = st.one_of(
    st.builds(f.Present, st.sampled_from(["cn", "telephoneNumber", "unknown"])),
    st.builds(
        f.Equality,
        st.sampled_from(["objectClass", "cn", "unknown", "uid", "anr"]),
        st.sampled_from(["person", "1", "x"]),
    ),
    st.builds(f.Substrings, st.just("sn"), st.sampled_from(["M", "x"]), st.just(()), st.just("")),
).flatmap(lambda node: st.sampled_from([node, f.Not(node), f.And((node,)), f.Or((node, node))]))
NUMBERS = (
    "+4930123456789", "+491701234567 ", "00493012345678", "030 123456789 ", "(030)123456789", "0049404711    ",
    "15038234567   ", "no number here", "+4999999999999", "(0)(0)(0)(0)30", "+4930123456700",
)  # fmt: skip
EQUAL = st.sampled_from(NUMBERS)


def lookups(text):
    one = st.builds(f.Equality, PHONE, st.just(text))
    several = st.lists(one, min_size=1, max_size=3).map(lambda parts: f.Or(tuple(parts)))
    alone = st.one_of(one, several)
    within = st.tuples(st.lists(APART, max_size=2), alone, st.lists(APART, max_size=2))
    return st.one_of(alone, within.map(lambda parts: f.And((*parts[0], parts[1], *parts[2]))))


def replaced(node, old, new):
    """Return the filter with another number."""
    if isinstance(node, f.And | f.Or):
        return type(node)(tuple(replaced(part, old, new) for part in node.parts))
    if isinstance(node, f.Not):
        return f.Not(replaced(node.part, old, new))
    return f.Equality(node.attribute, new) if isinstance(node, f.Equality) and node.value == old else node


def asked(node, **options):
    """Return a request, and its bytes behind the message id."""
    message = m.decode(oracle.search(7, node, **options), Limits(), m.Decoded())
    assert isinstance(message.request, m.SearchRequest)
    return message.request, message.body


def answered(tree, request):
    return tree.search(request, waiting=False).answer(Running(1e9), lambda: 0.0)


@settings(deadline=None)
@given(st.data(), EQUAL, st.lists(EQUAL, max_size=4), st.integers(0, 2), st.booleans())
def test_answers_are_those_of_the_whole_way(data, first, others, size_limit, types_only):
    node = data.draw(lookups(first))
    attributes = data.draw(st.sampled_from([[], [b"displayName", b"telephoneNumber"], [b"*", b"+"], [b"1.1"]]))
    options = {"attributes": attributes, "sizeLimit": size_limit, "typesOnly": types_only}
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    request, body = asked(node, **options)
    tree.callers.learn(body, request)
    for text in (first, *others):
        request, body = asked(replaced(node, first, text), **options)
        found = tree.callers.answer(body)
        assert found is None or found == answered(tree, request)


@pytest.mark.parametrize(
    "node",
    [
        f.Equality("telephoneNumber", "+4930123456789"),
        f.Or((f.Equality("telephoneNumber", "+4930123456789"), f.Equality("mobile", "+4930123456789"))),
        f.And(
            (
                f.Equality("objectClass", "user"),
                f.Or((f.Equality("telephoneNumber", "+4930123456789"), f.Equality("otherTelephone", "+4930123456789"))),
            )
        ),
        f.And((f.Present("sn"), f.Equality("telephoneNumber", "+4930123456789"))),
    ],
)
def test_what_clients_send_has_a_shape(node):
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    request, body = asked(node)
    assert tree.callers.answer(body) is None
    tree.callers.learn(body, request)
    request, body = asked(replaced(node, "+4930123456789", "0049 404711   "))
    assert tree.callers.answer(body) == answered(tree, request)


@pytest.mark.parametrize(
    "node",
    [
        f.Equality("cn", "Erika"),
        f.Not(f.Equality("telephoneNumber", "1")),
        f.Or(()),
        f.And(()),
        f.Or((f.Equality("telephoneNumber", "1"), f.Equality("mobile", "2"))),
        f.Or((f.Equality("telephoneNumber", "1"), f.Equality("cn", "1"))),
        f.And((f.Equality("telephoneNumber", "1"), f.Equality("mobile", "1"))),
        f.And((f.Equality("telephoneNumber", "1"), f.Substrings("mobile", "1", (), ""))),
        f.And((f.Equality("telephoneNumber", "1"), f.Not(f.Equality("mobile", "1")))),
        f.And((f.Equality("telephoneNumber", "1"), f.GreaterOrEqual("sn", "a"))),
        f.Substrings("telephoneNumber", "1", (), ""),
    ],
)
def test_other_filters_have_none(node):
    assert looked_up(node) is None


def test_a_request_at_another_place_has_none():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    node = f.Equality("telephoneNumber", "+4930123456789")
    for options in ({"base": "ou=x,dc=contacts"}, {"scope": "singleLevel"}):
        request, body = asked(node, **options)
        tree.callers.learn(body, request)
        assert tree.callers.answer(body) is None


def test_no_more_shapes_are_kept_than_a_limit():
    book = sample_book()
    callers = Callers(book, dn.parse("dc=contacts"), "dc=contacts", Limits(), Profile())
    for at in range(1500):
        request, body = asked(f.Equality("mobile", "1234"), attributes=[str(at).encode()])
        callers.learn(body, request)
    assert sum(map(len, callers._shapes.values())) <= 1024
    assert callers.answer(body) is not None


def test_a_request_of_the_same_length_may_have_another_shape():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    node = f.Equality("telephoneNumber", "+4930123456789")
    for attribute, other in ((b"sn", b"cn"), (b"cn", b"sn")):
        request, body = asked(node, attributes=[attribute])
        tree.callers.learn(body, request)
        request, body = asked(node, attributes=[other])
        found = tree.callers.answer(body)
        assert found is None or found == answered(tree, request)
    assert tree.callers.answer(asked(f.Equality("mobile", "+491701234567      "))[1]) is None


@pytest.mark.parametrize("size_limit", [0, 1, 2, 3])
def test_the_size_limit_holds(size_limit):
    one = Contact(given_name="A", phones=(Phone(PhoneKind.WORK, "+4930123456789"),))
    tree = Tree("dc=contacts", Book({"a": [(one, Location("DE"))] * 3}, Location("DE")), Limits(), can_start_tls=False)
    request, body = asked(f.Equality("telephoneNumber", "+4930123456789"), sizeLimit=size_limit)
    tree.callers.learn(body, request)
    found = tree.callers.answer(body)
    assert found == answered(tree, request)
    assert len(found) == (size_limit or 3) + 1


def test_a_shape_is_learnt_once():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    for text in ("+4930123456789", "+4930123456700", "no number here"):
        request, body = asked(f.Equality("mobile", text))
        for _ in range(3):
            tree.callers.learn(body, request)
    assert sum(map(len, tree.callers._shapes.values())) == 1
