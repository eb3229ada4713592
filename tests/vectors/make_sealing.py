"""Writes `sealing.json`: messages of `contact-relay/1` that every implementation must read alike.

Run `python -m tests.vectors.make_sealing` from the repository's root only when the protocol changes; the stored file is
the contract. Keys are derived from fixed numbers, the seal's ephemeral keys are random.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol import keys, sealing
from directory_server.protocol.messages import Inner
from relay_cloud.wire import base64url, credential, es256
from relay_cloud.wire.envelope import Request, SenderClass, Status

FILE = Path(__file__).with_name("sealing.json")
TID = UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
OTHER_TID = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
NOW = 1_780_000_000


def private(number: int) -> ec.EllipticCurvePrivateKey:
    """Return a fixed private key."""
    return ec.derive_private_key(number, ec.SECP256R1())


def scalar(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the private number, 32 bytes."""
    return base64url.encode(key.private_numbers().private_value.to_bytes(32, "big"))


RECIPIENT, OTHER, SERVICE = private(0xA11CE), private(0xB0B), private(0x5E41CE)
IDENTITY, REGISTRAR = private(0x1DE47), private(0x4E61)
RESPONSE_KEY = bytes(range(32))
NONCE = bytes(range(100, 132))


def request(sender: SenderClass = SenderClass.TAB, tid: UUID = TID) -> Request:
    """Return the outer part of every example."""
    return Request(
        tid, bytes.fromhex("000102030405060708090a0b0c0d0e0f"), keys.key_id(RECIPIENT.public_key()), 8000, sender, b""
    )


def opening() -> list[dict[str, Any]]:
    """Return requests with what opening them yields."""
    tab = Inner(NOW, "search", {"text": "müller acme", "limit": 20}, RESPONSE_KEY, token="header.payload.signature")
    service = Inner(NOW, "person", {"id": 42}, RESPONSE_KEY, user="00000000-0000-0000-0000-00000000abcd")
    sealed = sealing.seal_request(request(), tab, RECIPIENT.public_key()).encode()
    signed = sealing.seal_request(request(SenderClass.SERVICE), service, RECIPIENT.public_key(), SERVICE).encode()
    foreign = sealing.seal_request(request(SenderClass.SERVICE), service, RECIPIENT.public_key(), OTHER).encode()
    to_other = sealing.seal_request(request(), tab, OTHER.public_key()).encode()

    def case(name: str, message: bytes, result: str, inner: Inner | None = None) -> dict[str, Any]:
        found = {"inner": json.loads(inner.encode())} if inner else {}
        return {"name": name, "message": base64url.encode(message), "result": result, **found}

    def changed(at: int, value: bytes) -> bytes:
        return sealed[:at] + value + sealed[at + len(value) :]

    flip = len(sealed) - 100
    return [
        case("tab request", sealed, "opened", tab),
        case("service request", signed, "opened_signed", service),
        case("service request signed by another key", foreign, "opened_unsigned", service),
        case("sealed to another key", to_other, "cannot_open"),
        case("wrong tenant", changed(1, OTHER_TID.bytes), "cannot_open"),
        case("wrong request id", changed(17, bytes(16)), "cannot_open"),
        case("wrong key id", changed(33, bytes(8)), "cannot_open"),
        case("wrong sender class", changed(45, b"\x02"), "cannot_open"),
        case("deadline is not bound", changed(41, (4000).to_bytes(4, "big")), "opened", tab),
        case("flipped bit in the ciphertext", changed(flip, bytes((sealed[flip] ^ 1,))), "cannot_open"),
        case("flipped bit in the encapsulated key", changed(60, bytes((sealed[60] ^ 1,))), "cannot_open"),
        case("flipped bit in the tag", changed(len(sealed) - 1, bytes((sealed[-1] ^ 128,))), "cannot_open"),
        case("last byte missing", sealed[:-1], "cannot_open"),
        case("cut inside the encapsulated key", sealed[:80], "cannot_open"),
        case("header only", sealed[:46], "malformed"),
        case("cut header", sealed[:30], "malformed"),
        case("empty", b"", "malformed"),
        case("version 2", changed(0, b"\x02"), "malformed"),
        case("unknown sender class", changed(45, b"\x03"), "malformed"),
        case("deadline zero", changed(41, bytes(4)), "malformed"),
        case("deadline above 20 s", changed(41, (20_001).to_bytes(4, "big")), "malformed"),
    ]


def answers(sealed: bytes) -> list[dict[str, Any]]:
    """Return responses to the tab request with what opening them yields."""
    asked = Request(TID, sealed[17:33], sealed[33:41], 8000, SenderClass.TAB, sealed[46:])
    body = {"persons": [], "more": False, "took_ms": 1.5, "sources": [{"name": "Kunden", "age_s": 60}]}
    clock = {"error": "clock", "message": "the sender's clock is wrong", "now": NOW}
    ok = sealing.seal_response(asked, RESPONSE_KEY, Status.OK, body, NONCE).encode()
    late = sealing.seal_response(asked, RESPONSE_KEY, Status.CLOCK, clock, NONCE).encode()

    def case(name: str, message: bytes, result: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "message": base64url.encode(message), "result": result, **more}

    return [
        case("ok", ok, "opened", status=0, body=body),
        case("clock", late, "opened", status=2, body=clock),
        case("status changed", ok[:16] + b"\x01" + ok[17:], "cannot_open"),
        case("request id changed", bytes(16) + ok[16:], "cannot_open"),
        case("nonce changed", ok[:17] + bytes(32) + ok[49:], "cannot_open"),
        case("flipped bit", ok[:200] + bytes((ok[200] ^ 4,)) + ok[201:], "cannot_open"),
        case("last byte missing", ok[:-1], "cannot_open"),
        case("unknown status", ok[:16] + b"\x09" + ok[17:], "malformed"),
        case("header only", ok[:49], "malformed"),
        case("empty", b"", "malformed"),
    ]


def configurations() -> list[dict[str, Any]]:
    """Return published key configurations with whether a client of the tenant trusts them."""

    def document(
        *,
        tid: UUID = TID,
        credential_tid: UUID = TID,
        start: int = NOW - 300,
        life: int = keys.MAX_LIFETIME,
        registrar: Any = REGISTRAR,
        bound: Any = IDENTITY,
        issued: int = NOW - 86_400,
    ) -> dict[str, Any]:
        text = credential.issue(
            registrar, tid=credential_tid, thumbprint=es256.thumbprint(bound.public_key()), epoch=1, now=issued
        )
        return keys.publish(
            tid=tid, sequence=start, not_before=start, expires=start + life, allow_service_end=True, identity=IDENTITY,
            keys=(keys.SealingKey(keys.key_id(RECIPIENT.public_key()), RECIPIENT.public_key()),), credential=text,
        )  # fmt: skip

    good = document()
    tampered = dict(good, config=base64url.encode(base64url.decode(good["config"]).replace(b'"v":1', b'"v":2')))
    unsigned = dict(good, credential=jwt.encode({"tid": str(TID)}, OTHER, algorithm="ES256"))
    return [
        {"name": "good", "document": good, "trusted": True},
        {"name": "changed configuration", "document": tampered, "trusted": False},
        {"name": "another tenant's configuration", "document": document(tid=OTHER_TID), "trusted": False},
        {"name": "another tenant's credential", "document": document(credential_tid=OTHER_TID), "trusted": False},
        {"name": "another registrar", "document": document(registrar=OTHER), "trusted": False},
        {"name": "credential of another identity key", "document": document(bound=OTHER), "trusted": False},
        {"name": "credential lacks claims", "document": unsigned, "trusted": False},
        {"name": "credential expired", "document": document(issued=NOW - 31 * 86_400), "trusted": False},
        {"name": "configuration expired", "document": document(start=NOW - 27 * 3600), "trusted": False},
        {"name": "configuration not valid yet", "document": document(start=NOW + 60), "trusted": False},
        {"name": "configuration lives too long", "document": document(life=27 * 3600), "trusted": False},
        {"name": "empty document", "document": {}, "trusted": False},
    ]


def main() -> None:
    """Write the file."""
    requests = opening()
    content = {
        "about": "contact-relay/1: bytes are base64url; keys are P-256, private numbers as 32 bytes big endian",
        "now": NOW,
        "tid": str(TID),
        "recipient": {"private": scalar(RECIPIENT), "public": base64url.encode(es256.point(RECIPIENT.public_key()))},
        "service": {"private": scalar(SERVICE), "jwk": es256.to_jwk(SERVICE.public_key())},
        "registrar": es256.to_jwk(REGISTRAR.public_key()),
        "fingerprint": es256.thumbprint(IDENTITY.public_key()),
        "response_key": base64url.encode(RESPONSE_KEY),
        "requests": requests,
        "responses": {"to": "tab request", "cases": answers(base64url.decode(requests[0]["message"]))},
        "configurations": configurations(),
    }
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
