import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from directory_server.protocol import keys, padding, sealing
from directory_server.protocol.messages import BadMessage, Inner
from relay_cloud.wire import base64url
from relay_cloud.wire.envelope import Malformed, Request, SenderClass, Status, decode_request, decode_response

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "sealing.json").read_text())
BY_NAME = {case["name"]: case for case in VECTORS["requests"]}


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(base64url.decode(text), "big"), ec.SECP256R1())


RECIPIENT = private(VECTORS["recipient"]["private"])
SERVICE = keys.from_jwk(VECTORS["service"]["jwk"])
RESPONSE_KEY = base64url.decode(VECTORS["response_key"])


def result_of(message: bytes) -> tuple[str, dict[str, Any] | None]:
    try:
        opened = sealing.open_request(decode_request(message), RECIPIENT, SERVICE)
    except Malformed:
        return "malformed", None
    except sealing.CannotOpen:
        return "cannot_open", None
    service = opened.request.sender is SenderClass.SERVICE
    suffix = ("_signed" if opened.signed else "_unsigned") if service else ""
    return "opened" + suffix, json.loads(opened.inner.encode())


@pytest.mark.parametrize("case", VECTORS["requests"], ids=lambda case: case["name"])
def test_requests_of_the_vectors(case: dict[str, Any]) -> None:
    assert result_of(base64url.decode(case["message"])) == (case["result"], case.get("inner"))


@pytest.mark.parametrize("case", VECTORS["responses"]["cases"], ids=lambda case: case["name"])
def test_responses_of_the_vectors(case: dict[str, Any]) -> None:
    asked = decode_request(base64url.decode(BY_NAME[VECTORS["responses"]["to"]]["message"]))
    try:
        response = decode_response(base64url.decode(case["message"]))
        result, body = "opened", sealing.open_response(asked, RESPONSE_KEY, response)
    except Malformed:
        result = "malformed"
    except sealing.CannotOpen:
        result = "cannot_open"
    assert result == case["result"]
    if result == "opened":
        assert (int(response.status), body) == (case["status"], case["body"])


def request(sender: SenderClass = SenderClass.TAB) -> Request:
    return Request(UUID(VECTORS["tid"]), bytes(16), keys.key_id(RECIPIENT.public_key()), 1000, sender, b"")


bodies = st.dictionaries(st.text(max_size=20), st.text(max_size=200) | st.integers() | st.none(), max_size=5)


@given(body=bodies, issued=st.integers(0, 2**40), token=st.text(max_size=100), key=st.binary(min_size=32, max_size=32))
def test_what_is_sealed_is_opened(body: dict[str, Any], issued: int, token: str, key: bytes) -> None:
    inner = Inner(issued, "search", body, key, token=token)
    sealed = decode_request(sealing.seal_request(request(), inner, RECIPIENT.public_key()).encode())
    assert sealing.open_request(sealed, RECIPIENT, None).inner == inner
    answer = sealing.seal_response(sealed, key, Status.OK, body, bytes(32))
    assert sealing.open_response(sealed, key, decode_response(answer.encode())) == body


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_opens(at: int, bit: int) -> None:
    message = bytearray(base64url.decode(BY_NAME["tab request"]["message"]))
    at %= len(message)
    message[at] ^= 1 << bit
    result, inner = result_of(bytes(message))
    # The deadline is for the relay and not bound; everything else is.
    assert (
        (result, inner) == ("opened", BY_NAME["tab request"]["inner"])
        if 41 <= at < 45 and result == "opened"
        else (result in ("cannot_open", "malformed"))
    )


def test_sizes_say_only_the_class() -> None:
    sizes = {
        len(
            sealing.seal_request(
                request(), Inner(0, "search", {"text": "x" * n}, bytes(32)), RECIPIENT.public_key()
            ).sealed
        )
        for n in range(0, 800, 50)
    }
    assert sizes == {1024 + 65 + 16}


def test_service_requests_are_signed_and_tab_requests_are_not() -> None:
    inner = Inner(0, "whoami", {}, bytes(32))
    with pytest.raises(ValueError, match="signed"):
        sealing.seal_request(request(SenderClass.SERVICE), inner, RECIPIENT.public_key())
    with pytest.raises(ValueError, match="signed"):
        sealing.seal_request(request(), inner, RECIPIENT.public_key(), RECIPIENT)


def test_a_service_request_without_a_pinned_key_is_unsigned() -> None:
    message = decode_request(base64url.decode(BY_NAME["service request"]["message"]))
    assert not sealing.open_request(message, RECIPIENT, None).signed


def test_a_length_that_points_outside_cannot_be_opened() -> None:
    lying = (2**31).to_bytes(4, "big") + bytes(1020)
    sealed = sealing.SUITE.encrypt(lying, RECIPIENT.public_key(), sealing.request_info(request()))
    with pytest.raises(sealing.CannotOpen):
        sealing.open_request(Request(**{**_fields(request()), "sealed": sealed}), RECIPIENT, None)


def test_content_that_is_no_request_is_a_bad_message() -> None:
    sealed = sealing.SUITE.encrypt(padding.pad(b"[]"), RECIPIENT.public_key(), sealing.request_info(request()))
    with pytest.raises(BadMessage):
        sealing.open_request(Request(**{**_fields(request()), "sealed": sealed}), RECIPIENT, None)


def test_an_answer_that_is_no_object_is_refused() -> None:
    asked = decode_request(base64url.decode(BY_NAME["tab request"]["message"]))
    answer = sealing.seal_response(asked, RESPONSE_KEY, Status.OK, [1], bytes(32))  # type: ignore[arg-type]  # on purpose
    with pytest.raises(sealing.CannotOpen):
        sealing.open_response(asked, RESPONSE_KEY, answer)


def _fields(value: Request) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ("tid", "rid", "kid", "deadline_ms", "sender", "sealed")}
