"""Whatever bytes arrive: an answer, a notice or silence, never another exception and never a hang."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, control, dn, filter_text
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.control import ListView, SortKey
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.fronts.ldap.session import Bind, Operation, Session, StartTls
from tests.fakes import ldap_controls as written
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import sample_book
from tests.fakes.ldap_filters import filters

LIMITS = Limits()
TREE = Tree("dc=contacts", sample_book(), LIMITS, can_start_tls=True)
EXAMPLES = 400

counts = st.integers(0, 9)
keys = st.builds(SortKey, st.sampled_from(["sn", "telephoneNumber", "x", ""]), reverse=st.booleans())
views = st.builds(ListView, counts, counts, counts, counts) | st.builds(
    ListView, counts, counts, value=st.text(max_size=9)
)
controls = st.lists(
    st.tuples(
        st.sampled_from([*control.OIDS, "1.2.3"]),
        st.booleans(),
        st.one_of(
            st.builds(written.paged, counts, st.binary(max_size=9)),
            st.lists(keys, max_size=3).map(lambda found: written.sort(*found)),
            st.builds(written.list_view, views),
            st.binary(max_size=20),
        ),
    ),
    max_size=3,
)
requests = st.one_of(
    st.builds(oracle.search, st.integers(1, 9), filters),
    st.builds(oracle.bind, st.integers(1, 9), st.text(max_size=9), st.text(max_size=9)),
    st.builds(
        lambda number, node, asked: oracle.search(number, node, controls=asked), st.integers(1, 9), filters, controls
    ),
    st.builds(oracle.extended, st.integers(1, 9), st.sampled_from(["1.3.6.1.4.1.1466.20037", "1.2.3"])),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(requests))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data) - 1))
        data[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=200) | damaged())
def test_the_decoder_raises_nothing_else(data: bytes) -> None:
    with contextlib.suppress(ber.BerError, m.RequestRefusedError):
        assert isinstance(m.decode(data, LIMITS), m.Message)


@settings(max_examples=EXAMPLES)
@given(st.lists(st.binary(max_size=60) | requests | damaged(), max_size=6))
def test_the_session_always_answers_or_waits(chunks: list[bytes]) -> None:
    session = Session(LIMITS, can_start_tls=True)
    for chunk in chunks:
        session.receive(chunk)
        while (event := session.next_event()) is not None:
            if isinstance(event, Bind):
                session.bound(event.id, "sbc", "dn:")
            elif isinstance(event, StartTls):
                session.tls_started()
            elif isinstance(event, Operation) and isinstance(event.request, m.SearchRequest):
                search = TREE.search(event.request, event.controls, waiting=True)
                session.finished(event.id, search.run(event.id, Running(1.0), lambda: 0.0))
        for answer in oracle.split(session.take_output()):
            assert oracle.decode(answer)["protocolOp"][0] != "searchRequest"
    assert len(session.outstanding) <= LIMITS.operations


@settings(max_examples=EXAMPLES)
@given(filters, st.sampled_from(["", "dc=contacts", "ou=contacts,dc=contacts", "uid=1,ou=contacts,dc=contacts"]))
def test_every_filter_has_an_answer(node: f.Filter, base: str) -> None:
    request = m.SearchRequest(base, m.Scope.SUB, 0, 0, False, node, ())
    answer = TREE.search(request, waiting=True).run(1, Running(1.0), lambda: 0.0)
    done = oracle.decode(oracle.split(answer)[-1])["protocolOp"]
    assert done[1]["resultCode"] == "success"


@settings(max_examples=EXAMPLES)
@given(filters, st.booleans())
def test_the_index_never_changes_what_a_filter_finds(node: f.Filter, waiting: bool) -> None:
    """Candidates are a superset: with them or with a scan, the same entries come back."""
    request = m.SearchRequest("dc=contacts", m.Scope.SUB, 0, 0, False, node, ("1.1",))
    search = TREE.search(request, waiting=waiting)
    if search.quick:
        scanned = TREE.search(m.SearchRequest(**{**_fields(request), "filter": _unindexed(node)}), waiting=True)
        assert sorted(_names(search)) == sorted(_names(scanned))


def _fields(request: m.SearchRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in request.__slots__}


def _unindexed(node: f.Filter) -> f.Filter:
    """Return a filter that means the same and that no index answers."""
    return f.Not(f.Not(node))


def _names(search: object) -> list[bytes]:
    answer = search.run(1, Running(1.0), lambda: 0.0)  # type: ignore[attr-defined] # a Search
    entries = [oracle.decode(part)["protocolOp"] for part in oracle.split(answer)]
    return [body["objectName"] for name, body in entries if name == "searchResEntry"]


@settings(max_examples=EXAMPLES)
@given(st.text(max_size=60))
def test_names_and_filters_as_text(text: str) -> None:
    with contextlib.suppress(dn.DnSyntaxError):
        assert isinstance(dn.parse(text), tuple)
    with contextlib.suppress(filter_text.FilterSyntaxError, f.FilterTooLargeError):
        assert filter_text.parse(text) is not None


@given(st.text(min_size=1, max_size=30))
def test_escaped_values_come_back(value: str) -> None:
    assert dn.first_value(f"ou={dn.escape(value)},dc=contacts") == value
