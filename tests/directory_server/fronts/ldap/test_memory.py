"""What an unbound client asks leaves little behind, however much it sends: nobody who may not ask fills the memory."""

import gc
import secrets
import tracemalloc

import pytest

from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.event import Operation
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.fronts.ldap.session import Session
from tests.fakes import ldap_requests as written

LIMITS = Limits()
LARGE = "x" * (LIMITS.pdu_before_bind - 1000)
REQUESTS = 100
MOST_LEFT = 4 * LIMITS.pdu_before_bind


def asked(node: f.Filter, attribute: str = "") -> m.SearchRequest:
    return m.SearchRequest("", m.Scope.BASE, 0, 0, False, node, (attribute,) if attribute else ())


@pytest.mark.parametrize(
    "request_of",
    [
        lambda text: asked(f.Equality("cn", text)),
        lambda text: asked(f.Substrings("cn", text, (), "")),
        lambda text: asked(f.Present("cn"), text),
        lambda text: asked(f.Equality("telephoneNumber", text)),
        lambda text: asked(f.Equality("objectClass", text)),
        lambda text: asked(f.Equality(text, "x")),
        lambda text: m.SearchRequest(f"cn={text}", m.Scope.BASE, 0, 0, False, f.Present("cn"), ()),
        lambda text: m.BindRequest(3, text, "", b""),
        m.ExtendedRequest,
    ],
    ids=["equality", "substrings", "attributes", "number", "class", "name", "base", "bind", "extended"],
)
def test_large_requests_of_nobody_leave_little_behind(request_of) -> None:
    tree, session = Tree("dc=contacts", None, LIMITS, can_start_tls=True), Session(LIMITS, decoded=m.Decoded())

    unheard = secrets.token_hex(8)  # else what an earlier test left is found again

    def ask(number: int) -> None:
        session.receive(written.request(1, request_of(f"{unheard}{number}{LARGE}")))
        while (event := session.next_event()) is not None:
            if isinstance(event, Operation) and isinstance(event.request, m.SearchRequest):
                search = tree.search(event.request, event.controls, waiting=True)
                session.finished(event.id, search.run(event.id, Running(1.0), lambda: 0.0))
        assert session.take_output()

    ask(-1)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(REQUESTS):
            ask(number)
        gc.collect()
        left, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left < MOST_LEFT
