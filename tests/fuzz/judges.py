"""Judges of the parsers: only the errors they name, and what they accept can be written and read again."""

import contextlib
import json
import re

from directory_server.fronts.ldap import ber, control, dn, filter_text
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.telephony import anynode, asked_text, basic, landis
from tests.fakes import ldap_controls
from tests.fakes import ldap_requests as written
from tests.fuzz.exploring import Judge
from tests.fuzz.mutation import Node, parsed

LIMITS = Limits()
_PLAIN = re.compile(r"[A-Za-z0-9.;-]*")
_PREFIXES = 12
_LONGEST_NUMBER = 128
_LONGEST_TEXT = 16 * 1024


def values(data: bytes) -> None:
    """Check that a header says the same however much of what follows has arrived, and that numbers come back."""
    with contextlib.suppress(ber.BerError):
        tag, start, stop = ber.read(data, 0, len(data))
        assert 0 < start <= stop <= len(data)
        assert tag & 0x1F != 0x1F  # of more than one byte
    with contextlib.suppress(ber.BerError):
        whole = ber.header(data, 0, len(data))
        for end in range(min(len(data), _PREFIXES)):
            assert ber.header(data[:end], 0, end) in {None, whole}
        tag, start, stop = ber.read(data, 0, len(data))
        assert (tag, start, stop) == whole
        assert ber.read(written_again := ber.encode(tag, data[start:stop]), 0, len(written_again))[0] == tag
        assert ber.encode_text(ber.text(data, start, stop), tag) == written_again
        number = ber.integer(data, start, stop)
        assert 1 <= stop - start <= 8
        encoded = ber.encode_integer(number)
        assert ber.integer(encoded, 2, len(encoded)) == number


def message(data: bytes) -> None:
    """Check that what is accepted is read from the bytes we would write, and from memory, as the same."""
    try:
        found = m.decode(data, LIMITS)
    except (ber.BerError, m.RequestRefusedError):
        return
    finally:
        with contextlib.suppress(ber.BerError):
            m.to_cancel(data)
    assert m.decode(written.request(found.id, found.request, found.controls), LIMITS) == found
    remembered = m.Decoded()
    for _ in range(2):
        assert m.decode(data, LIMITS, remembered) == found
    assert len(remembered) <= 1
    with contextlib.suppress(control.ControlError):
        control.read(found.controls)


def filters(data: bytes) -> None:
    """Check that a filter comes back from its bytes, and from its text where its names can stand in one."""
    try:
        node, stop = f.decode(data, 0, len(data), LIMITS)
    except (ber.BerError, f.FilterTooLargeError):
        return
    assert stop <= len(data)
    assert _is_sound(node)
    again = written.filter_bytes(node)
    assert f.decode(again, 0, len(again), LIMITS) == (node, len(again))
    assert _bare(parsed(data[:stop])) == _bare(parsed(again)), "something was passed over"
    if all(_PLAIN.fullmatch(name) and name for name in _names(node)):
        assert filter_text.parse(filter_text.write(node)) == node


def _bare(nodes: list[Node] | bytes | None) -> object:
    """Return a tree without what may be written in several ways: extensible matches, whose flag may be left out."""
    if not isinstance(nodes, list):
        return nodes
    return [(tag, None if tag == f.EXTENSIBLE else _bare(held)) for tag, held in nodes]


def _is_sound(node: f.Filter) -> bool:
    """Whether no substring is empty (RFC 4511 §4.5.1.7.2)."""
    if isinstance(node, f.And | f.Or):
        return all(map(_is_sound, node.parts))
    if isinstance(node, f.Not):
        return _is_sound(node.part)
    return not isinstance(node, f.Substrings) or (all(node.any) and bool(node.initial or node.any or node.final))


def _names(node: f.Filter) -> list[str]:
    if isinstance(node, f.And | f.Or):
        return [name for part in node.parts for name in _names(part)]
    if isinstance(node, f.Not):
        return _names(node.part)
    # `:dn` and a rule of that name are told apart by case-insensitive text, so a rule "dn" has no text of its own
    if isinstance(node, f.Extensible):
        return ["" if node.rule.lower() == "dn" else node.rule or "x", node.attribute or "x"]
    return [node.attribute]


def controls(data: bytes) -> None:
    """Check that the value of each control is refused by its error or comes back."""
    for oid in control.OIDS:
        with contextlib.suppress(control.ControlError):
            found = control.read([m.Control(oid, critical=True, value=data)])
            value = b""
            view = found.list_view
            assert view is None or min(view.before, view.after, view.offset, view.count) >= 0
            assert found.paged is None or found.paged.size >= 0
            if found.paged:
                value = ldap_controls.paged(found.paged.size, found.paged.cookie)
            elif view:
                value = ldap_controls.list_view(view)
            else:
                value = ldap_controls.sort(*found.sort)
            assert control.read([m.Control(oid, critical=True, value=value)]) == found


def names(data: bytes) -> None:
    """Check that a distinguished name comes back from its comparable form."""
    text = data.decode("utf-8", "surrogateescape")
    with contextlib.suppress(dn.DnSyntaxError):
        found = dn.parse(text)
        again = ",".join("+".join(f"{name}={dn.escape(value)}" for name, value in rdn) for rdn in found)
        assert dn.parse(again) == found
        assert not found or dn.first_value(text) is not None
        assert dn.below(found, found)
        assert dn.common(found, found) == len(found)


def texts(data: bytes) -> None:
    """Check that a filter as text comes back, and that an error lies within the text."""
    wrong, text = -1, data[:_LONGEST_TEXT].decode("utf-8", "surrogateescape")  # never from a client
    try:
        node = filter_text.parse(text)
    except f.FilterTooLargeError:
        return
    except filter_text.FilterSyntaxError as error:
        wrong = error.offset
    if wrong >= 0:
        assert wrong <= len(text)
    elif all(_PLAIN.fullmatch(name) and name for name in _names(node)):
        assert filter_text.parse(filter_text.write(node)) == node


def lookups(data: bytes) -> None:
    """Check what telephone systems send over HTTP: anynode's call always goes on, all else is read or refused."""
    call = anynode.read(data)
    for name in ("", "Erika"):
        answer = json.loads(call.answer(name))
        assert answer["routeContinue"] is True
    with contextlib.suppress(landis.NotASearch):
        search = landis.read(data)
        assert search.results >= 1
        assert len(search.queries()) <= landis.MOST_QUERIES
    text = data.decode("latin-1")
    login = basic.read(text)
    assert login is None or (login.name and login.password)
    assert len(asked_text.in_query(text, _LONGEST_NUMBER)) <= _LONGEST_NUMBER


def parsers() -> dict[str, tuple[Judge, list[bytes]]]:
    """Return each judge by its name, and what its mutation begins with."""
    asked, asked_controls = written.filters(), written.controls()
    binary = [written.filter_bytes(filter_text.parse(text)) for text in asked]
    searches = [written.search(number, text) for number, text in enumerate(asked, 1)]
    searches += [written.search(7, "(sn=g*)", controls=(one,)) for one in asked_controls]
    return {
        "values": (values, [*binary[:9], *_LONG_FORMS, b"\x02\x01\x05", b"\x02\x04\x7f\xff\xff\xff", b"\x01\x01\xff"]),
        "message": (message, [*searches, *written.others()]),
        "filters": (filters, binary),
        "controls": (controls, [one.value for one in asked_controls if one.value]),
        "names": (names, _NAMES),
        "texts": (texts, [text.encode("utf-8", "surrogateescape") for text in asked]),
        "lookups": (lookups, _BODIES),
    }


_LONG_FORMS = [b"\x04\x81\x02ab", b"\x30\x84\x00\x00\x00\x03\x02\x01\x05", b"\x02\x82\x00\x01\x7f", b"\x02\x00"]
_NAMES = [
    text.encode()
    for text in (
        *("dc=contacts", "cn=sbc,ou=clients,dc=contacts", "uid=12,ou=Vertrieb Süd,dc=contacts", "ou=a\\2Cb\\20,o=x"),
        *('CN="Smith, John" ; 2.5.4.10=Acme+l=Köln', "cn=#04024869", " cn = a  b ,dc=c", "cn=\\ a\\ ,cn=\\#b,o=", ""),
    )
]
_BODIES = [
    b'{"sourceAddress":{"dialString":"+49891234","displayName":"x"},"destinationAddress":{"dialString":"+4930"}}',
    b'\xef\xbb\xbf{"sourceAddress":{"dialString":"089 1234","extra":[1,{"a":null}]}}',
    b'{"searchTerm":"erika","departments":["Vertrieb","Einkauf"],"mail":"a@b","maxContactSearchResults":"20"}',
    b"Basic c2JjOnNlY3JldA==",
    b" 4989 1234567",
    b"tel:%2B49891234",
]
