"""Batches of frames, and the proof that each poll carries."""

import functools
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud.wire import credential, es256, polling
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import MAX_FRAME
from relay_cloud.wire.handshake import HandshakeFailed

REGISTRAR, KEY, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (5, 6, 7))
TID = UUID(int=3)
NOW = 1_800_000_000
HOST = "relay.test:8480"
URL = f"https://{HOST}/base/v1/poll"


@functools.cache
def held(key: ec.EllipticCurvePrivateKey = KEY, registrar: ec.EllipticCurvePrivateKey = REGISTRAR) -> str:
    return credential.issue(registrar, tid=TID, thumbprint=es256.thumbprint(key.public_key()), epoch=4, now=NOW)


def proved(text: str, proof: str, now: float = NOW, host: str = HOST) -> tuple[credential.Credential, str]:
    return polling.prove(polling.authorization(text), proof, registrar=REGISTRAR.public_key(), host=host, now=now)


def proof(text: str, key: ec.EllipticCurvePrivateKey = KEY, url: str = URL) -> str:
    return polling.proof(key, credential=text, url=url, unique="u1", now=NOW)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=polling.MAX_FRAMES))
def test_a_batch_comes_back(frames: list[bytes]) -> None:
    assert polling.unbatch(polling.batch(frames)) == frames


@given(st.binary(max_size=60))
def test_whatever_comes_is_a_batch_or_malformed(data: bytes) -> None:
    try:
        frames = polling.unbatch(data)
    except Malformed:
        return
    assert polling.batch(frames) == data


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"\0\0\0\1",
        b"\0\0\0\0",
        b"\0\0\0\2a",
        polling.batch([b"a"] * (polling.MAX_FRAMES + 1)),
        polling.batch([bytes(MAX_FRAME + 1)]),
    ],
)
def test_what_is_no_batch(data: bytes) -> None:
    with pytest.raises(Malformed):
        polling.unbatch(data)


def test_so_many_answers_fit_into_a_batch() -> None:
    assert len(polling.batch([bytes(MAX_FRAME)] * polling.MAX_ANSWERS)) <= polling.MAX_BATCH


def test_a_proof_says_whose_poll_it_is() -> None:
    who, unique = proved(held(), proof(held()))
    assert (who.tid, who.epoch, unique) == (TID, 4, "u1")
    assert proved(held(), proof(held()), NOW + polling.WINDOW_S)[1] == "u1"


def changed(**claims: Any) -> str:
    good = jwt.decode(proof(held()), options={"verify_signature": False})
    content = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return jwt.encode(content, KEY, algorithm="ES256", headers={"jwk": es256.to_jwk(KEY.public_key())})


@pytest.mark.parametrize(
    ("text", "dpop", "code"),
    [
        ("", proof(held()), "credential_invalid"),
        (held(registrar=OTHER), proof(held(registrar=OTHER)), "credential_invalid"),
        (held(), "", "proof_invalid"),
        (held(), "a.b.c", "proof_invalid"),
        (held(), held(), "proof_invalid"),
        (held(), proof(held(), OTHER), "proof_invalid"),
        (held(), proof(held(OTHER)), "proof_invalid"),
        (held(), proof(held(), url="https://elsewhere.test/v1/poll"), "proof_invalid"),
        (held(), proof(held(), url=f"https://{HOST}/v1/renew"), "proof_invalid"),
        (held(), proof(held(), url="https://[/v1/poll"), "proof_invalid"),
        (held(), changed(htm="GET"), "proof_invalid"),
        (held(), changed(jti=None), "proof_invalid"),
        (held(), changed(iat=None), "proof_invalid"),
        (held(), changed(iat="now"), "proof_invalid"),
        (held(), changed(iat=NOW - 121), "clock"),
        (held(), changed(iat=NOW + 121), "clock"),
        (held(), proof(held())[:-4] + "AAAA", "proof_invalid"),
        (held(), jwt.encode({}, "", algorithm="none"), "proof_invalid"),
    ],
)
def test_what_proves_nothing(text: str, dpop: str, code: str) -> None:
    with pytest.raises(HandshakeFailed) as failed:
        proved(text, dpop)
    assert failed.value.code == code


def test_an_expired_credential_proves_nothing() -> None:
    with pytest.raises(HandshakeFailed) as failed:
        proved(held(), proof(held()), NOW + credential.LIFETIME)
    assert failed.value.code == "credential_expired"
