"""The session without a wire: bytes in, events and bytes out."""

import pytest

from directory_server.fronts.ldap import control
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import session as s
from directory_server.fronts.ldap.control import Controls, Paged
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import NOTICE_OF_DISCONNECTION, Code
from tests.fakes import ldap_controls as written
from tests.fakes import ldap_oracle as oracle

SEARCH = f.Equality("telephoneNumber", "+49301")


def session(**changes: object) -> s.Session:
    return s.Session(Limits(), can_start_tls=True, **changes)  # type: ignore[arg-type] # passed through


def events(one: s.Session, *data: bytes) -> list[s.Event]:
    for part in data:
        one.receive(part)
    found = []
    while (event := one.next_event()) is not None:
        found.append(event)
    return found


def answers(one: s.Session) -> list[tuple[int, str, str]]:
    read = [oracle.decode(part) for part in oracle.split(one.take_output())]
    return [(part["messageID"], part["protocolOp"][0], part["protocolOp"][1]["resultCode"]) for part in read]


def bound(**changes: object) -> s.Session:
    one = session(**changes)
    (event,) = events(one, oracle.bind(1, "sbc", "secret"))
    assert event == s.Bind(1, "sbc", b"secret")
    one.bound(1, "sbc", "dn:cn=sbc")
    assert answers(one) == [(1, "bindResponse", "success")]
    return one


@pytest.mark.parametrize("size", [1, 7])
def test_messages_may_come_in_pieces(size: int) -> None:
    pdu = oracle.bind(1, "sbc", "secret")
    one = session()
    found = [event for at in range(0, len(pdu), size) for event in events(one, pdu[at : at + size])]
    assert found == [s.Bind(1, "sbc", b"secret")]


def test_nothing_is_read_until_a_bind_is_answered() -> None:
    one = session()
    (bind,) = events(one, oracle.bind(1, "sbc", "secret") + oracle.search(2, SEARCH))
    assert "secret" not in repr(bind)
    assert one.waiting
    one.bound(1, "sbc", "")
    assert [event.id for event in events(one)] == [2]


def test_searches_are_pipelined_and_answered_in_any_order() -> None:
    one = bound()
    first, second = events(one, oracle.search(2, SEARCH) + oracle.search(3, SEARCH))
    one.finished(second.id, b"second")
    one.finished(first.id, b"first")
    assert one.take_output() == b"secondfirst"
    assert not one.outstanding


def test_an_abandoned_search_is_not_answered() -> None:
    one = bound()
    found = events(one, oracle.search(2, SEARCH), oracle.encode(3, ("abandonRequest", 2)))
    assert found[1] == s.Abandon((2,))
    one.finished(2, b"late")
    assert one.take_output() == b""
    assert events(one, oracle.encode(4, ("abandonRequest", 99))) == []


def test_a_bind_abandons_and_unbinds_until_it_succeeds() -> None:
    one = bound()
    found = events(one, oracle.search(2, SEARCH) + oracle.bind(3, "sbc", "wrong"))
    assert found[1:] == [s.Abandon((2,)), s.Bind(3, "sbc", b"wrong")]
    assert one.client == ""
    one.refuse_bind(3, Code.INVALID_CREDENTIALS, "no")
    assert answers(one) == [(3, "bindResponse", "invalidCredentials")]
    assert one.client == ""


@pytest.mark.parametrize(
    ("pdu", "code"),
    [
        (oracle.bind(1, "cn=sbc", ""), "unwillingToPerform"),
        (oracle.bind(1, "", ""), "success"),
        (oracle.bind(1, "sbc", "x", version=4), "protocolError"),
        (
            oracle.encode(
                1,
                ("bindRequest", {"version": 3, "name": b"", "authentication": ("sasl", {"mechanism": b"EXTERNAL"})}),
            ),
            "authMethodNotSupported",
        ),
    ],
)
def test_binds_that_need_no_directory(pdu: bytes, code: str) -> None:
    one = session()
    assert events(one, pdu) == []
    assert answers(one) == [(1, "bindResponse", code)]
    assert one.client == ""


def test_version_two_binds() -> None:
    assert events(session(), oracle.bind(1, "sbc", "secret", version=2)) == [s.Bind(1, "sbc", b"secret")]


def test_writes_are_refused_and_the_connection_stays() -> None:
    one = bound()
    assert events(one, oracle.encode(2, ("delRequest", b"uid=1"))) == []
    assert answers(one) == [(2, "delResponse", "unwillingToPerform")]
    assert not one.closed


def test_extended_operations() -> None:
    one = bound()
    assert events(one, oracle.extended(2, "1.2.3") + oracle.extended(3, s.WHO_AM_I)) == []
    assert answers(one) == [(2, "extendedResp", "protocolError"), (3, "extendedResp", "success")]


@pytest.mark.parametrize(("oid", "critical", "served"), [
    ("1.2.3", True, False), ("1.2.3", False, True),
    (control.MANAGE_DSA_IT, True, True), (control.DOMAIN_SCOPE, True, True),
    ("1.2.840.113556.1.4.319", True, False), ("1.2.840.113556.1.4.319", False, True),
])  # fmt: skip
def test_controls(oid: str, critical: bool, served: bool) -> None:
    one = bound()
    body = {"entry": b"", "ava": {"attributeDesc": b"cn", "assertionValue": b"x"}}
    control = [{"controlType": oid.encode(), "criticality": critical}]
    found = events(one, oracle.encode(2, ("compareRequest", body), control))
    assert bool(found) is served
    assert answers(one) == ([] if served else [(2, "compareResponse", "unavailableCriticalExtension")])


def test_a_search_carries_what_its_controls_ask_for() -> None:
    one = bound()
    (found,) = events(one, oracle.search(2, SEARCH, controls=[(control.PAGED, True, written.paged(5, b"on"))]))
    assert found.controls == Controls(Paged(5, b"on"))
    assert found.body == b"", "what is answered from memory has no pages"
    assert events(one, oracle.search(3, SEARCH, controls=[(control.SORT, False, b"\x30\x05")])) == []
    assert answers(one) == [(3, "searchResDone", "protocolError")]


def cancel(message_id: int, wanted: bytes) -> bytes:
    return oracle.encode(message_id, ("extendedReq", {"requestName": s.CANCEL.encode(), "requestValue": wanted}))


def test_a_cancelled_search_is_told_so() -> None:
    one = bound()
    found = events(one, oracle.search(2, SEARCH), cancel(3, b"\x30\x03\x02\x01\x02"))
    assert found[1:] == [s.Abandon((2,))]
    assert answers(one) == [(2, "searchResDone", "canceled"), (3, "extendedResp", "success")]
    one.finished(2, b"late")
    assert one.take_output() == b""
    assert events(one, cancel(4, b"\x30\x03\x02\x01\x02"), cancel(5, b"\x30\x03\x02\x01"), cancel(6, b"")) == []
    assert answers(one) == [
        (4, "extendedResp", "noSuchOperation"),
        (5, "extendedResp", "protocolError"),
        (6, "extendedResp", "protocolError"),
    ]


def plain(message_id: int, credentials: bytes) -> bytes:
    choice = ("sasl", {"mechanism": b"PLAIN", "credentials": credentials})
    return oracle.encode(message_id, ("bindRequest", {"version": 3, "name": b"", "authentication": choice}))


@pytest.mark.parametrize("credentials", [b"\0sbc\0secret", b"sbc\0sbc\0secret", b"u:sbc\0sbc\0secret"])
def test_sasl_plain_binds_under_tls(credentials: bytes) -> None:
    (found,) = events(session(secure=True), plain(1, credentials))
    assert found == s.Bind(1, "sbc", b"secret")


@pytest.mark.parametrize(
    "credentials", [b"", b"sbc\0secret", b"\0\0secret", b"\0sbc\0", b"boss\0sbc\0secret", b"\0a\0b\0c"]
)
def test_wrong_sasl_credentials_do_not_bind(credentials: bytes) -> None:
    one = session(secure=True)
    assert events(one, plain(1, credentials)) == []
    assert answers(one) == [(1, "bindResponse", "invalidCredentials")]


def test_sasl_plain_in_clear_is_refused() -> None:
    one = session()
    assert events(one, plain(1, b"\0sbc\0secret")) == []
    assert answers(one) == [(1, "bindResponse", "confidentialityRequired")]


def test_start_tls_drops_what_was_pipelined_in_clear() -> None:
    one = session()
    injected = oracle.search(2, SEARCH) + oracle.bind(3, "sbc", "secret")
    assert events(one, oracle.extended(1, s.STARTTLS) + injected) == [s.StartTls()]
    assert answers(one) == [(1, "extendedResp", "success")]
    one.receive(injected)
    one.tls_started()
    assert events(one) == []
    assert events(one, oracle.extended(4, s.STARTTLS)) == []
    assert answers(one) == [(4, "extendedResp", "operationsError")]


def test_start_tls_waits_for_no_operation() -> None:
    one = bound()
    assert len(events(one, oracle.search(2, SEARCH) + oracle.extended(3, s.STARTTLS))) == 1
    assert answers(one) == [(3, "extendedResp", "operationsError")]
    plain = s.Session(Limits())
    assert events(plain, oracle.extended(1, s.STARTTLS)) == []
    assert answers(plain) == [(1, "extendedResp", "protocolError")]


def test_too_many_operations_are_busy() -> None:
    one = bound()
    found = events(one, b"".join(oracle.search(number, SEARCH) for number in range(2, 67)))
    assert len(found) == 64
    assert answers(one) == [(66, "searchResDone", "busy")]


def notice_of(one: s.Session) -> str:
    name, body = oracle.decode(one.take_output())["protocolOp"]
    assert (name, body["responseName"]) == ("extendedResp", NOTICE_OF_DISCONNECTION.encode())
    return str(body["resultCode"])


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00",
        b"\x16\x03\x01\x02\x00",  # TLS on the plain port
        b"\x30\x80",
        b"\x30\x84\x00\x01\x00\x01",  # over 64 kB before a bind, judged from the header alone
        b"\x30\x03\x02\x01\x00",
        oracle.encode(1, ("searchResDone", {"resultCode": "success", "matchedDN": b"", "diagnosticMessage": b""})),
    ],
)
def test_garbage_ends_with_a_notice(data: bytes) -> None:
    one = session()
    assert events(one, data) == []
    assert notice_of(one) == "protocolError"
    assert one.closed
    assert events(one, oracle.search(2, SEARCH)) == []
    assert one.take_output() == b""


def test_the_size_limit_is_larger_after_a_bind() -> None:
    one = bound()
    assert events(one, b"\x30\x84\x00\x0f\xff\xfa") == []
    assert not one.closed
    assert one.incomplete
    other = bound()
    assert events(other, b"\x30\x84\x00\x10\x00\x00") == []
    assert notice_of(other) == "protocolError"


def test_a_message_id_in_use_ends_the_session() -> None:
    one = bound()
    found = events(one, oracle.search(2, SEARCH) + oracle.search(2, SEARCH))
    assert found[1] == s.Abandon((2,))
    assert notice_of(one) == "protocolError"


def test_a_refused_request_may_not_use_the_id_of_one_that_is_worked_on() -> None:
    """Its refusal would pass for the other one's answer."""
    one = bound()
    (search,) = events(one, oracle.search(2, SEARCH))
    (abandoned,) = events(one, oracle.search(2, SEARCH, attributes=[b"cn"] * 300))
    assert abandoned == s.Abandon((2,))
    one.finished(search.id, b"late")
    assert answers(one) == [(0, "extendedResp", "protocolError")]
    assert one.closed


def test_requests_beyond_the_limits_are_refused_and_the_connection_stays() -> None:
    one = bound()
    assert events(one, oracle.search(2, SEARCH, attributes=[b"cn"] * 300)) == []
    assert answers(one) == [(2, "searchResDone", "unwillingToPerform")]
    assert [event.id for event in events(one, oracle.search(3, SEARCH))] == [3]


def test_unbind_ends_without_a_word() -> None:
    one = bound()
    assert events(one, oracle.encode(2, ("unbindRequest", None))) == []
    assert one.closed
    assert one.take_output() == b""
