"""Writes `wire.json`: frames and a handshake of `contact-relay/1` that every implementation must read alike.

Run `python -m tests.vectors.make_wire` from the repository's root only when the protocol changes.
"""

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import base64url, credential, es256, frame, handshake
from relay_cloud.wire.frame import Ack, Drain, Keys, Probe, Probed, RefusalCode, Refused, RequestFrame, ResponseFrame

FILE = Path(__file__).with_name("wire.json")
TID = UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
NOW = 1_780_000_000
HOST, INSTANCE = "relay.example.test", "a1b2c3d4e5f60718"


def private(number: int) -> ec.EllipticCurvePrivateKey:
    """Return a fixed private key."""
    return ec.derive_private_key(number, ec.SECP256R1())


IDENTITY, REGISTRAR, OTHER = private(0x1DE47), private(0x4E61), private(0xB0B)
RELAY_NONCE, DIRECTORY_NONCE = bytes(range(32)), bytes(range(32, 64))


def frames() -> list[dict[str, Any]]:
    """Return frames with what reading them yields."""
    rid = bytes(range(16))
    outer = b"\x01" + TID.bytes + rid + bytes(8) + (8000).to_bytes(4, "big") + b"\x01" + bytes(100)

    def good(name: str, value: frame.Frame, **fields: Any) -> dict[str, Any]:
        return {"name": name, "bytes": base64url.encode(value.encode()), "kind": type(value).__name__, **fields}

    def bad(name: str, data: bytes) -> dict[str, Any]:
        return {"name": name, "bytes": base64url.encode(data), "kind": "malformed"}

    return [
        good("request", RequestFrame(outer), message=base64url.encode(outer)),
        good("response", ResponseFrame(rid + bytes(60)), rid=base64url.encode(rid)),
        good("refused", Refused(rid, RefusalCode.UNKNOWN_KEY), rid=base64url.encode(rid), code=3),
        good("ack", Ack(rid), rid=base64url.encode(rid)),
        good("keys", Keys({"config": "e30"}), document={"config": "e30"}),
        good("drain", Drain(60), seconds=60),
        good("request again", RequestFrame(outer, again=True), message=base64url.encode(outer), again=True),
        good("probe", Probe(outer), message=base64url.encode(outer)),
        good("probed", Probed(rid, answered=True), rid=base64url.encode(rid), answered=True),
        bad("empty", b""),
        bad("kind only", b"\x10"),
        bad("unknown kind", b"\x63abc"),
        bad("request without content", b"\x10" + outer[:46]),
        bad("response too short", b"\x11" + bytes(49)),
        bad("refused with an unknown code", b"\x12" + rid + b"\x63"),
        bad("refused too long", b"\x12" + rid + b"\x01\x01"),
        bad("ack too short", b"\x14" + rid[:15]),
        bad("keys that are no JSON", b"\x13{"),
        bad("keys that are no object", b"\x13[]"),
        bad("drain of three bytes", b"\x15\0\0\0"),
        bad("request again without content", b"\x18" + outer[:46]),
        bad("probe without content", b"\x16" + outer[:46]),
        bad("probed too short", b"\x17" + rid),
    ]


def main() -> None:
    """Write the file."""
    text = credential.issue(
        REGISTRAR, tid=TID, thumbprint=es256.thumbprint(IDENTITY.public_key()), epoch=3, now=NOW - 60
    )
    asked = handshake.Challenge(RELAY_NONCE, INSTANCE, NOW)
    proof = handshake.prove(asked, nonce=DIRECTORY_NONCE, host=HOST, credential=text, identity=IDENTITY)
    forged = handshake.prove(asked, nonce=DIRECTORY_NONCE, host=HOST, credential=text, identity=OTHER)
    elsewhere = handshake.prove(asked, nonce=DIRECTORY_NONCE, host="evil.test", credential=text, identity=IDENTITY)
    digest = hashlib.sha256(text.encode()).digest()
    content = {
        "about": "contact-relay/1: bytes are base64url",
        "frames": frames(),
        "handshake": {
            "now": NOW,
            "host": HOST,
            "instance": INSTANCE,
            "tid": str(TID),
            "epoch": 3,
            "registrar": es256.to_jwk(REGISTRAR.public_key()),
            "relay_nonce": base64url.encode(RELAY_NONCE),
            "directory_nonce": base64url.encode(DIRECTORY_NONCE),
            "transcript": base64url.encode(handshake.transcript(asked, DIRECTORY_NONCE, HOST, digest)),
            "hello": dict(handshake.greet(text, IDENTITY.public_key(), DIRECTORY_NONCE).content),
            "challenge": dict(handshake.challenge(INSTANCE, RELAY_NONCE, NOW).content),
            "proofs": [
                {"name": "good", "content": dict(proof.content), "result": "ok"},
                {"name": "signed by another key", "content": dict(forged.content), "result": "proof_invalid"},
                {"name": "for another host", "content": dict(elsewhere.content), "result": "host_mismatch"},
                {
                    "name": "other host claimed",
                    "content": {**elsewhere.content, "host": HOST},
                    "result": "proof_invalid",
                },
                {"name": "no signature", "content": {"host": HOST}, "result": "malformed"},
            ],
        },
    }
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
