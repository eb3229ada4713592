"""Our codec against an independent one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, response
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import Code, Tag
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_filters import filters, values

LIMITS = Limits()
SEARCH = b"\x04\x00\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x01a\x30\x00"
ids = st.integers(1, 2**31 - 1)
SCOPES = {"baseObject": m.Scope.BASE, "singleLevel": m.Scope.ONE, "wholeSubtree": m.Scope.SUB}


def request(tag: int, *parts: bytes) -> bytes:
    return ber.encode(ber.SEQUENCE, b"\x02\x01\x01" + ber.encode(tag, b"".join(parts)))


@given(
    ids, filters, values, st.sampled_from(sorted(SCOPES)), st.integers(0, 2**31 - 1), st.booleans(),
    st.lists(values, max_size=4),
)  # fmt: skip
def test_searches_are_read_as_written(  # noqa: PLR0917 - one for each part of a request
    number: int, node: f.Filter, base: str, scope: str, limit: int, types: bool, attributes: list[str]
) -> None:
    pdu = oracle.search(
        number, node, base, scope=scope, sizeLimit=limit, timeLimit=limit, typesOnly=types,
        attributes=[name.encode() for name in attributes],
    )  # fmt: skip
    request = m.SearchRequest(base, SCOPES[scope], limit, limit, types, node, tuple(attributes))
    assert m.decode(pdu, LIMITS) == m.Message(number, request)


@given(ids, values, st.binary(max_size=20), st.integers(1, 127))
def test_binds_are_read_as_written(number: int, name: str, password: bytes, version: int) -> None:
    body = {"version": version, "name": name.encode(), "authentication": ("simple", password)}
    read = m.decode(oracle.encode(number, ("bindRequest", body)), LIMITS)
    assert read == m.Message(number, m.BindRequest(version, name, "", password))
    assert repr(password) not in repr(read) or not password


def test_the_other_requests_are_read_as_written() -> None:
    sasl = {"version": 3, "name": b"", "authentication": ("sasl", {"mechanism": b"EXTERNAL"})}
    compare = {"entry": b"uid=1", "ava": {"attributeDesc": b"cn", "assertionValue": b"x"}}
    for operation, request in (
        (("bindRequest", sasl), m.BindRequest(3, "", "EXTERNAL", b"")),
        (("compareRequest", compare), m.CompareRequest("uid=1", "cn", "x")),
        (("abandonRequest", 7), m.AbandonRequest(7)),
        (("unbindRequest", None), m.UnbindRequest()),
        (("delRequest", b"uid=1"), m.WriteRequest(Tag.DELETE)),
        (("extendedReq", {"requestName": b"1.2.3", "requestValue": b"x"}), m.ExtendedRequest("1.2.3", b"x")),
        (("extendedReq", {"requestName": b"1.2.3"}), m.ExtendedRequest("1.2.3")),
    ):
        assert m.decode(oracle.encode(5, operation), LIMITS) == m.Message(5, request)


@given(st.lists(st.tuples(values, st.booleans(), st.none() | st.binary(max_size=9)), max_size=4))
def test_controls_are_read_as_written(controls: list[tuple[str, bool, bytes | None]]) -> None:
    given_ = [
        {"controlType": oid.encode(), "criticality": critical} | ({} if value is None else {"controlValue": value})
        for oid, critical, value in controls
    ]
    read = m.decode(oracle.encode(1, ("abandonRequest", 2), given_), LIMITS)
    assert read.controls == tuple(m.Control(*control) for control in controls)


@given(ids, st.sampled_from(Code), values, values)
def test_results_are_written_as_read(number: int, code: Code, text: str, matched: str) -> None:
    read = oracle.decode(response.result(number, Tag.SEARCH_DONE, code, text, matched=matched))
    assert read["messageID"] == number
    name, body = read["protocolOp"]
    assert name == "searchResDone"
    assert (body["matchedDN"], body["diagnosticMessage"]) == (matched.encode(), text.encode())
    assert body["resultCode"].lower() == code.name.lower().replace("_", "")


@given(ids, values, st.dictionaries(values, st.lists(values, max_size=3), max_size=4))
def test_entries_are_written_as_read(number: int, dn: str, attributes: dict[str, list[str]]) -> None:
    encoded = [response.attribute(name, held) for name, held in attributes.items()]
    read = oracle.decode(response.envelope(number, response.entry(dn, encoded)))
    name, body = read["protocolOp"]
    assert (name, body["objectName"]) == ("searchResEntry", dn.encode())
    found = {one["type"].decode(): [value.decode() for value in one["vals"]] for one in body["attributes"]}
    assert found == attributes


def test_extended_answers_are_written_as_read() -> None:
    name, body = oracle.decode(response.notice(Code.UNAVAILABLE, "bye"))["protocolOp"]
    assert (name, body["responseName"]) == ("extendedResp", response.NOTICE_OF_DISCONNECTION.encode())
    name, body = oracle.decode(response.extended(4, Code.SUCCESS, value=b"u:x"))["protocolOp"]
    assert body["responseValue"] == b"u:x"


def test_every_length_may_have_four_bytes() -> None:
    """.NET and Active Directory clients write them so."""

    def widen(data: bytes) -> bytes:
        wide, at = b"", 0
        while at < len(data):
            tag, start, stop = ber.read(data, at, len(data))
            inner = widen(data[start:stop]) if tag & 0x20 else data[start:stop]
            wide += bytes((tag, 0x84)) + len(inner).to_bytes(4, "big") + inner
            at = stop
        return wide

    pdu = oracle.search(9, f.And((f.Equality("cn", "x"), f.Not(f.Present("o")))))
    assert m.decode(widen(pdu), LIMITS) == m.decode(pdu, LIMITS)


@pytest.mark.parametrize(
    "change",
    [
        lambda pdu: pdu + b"\x00",  # bytes behind
        lambda pdu: ber.encode(0x31, pdu[2:]),  # no SEQUENCE
        lambda pdu: ber.encode(0x30, b"\x02\x01\x00" + pdu[5:]),  # message id 0
        lambda pdu: ber.encode(0x30, b"\x02\x05\x01\x00\x00\x00\x00" + pdu[5:]),  # message id too large
        lambda pdu: ber.encode(0x30, pdu[2:5] + b"\x65" + pdu[6:]),  # a response
        lambda pdu: pdu[:-1],
        lambda pdu: request(0x63, SEARCH, b"\x04\x00"),  # bytes behind the attributes
        lambda pdu: request(0x63, SEARCH.replace(b"\x0a\x01\x02", b"\x0a\x01\x03"), b""),  # no such scope
        lambda pdu: request(0x63, SEARCH.replace(b"\x01\x01\x00", b"\x01\x00"), b""),  # a boolean of no byte
        lambda pdu: ber.encode(0x30, pdu[2:] + b"\xa0\x00\x00"),  # bytes behind the controls
        lambda pdu: ber.encode(0x30, pdu[2:] + b"\xa0\x07\x30\x05\x04\x01a\x05\x00"),  # a control of other parts
        lambda pdu: ber.encode(0x30, pdu[2:] + ber.encode(0xA0, b"\x30\x03\x04\x01a" * (LIMITS.controls + 1))),
    ],
)
def test_a_broken_envelope_is_a_ber_error(change: "object") -> None:
    pdu = oracle.search(1, f.Present("cn"))
    with pytest.raises(ber.BerError):
        m.decode(change(pdu), LIMITS)  # type: ignore[operator] # a lambda of the list above


def test_limits_are_answered_not_punished() -> None:
    pdu = oracle.search(3, f.Present("cn"), attributes=[b"a"] * 300)
    with pytest.raises(m.RequestRefusedError) as caught:
        m.decode(pdu, LIMITS)
    assert (caught.value.message_id, caught.value.code) == (3, Code.UNWILLING_TO_PERFORM)


def test_what_is_beyond_the_limit_of_attributes_is_not_read() -> None:
    """A megabyte of them would hold up everybody else."""
    broken = b"\x04\x00" * (LIMITS.attributes + 1) + b"\xff"
    with pytest.raises(m.RequestRefusedError, match="too many attributes"):
        m.decode(request(0x63, SEARCH.replace(b"\x30\x00", ber.encode(ber.SEQUENCE, broken))), LIMITS)


@pytest.mark.parametrize("choice", [b"\x81\x01x", b"\xa3\x05\x04\x00\x04\x01x"])
def test_an_unknown_way_to_authenticate_is_a_mechanism_nobody_offers(choice: bytes) -> None:
    """SASL without a mechanism is no simple bind."""
    assert m.decode(request(0x60, b"\x02\x01\x03\x04\x00" + choice), LIMITS).request.mechanism == "?"  # type: ignore[union-attr]


def test_searches_are_remembered_by_their_bytes_and_not_without_end() -> None:
    known = m.Decoded()
    pdu = request(0x63, SEARCH)
    assert m.decode(pdu, LIMITS, known) == m.decode(pdu, LIMITS, known) == m.decode(pdu, LIMITS)
    assert len(known) == 1
    known.keep(b"x" * 513, None)  # type: ignore[arg-type] # never looked at
    assert len(known) == 1
    for number in range(5000):
        known.keep(b"%d" % number, None)  # type: ignore[arg-type] # never looked at
        assert len(known) <= 4096
    assert b"4999" in known


@pytest.mark.parametrize("value", [b"", b"\x30\x00", b"\x30\x02\x02\x00", b"\x31\x03\x02\x01\x01"])
def test_a_malformed_cancel_is_refused(value: bytes) -> None:
    with pytest.raises(ber.BerError):
        m.to_cancel(value)
