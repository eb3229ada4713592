"""Writes `sealing.json`: messages of `contact-relay/1` that every implementation must read alike.

Run `python -m tests.vectors.make_sealing` from the repository's root only when the protocol changes; the stored file is
the contract. Keys are derived from fixed numbers, the seal's ephemeral keys are random. What the tab sealed is in
`tab.json`, written by `npm run vectors` in `teams_app/tab`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol import kem, keys, sealing
from directory_server.protocol.messages import Inner
from directory_server.protocol.version import KEYS_LABEL
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
SEED = bytes(range(32, 64))
HYBRID, OTHER_HYBRID = kem.xwing_private_key(SEED), kem.xwing_private_key(bytes(32))
RESPONSE_KEY = bytes(range(32))
NONCE = bytes(range(100, 132))


def request(key: Any, sender: SenderClass = SenderClass.TAB) -> Request:
    """Return the outer part of every example."""
    return Request(TID, bytes(range(16)), keys.key_id(key.public_key()), 8000, sender, b"")


def opening(key: Any, other: Any, prefix: str = "") -> list[dict[str, Any]]:
    """Return requests to a key with what opening them yields."""
    tab = Inner(NOW, "search", {"text": "müller acme", "limit": 20}, RESPONSE_KEY, token="header.payload.signature")
    service = Inner(NOW, "person", {"id": 42}, RESPONSE_KEY, user="00000000-0000-0000-0000-00000000abcd")
    sealed = sealing.seal_request(request(key), tab, key.public_key()).encode()
    by_service = request(key, SenderClass.SERVICE)
    signed = sealing.seal_request(by_service, service, key.public_key(), SERVICE).encode()
    foreign = sealing.seal_request(by_service, service, key.public_key(), OTHER).encode()
    to_other = sealing.seal_request(request(key), tab, other.public_key()).encode()
    by = kem.kem_of(key)

    def case(name: str, message: bytes, result: str, inner: Inner | None = None) -> dict[str, Any]:
        found = {"inner": json.loads(inner.encode())} if inner else {}
        return {"name": prefix + name, "kem": by.name, "message": base64url.encode(message), "result": result, **found}

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
        case("cut inside the encapsulated key", sealed[: 46 + by.encapsulated_size - 10], "cannot_open"),
        case("header only", sealed[:46], "malformed"),
        case("cut header", sealed[:30], "malformed"),
        case("empty", b"", "malformed"),
        case("version 2", changed(0, b"\x02"), "malformed"),
        case("unknown sender class", changed(45, b"\x03"), "malformed"),
        case("deadline zero", changed(41, bytes(4)), "malformed"),
        case("deadline above 20 s", changed(41, (20_001).to_bytes(4, "big")), "malformed"),
    ]


def answers(asking: dict[str, Any], by: kem.Kem) -> dict[str, Any]:
    """Return responses to a tab's request with what opening them yields."""
    sealed = base64url.decode(asking["message"])
    asked = Request(TID, sealed[17:33], sealed[33:41], 8000, SenderClass.TAB, sealed[46:])
    body = {"persons": [], "more": False, "took_ms": 1.5, "sources": [{"name": "Kunden", "age_s": 60}]}
    clock = {"error": "clock", "message": "the sender's clock is wrong", "now": NOW}
    ok = sealing.seal_response(asked, RESPONSE_KEY, Status.OK, body, NONCE, by=by).encode()
    late = sealing.seal_response(asked, RESPONSE_KEY, Status.CLOCK, clock, NONCE, by=by).encode()

    def case(name: str, message: bytes, result: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "message": base64url.encode(message), "result": result, **more}

    cases = [
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
    return {"to": asking["name"], "kem": by.name, "cases": cases}


def configurations() -> dict[str, Any]:
    """Return key configurations with whether a client trusts them and the key it seals to, and successions."""

    def document(
        *,
        identity: Any = IDENTITY,
        keyed: tuple[Any, ...] = (RECIPIENT,),
        epoch: int = 1,
        tid: UUID = TID,
        credential_tid: UUID = TID,
        start: int = NOW - 300,
        life: int = keys.MAX_LIFETIME,
        registrar: Any = REGISTRAR,
        bound: Any = None,
        issued: int = NOW - 86_400,
    ) -> dict[str, Any]:
        thumbprint = es256.thumbprint((bound or identity).public_key())
        text = credential.issue(registrar, tid=credential_tid, thumbprint=thumbprint, epoch=epoch, now=issued)
        published = tuple(keys.SealingKey(keys.key_id(key.public_key()), key.public_key()) for key in keyed)
        return keys.publish(
            tid=tid, sequence=start, not_before=start, expires=start + life, allow_service_end=True, identity=identity,
            keys=published, credential=text,
        )  # fmt: skip

    def altered(document: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Return the document with its configuration changed and signed again."""
        config = json.loads(base64url.decode(document["config"]))
        change(config)
        content = json.dumps(config).encode()
        signature = es256.sign(IDENTITY, KEYS_LABEL + content)
        return dict(document, config=base64url.encode(content), sig=base64url.encode(signature))

    def case(name: str, document: dict[str, Any], seals_to: Any = None) -> dict[str, Any]:
        best = {"seals_to": base64url.encode(keys.key_id(seals_to.public_key()))} if seals_to else {}
        return {"name": name, "document": document, "trusted": seals_to is not None, **best}

    good, both = document(), document(keyed=(RECIPIENT, HYBRID))
    tampered = dict(good, config=base64url.encode(base64url.decode(good["config"]).replace(b'"v":1', b'"v":2')))
    unsigned = dict(good, credential=jwt.encode({"tid": str(TID)}, OTHER, algorithm="ES256"))
    unknown = {"kid": "AAAAAAAAAAA", "kem": "unheard-of"}
    cases = [
        case("good", good, RECIPIENT),
        case("X-Wing beside P-256", both, HYBRID),
        case("X-Wing alone", document(keyed=(HYBRID,)), HYBRID),
        case("an unknown KEM is skipped", altered(both, lambda config: config["keys"].insert(0, unknown)), HYBRID),
        case("only an unknown KEM", altered(good, lambda config: config.update(keys=[unknown]))),
        case("no key", altered(good, lambda config: config.update(keys=[]))),
        case("another's id for X-Wing", altered(both, lambda config: config["keys"][1].update(kid="AAAAAAAAAAA"))),
        case("half an X-Wing key", altered(both, lambda config: config["keys"][1].update(pk="A" * 400))),
        case("changed configuration", tampered),
        case("signed by another key", dict(good, sig=document(identity=OTHER)["sig"])),
        case("another tenant's configuration", document(tid=OTHER_TID)),
        case("another tenant's credential", document(credential_tid=OTHER_TID)),
        case("another registrar", document(registrar=OTHER)),
        case("credential of another identity key", document(bound=OTHER)),
        case("credential lacks claims", unsigned),
        case("credential expired", document(issued=NOW - 31 * 86_400)),
        case("configuration expired", document(start=NOW - 27 * 3600)),
        case("configuration not valid yet", document(start=NOW + 60)),
        case("configuration lives too long", document(life=27 * 3600)),
        case("empty document", {}),
    ]
    newer, older = document(start=NOW - 10), document(start=NOW - 600)
    successions = [
        {"name": name, "known": good, "seen": seen, "verdict": verdict}
        for name, seen, verdict in (
            ("the same again", good, "same"),
            ("the sequence grows", newer, "same"),
            ("the sequence goes back", older, "outdated"),
            ("registered anew", document(identity=OTHER, epoch=2), "renewed"),
            ("registered anew, the sequence is the new directory's own",
             document(identity=OTHER, epoch=2, start=NOW - 600), "renewed"),
            ("another identity key without a higher epoch", document(identity=OTHER), "changed"),
            ("another identity key of a lower epoch", document(identity=OTHER, epoch=0), "changed"),
        )
    ]  # fmt: skip
    return {"configurations": cases, "successions": successions}


def main() -> None:
    """Write the file."""
    requests = opening(RECIPIENT, OTHER) + opening(HYBRID, OTHER_HYBRID, "X-Wing: ")
    asking = [case for case in requests if case["name"].endswith("tab request")]
    content = {
        "about": "contact-relay/1: bytes are base64url; private numbers of P-256 are 32 bytes big endian",
        "now": NOW,
        "tid": str(TID),
        "recipient": {"private": scalar(RECIPIENT), "public": base64url.encode(es256.point(RECIPIENT.public_key()))},
        "hybrid": {"seed": base64url.encode(SEED), "public": base64url.encode(HYBRID.public_key().raw)},
        "service": {"private": scalar(SERVICE), "jwk": es256.to_jwk(SERVICE.public_key())},
        "registrar": es256.to_jwk(REGISTRAR.public_key()),
        "fingerprint": es256.thumbprint(IDENTITY.public_key()),
        "response_key": base64url.encode(RESPONSE_KEY),
        "requests": requests,
        "responses": [answers(case, by) for case, by in zip(asking, (kem.P256, kem.XWING), strict=True)],
        **configurations(),
    }
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
