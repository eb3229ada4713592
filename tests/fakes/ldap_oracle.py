"""An independent LDAP codec: asn1tools over the ASN.1 of RFC 4511, and our filters as its values."""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asn1tools

from directory_server.fronts.ldap import filter as f

MODULE = Path(__file__).parents[1] / "vectors" / "rfc4511.asn1"


@functools.cache
def _compiled() -> Any:
    return asn1tools.compile_files(str(MODULE), "ber")


def encode(message_id: int, operation: tuple[str, Any], controls: list[dict[str, Any]] | None = None) -> bytes:
    message: dict[str, Any] = {"messageID": message_id, "protocolOp": operation}
    if controls is not None:
        message["controls"] = controls
    return bytes(_compiled().encode("LDAPMessage", message))


def decode(data: bytes) -> dict[str, Any]:
    return dict(_compiled().decode("LDAPMessage", data))


def split(data: bytes) -> list[bytes]:
    """Cut a stream of whole messages."""
    found = []
    while data:
        length = _compiled().decode_length(data)
        found.append(data[:length])
        data = data[length:]
    return found


def bind(message_id: int, name: str, password: str, version: int = 3) -> bytes:
    choice = ("simple", password.encode())
    return encode(message_id, ("bindRequest", {"version": version, "name": name.encode(), "authentication": choice}))


def search(
    message_id: int,
    node: f.Filter,
    base: str = "dc=contacts",
    controls: Iterable[tuple[str, bool, bytes]] | None = None,
    **changes: Any,
) -> bytes:
    """Return a search with controls as OID, criticality and value."""
    request = {
        "baseObject": base.encode(),
        "scope": "wholeSubtree",
        "derefAliases": "neverDerefAliases",
        "sizeLimit": 0,
        "timeLimit": 0,
        "typesOnly": False,
        "filter": filter_value(node),
        "attributes": [],
    } | changes
    sent = (
        None
        if controls is None
        else [
            {"controlType": oid.encode(), "criticality": critical, "controlValue": value}
            for oid, critical, value in controls
        ]
    )
    return encode(message_id, ("searchRequest", request), sent)


def extended(message_id: int, oid: str) -> bytes:
    return encode(message_id, ("extendedReq", {"requestName": oid.encode()}))


def octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _assertion(node: Any) -> dict[str, bytes]:
    return {"attributeDesc": octets(node.attribute), "assertionValue": octets(node.value)}


def filter_value(node: f.Filter) -> tuple[str, Any]:
    """Return our filter as an asn1tools value."""
    match node:
        case f.And(parts) | f.Or(parts):
            return "and" if isinstance(node, f.And) else "or", [filter_value(part) for part in parts]
        case f.Not(part):
            return "not", filter_value(part)
        case f.Present(attribute):
            return "present", octets(attribute)
        case f.Substrings(attribute, initial, between, final):
            parts = [("initial", octets(initial))] if initial else []
            parts += [("any", octets(part)) for part in between]
            parts += [("final", octets(final))] if final else []
            return "substrings", {"type": octets(attribute), "substrings": parts}
        case f.Extensible(rule, attribute, value, dn):
            assertion: dict[str, Any] = {"matchValue": octets(value), "dnAttributes": dn}
            assertion |= {"matchingRule": octets(rule)} if rule else {}
            assertion |= {"type": octets(attribute)} if attribute else {}
            return "extensibleMatch", assertion
    names = {
        f.Equality: "equalityMatch",
        f.GreaterOrEqual: "greaterOrEqual",
        f.LessOrEqual: "lessOrEqual",
        f.Approximate: "approxMatch",
    }
    return names[type(node)], _assertion(node)
