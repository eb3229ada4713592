import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from relay_cloud.wire import base64url, es256, handshake
from relay_cloud.wire.handshake import Challenge, HandshakeFailed, Terms

VECTOR: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "wire.json").read_text())["handshake"]
REGISTRAR = es256.from_jwk(VECTOR["registrar"])
ASKED = Challenge(base64url.decode(VECTOR["relay_nonce"]), VECTOR["instance"], VECTOR["now"])


def hello(**changed: Any) -> handshake.Hello:
    return handshake.read_hello({**VECTOR["hello"], **changed}, REGISTRAR, VECTOR["now"])


def test_hello_of_the_vectors() -> None:
    read = hello()
    assert (str(read.credential.tid), read.credential.epoch) == (VECTOR["tid"], VECTOR["epoch"])
    assert base64url.encode(read.nonce) == VECTOR["directory_nonce"]
    assert read.digest == hashlib.sha256(VECTOR["hello"]["credential"].encode()).digest()
    transcript = handshake.transcript(ASKED, read.nonce, VECTOR["host"], read.digest)
    assert base64url.encode(transcript) == VECTOR["transcript"]


@pytest.mark.parametrize("case", VECTOR["proofs"], ids=lambda case: case["name"])
def test_proofs_of_the_vectors(case: dict[str, Any]) -> None:
    result = "ok"
    try:
        handshake.check_proof(case["content"], hello(), ASKED, VECTOR["host"])
    except HandshakeFailed as failure:
        result = failure.code
    assert result == case["result"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"v": 2}, "version"),
        ({"v": None}, "version"),
        ({"credential": None}, "credential_invalid"),
        ({"credential": "x" * 5000}, "credential_invalid"),
        ({"credential": VECTOR["hello"]["credential"][:-4] + "AAAA"}, "credential_invalid"),
        ({"nonce": "AA"}, "malformed"),
        ({"nonce": "!"}, "malformed"),
        ({"nonce": 7}, "malformed"),
        ({"ik": {}}, "malformed"),
        ({"ik": "key"}, "malformed"),
        ({"ik": VECTOR["registrar"]}, "key_foreign"),
    ],
)
def test_other_hellos_are_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(HandshakeFailed) as failure:
        hello(**changed)
    assert failure.value.code == code


@pytest.mark.parametrize("host", [None, 7, "\ud800", "relay.test\udfff", "x" * 256])
def test_a_proof_for_what_is_no_host_name_is_refused(host: Any) -> None:
    proof = {**VECTOR["proofs"][0]["content"], "host": host}
    with pytest.raises(HandshakeFailed):
        handshake.check_proof(proof, hello(), ASKED, VECTOR["host"])


def test_an_old_credential_is_refused() -> None:
    with pytest.raises(HandshakeFailed) as failure:
        handshake.read_hello(VECTOR["hello"], REGISTRAR, VECTOR["now"] + 31 * 86400)
    assert failure.value.code == "credential_expired"


@pytest.mark.parametrize(
    "content", [{}, {"instance": "", "time": 1}, {"instance": "i", "time": "x"}, {"instance": "i" * 300}]
)
def test_other_challenges_are_refused(content: dict[str, Any]) -> None:
    with pytest.raises(HandshakeFailed):
        handshake.read_challenge(content)


def test_terms() -> None:
    terms = Terms(5, 6, 7)
    assert handshake.read_welcome(handshake.welcome(terms).content) == terms
    for content in ({}, {"ping": 0, "max_inflight": 1, "max_lifetime": 1}):
        with pytest.raises(HandshakeFailed):
            handshake.read_welcome(content)


def test_no_two_transcripts_coincide() -> None:
    """The lengths keep the border between instance and host."""
    one = handshake.transcript(Challenge(bytes(32), "ab", 0), bytes(32), "c", b"")
    other = handshake.transcript(Challenge(bytes(32), "a", 0), bytes(32), "bc", b"")
    assert one != other
