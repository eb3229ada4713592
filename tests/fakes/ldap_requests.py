"""Requests as bytes, each in the one way that our own codec writes BER: the inverse of decoding, and samples of all."""

from directory_server.fronts.ldap import ber, control, filter_text
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.control import ListView, SortKey
from directory_server.fronts.ldap.response import Tag
from directory_server.fronts.ldap.session import CANCEL, STARTTLS, WHO_AM_I
from tests.fakes import ldap_controls, ldap_vectors

_WRITES = {Tag.MODIFY: 0x66, Tag.ADD: 0x68, Tag.DELETE: 0x4A, Tag.MODIFY_DN: 0x6C}
_ASSERTIONS = {f.Equality: 0xA3, f.GreaterOrEqual: 0xA5, f.LessOrEqual: 0xA6, f.Approximate: 0xA8}


def request(message_id: int, operation: m.Request, controls: tuple[m.Control, ...] = ()) -> bytes:
    """Return a whole LDAPMessage."""
    held = ber.encode_integer(message_id) + _operation(operation)
    if controls:
        held += ber.encode(0xA0, b"".join(map(_control, controls)))
    return ber.encode(ber.SEQUENCE, held)


def _control(one: m.Control) -> bytes:
    held = ber.encode_text(one.oid) + (ber.encode_boolean(value=True) if one.critical else b"")
    held += b"" if one.value is None else ber.encode(ber.OCTET_STRING, one.value)
    return ber.encode(ber.SEQUENCE, held)


def _operation(one: m.Request) -> bytes:  # noqa: PLR0911 - one return for each kind
    match one:
        case m.BindRequest(version, name, "", password):
            return ber.encode(0x60, ber.encode_integer(version) + ber.encode_text(name) + ber.encode(0x80, password))
        case m.BindRequest(version, name, mechanism, password):
            sasl = ber.encode_text(mechanism) + ber.encode(ber.OCTET_STRING, password)
            return ber.encode(0x60, ber.encode_integer(version) + ber.encode_text(name) + ber.encode(0xA3, sasl))
        case m.SearchRequest():
            return ber.encode(0x63, _search(one))
        case m.CompareRequest(name, attribute, value):
            assertion = ber.encode(ber.SEQUENCE, ber.encode_text(attribute) + ber.encode_text(value))
            return ber.encode(0x6E, ber.encode_text(name) + assertion)
        case m.ExtendedRequest(oid, value):
            return ber.encode(0x77, ber.encode_text(oid, 0x80) + (ber.encode(0x81, value) if value else b""))
        case m.AbandonRequest(number):
            return ber.encode_integer(number, 0x50)
        case m.UnbindRequest():
            return ber.encode(0x42, b"")
        case m.WriteRequest(response):
            return ber.encode(_WRITES[response], b"")


def _search(one: m.SearchRequest) -> bytes:
    return b"".join(
        (
            ber.encode_text(one.base),
            ber.encode_integer(one.scope, ber.ENUMERATED),
            ber.encode_integer(0, ber.ENUMERATED),
            ber.encode_integer(one.size_limit),
            ber.encode_integer(one.time_limit),
            ber.encode_boolean(one.types_only),
            filter_bytes(one.filter),
            ber.encode(ber.SEQUENCE, b"".join(map(ber.encode_text, one.attributes))),
        )
    )


def filter_bytes(node: f.Filter) -> bytes:
    """Return a filter as BER."""
    match node:
        case f.And(parts) | f.Or(parts):
            return ber.encode(0xA0 if isinstance(node, f.And) else 0xA1, b"".join(map(filter_bytes, parts)))
        case f.Not(part):
            return ber.encode(0xA2, filter_bytes(part))
        case f.Present(attribute):
            return ber.encode_text(attribute, 0x87)
        case f.Substrings(attribute, initial, between, final):
            held = ber.encode_text(initial, 0x80) if initial else b""
            held += b"".join(ber.encode_text(part, 0x81) for part in between)
            held += ber.encode_text(final, 0x82) if final else b""
            return ber.encode(0xA4, ber.encode_text(attribute) + ber.encode(ber.SEQUENCE, held))
        case f.Extensible(rule, attribute, value, dn):
            held = ber.encode_text(rule, 0x81) if rule else b""
            held += ber.encode_text(attribute, 0x82) if attribute else b""
            held += ber.encode_text(value, 0x83) + (ber.encode_boolean(value=True, tag=0x84) if dn else b"")
            return ber.encode(0xA9, held)
    return ber.encode(_ASSERTIONS[type(node)], ber.encode_text(node.attribute) + ber.encode_text(node.value))


def search(message_id: int, text: str, *, base: str = "dc=contacts", controls: tuple[m.Control, ...] = ()) -> bytes:
    """Return a search for the filter that `text` is, for three attributes of the whole tree."""
    asked = ("displayName", "telephoneNumber", "cn")
    node = filter_text.parse(text)
    return request(message_id, m.SearchRequest(base, m.Scope.SUB, 20, 5, False, node, asked), controls)


def filters() -> list[str]:
    """Return the filters that real clients send, as text."""
    return [text for text, _expectation in ldap_vectors.rows()]


def controls() -> list[m.Control]:
    """Return each control in each of its forms."""
    keys = SortKey("sn"), SortKey("telephoneNumber", rule="2.5.13.3", reverse=True)
    values = {
        control.PAGED: [ldap_controls.paged(2, b""), ldap_controls.paged(0, b"cookie")],
        control.SORT: [ldap_controls.sort(keys[0]), ldap_controls.sort(*keys)],
        control.LIST_VIEW: [
            ldap_controls.list_view(ListView(0, 2, 1, 3)),
            ldap_controls.list_view(ListView(1, 1, value="gro"), context=b"before"),
        ],
    }
    return [m.Control(oid, critical, one) for oid, held in values.items() for one in held for critical in (True, False)]


def others() -> list[bytes]:
    """Return one request of each kind that is no search."""
    kinds: list[m.Request] = [
        m.BindRequest(3, "cn=sbc,ou=clients,dc=contacts", "", b"secret"),
        m.BindRequest(2, "", "", b""),
        m.BindRequest(3, "", "PLAIN", b"\0sbc\0secret"),
        m.BindRequest(3, "", "GSSAPI", b"token"),
        m.CompareRequest("uid=1,ou=contacts,dc=contacts", "telephoneNumber", "+4930123456789"),
        m.ExtendedRequest(STARTTLS),
        m.ExtendedRequest(WHO_AM_I),
        m.ExtendedRequest(CANCEL, ber.encode(ber.SEQUENCE, ber.encode_integer(1))),
        m.AbandonRequest(1),
        m.UnbindRequest(),
        *map(m.WriteRequest, _WRITES),
    ]
    return [request(number, one) for number, one in enumerate(kinds, 2)]
