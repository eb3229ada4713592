"""Only one whole message with an id as answers have it takes the lane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.envelope import enveloped
from directory_server.fronts.ldap.event import Operation
from directory_server.fronts.ldap.lane import answer, split, whole_way
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import messages
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.fronts.ldap.session import Session
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import sample_book

REQUEST = oracle.search(300, f.Equality("telephoneNumber", "+4930"))


@given(st.integers(1, 2**31 - 1), st.binary(min_size=12, max_size=300), st.sampled_from([0, 1, 2, 4]))
def test_a_whole_message_is_split_however_its_length_is_written(number, body, bytes_of_length):
    inner = ber.encode_integer(number) + body
    length = len(inner)
    if bytes_of_length == 0:
        data = ber.encode(ber.SEQUENCE, inner)
    else:
        length = min(length, 256**bytes_of_length - 1)
        data = bytes((0x30, 0x80 | bytes_of_length)) + length.to_bytes(bytes_of_length, "big") + inner[:length]
    encoded, behind = split(data)
    assert encoded == ber.encode_integer(number)
    assert behind == inner[len(encoded) : length]
    assert enveloped(encoded, [b"x", b"y" * 200]) == messages(number, [b"x", b"y" * 200])


@given(st.binary(max_size=40))
def test_any_bytes_are_split_as_they_are_decoded_or_not_at_all(data):
    found = split(data)
    if found:
        tag, start, stop = ber.read(data, 0, len(data))
        at, end = ber.expect(data, start, stop, ber.INTEGER)
        assert (tag, stop) == (ber.SEQUENCE, len(data))
        assert 0 < ber.integer(data, at, end) < 2**31
        assert found == (data[start:end], data[end:])
        assert found[0] == ber.encode_integer(ber.integer(data, at, end))


@given(st.integers(0, len(REQUEST) - 1), st.integers(1, 255))
def test_a_changed_byte_never_makes_the_lane_see_another_message(at, change):
    changed = bytearray(REQUEST)
    changed[at] ^= change
    found = split(bytes(changed))
    if found:
        try:
            message = m.decode(bytes(changed), Limits())
        except (ber.BerError, m.RequestRefusedError):
            return
        assert message.id == ber.integer(found[0], 2, len(found[0]))


def test_a_base_that_is_no_name_is_answered_the_whole_way():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    message = m.decode(oracle.search(300, f.Equality("telephoneNumber", "+4930"), "no name"), Limits(), m.Decoded())
    operation = Operation(message.id, message.request, message.body)
    operations = whole_way(operation, message.request, tree, Running(1.0), lambda: 0.0)
    assert oracle.decode(messages(300, operations))["protocolOp"][1]["resultCode"] == "invalidDNSyntax"


def test_a_number_under_another_tag_is_the_sessions_to_refuse():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    message = m.decode(REQUEST, Limits(), m.Decoded())
    tree.callers.learn(message.body, message.request)
    assert answer(REQUEST, Session(Limits()), tree)
    changed = REQUEST.replace(b"\x04\x05+4930", b"\x30\x05+4930")
    with pytest.raises(ber.BerError):
        m.decode(changed, Limits())
    assert answer(changed, Session(Limits()), tree) is None


def test_pieces_and_several_messages_are_the_sessions():
    assert split(REQUEST)
    assert split(REQUEST[:-1]) is None
    assert split(REQUEST + REQUEST) is None
    assert split(b"") is None
    for number in (b"\x02\x01\x00", b"\x02\x02\x00\x01", b"\x02\x01\xff", b"\x02\x05\x01\x00\x00\x00\x00", b"\x02\x00"):
        assert split(ber.encode(ber.SEQUENCE, number + b"x" * 20)) is None


def test_an_id_in_use_is_the_sessions_to_refuse():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    message = m.decode(REQUEST, Limits(), m.Decoded())
    session = Session(Limits())
    tree.callers.learn(message.body, message.request)
    for outstanding, taken in ((set(), True), ({299}, True), ({300}, False)):
        session.outstanding = outstanding
        assert (answer(REQUEST, session, tree) is not None) is taken


def test_what_cannot_be_answered_here_is_the_sessions_to_report():
    tree = Tree("dc=contacts", sample_book(), Limits(), can_start_tls=False)
    message = m.decode(REQUEST, Limits(), m.Decoded())
    tree.callers.learn(message.body, message.request)
    tree.book.lookup = None
    assert answer(REQUEST, Session(Limits()), tree) is None
