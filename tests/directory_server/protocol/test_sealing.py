import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from directory_server.protocol import kem, keys, padding, sealing
from directory_server.protocol.messages import BadMessage, Inner
from relay_cloud.wire import base64url
from relay_cloud.wire.envelope import (
    MAX_INNER,
    Malformed,
    Request,
    SenderClass,
    Status,
    decode_request,
    decode_response,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "sealing.json").read_text())
FROM_TAB: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "tab.json").read_text())
BY_NAME = {case["name"]: case for case in VECTORS["requests"]}


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(base64url.decode(text), "big"), ec.SECP256R1())


RECIPIENT = private(VECTORS["recipient"]["private"])
HYBRID = kem.xwing_private_key(base64url.decode(VECTORS["hybrid"]["seed"]))
RECIPIENTS: dict[str, Any] = {kem.P256.name: RECIPIENT, kem.XWING.name: HYBRID}
SERVICE = keys.from_jwk(VECTORS["service"]["jwk"])
RESPONSE_KEY = base64url.decode(VECTORS["response_key"])


def result_of(message: bytes, by: str = kem.P256.name) -> tuple[str, dict[str, Any] | None]:
    try:
        opened = sealing.open_request(decode_request(message), RECIPIENTS[by], SERVICE)
    except Malformed:
        return "malformed", None
    except sealing.CannotOpen:
        return "cannot_open", None
    service = opened.request.sender is SenderClass.SERVICE
    suffix = ("_signed" if opened.signed else "_unsigned") if service else ""
    return "opened" + suffix, json.loads(opened.inner.encode())


@pytest.mark.parametrize("case", VECTORS["requests"], ids=lambda case: case["name"])
def test_requests_of_the_vectors(case: dict[str, Any]) -> None:
    assert result_of(base64url.decode(case["message"]), case["kem"]) == (case["result"], case.get("inner"))


@pytest.mark.parametrize("case", FROM_TAB["requests"], ids=lambda case: case["kem"])
def test_what_the_tab_sealed_is_opened(case: dict[str, Any]) -> None:
    """Messages that the TypeScript end made and committed."""
    message = base64url.decode(case["message"])
    assert decode_request(message).kid == keys.key_id(RECIPIENTS[case["kem"]].public_key())
    assert result_of(message, case["kem"]) == ("opened", case["inner"])


RESPONSES = [(group, case) for group in VECTORS["responses"] for case in group["cases"]]


@pytest.mark.parametrize(
    ("group", "case"), RESPONSES, ids=[f"{group['kem']} {case['name']}" for group, case in RESPONSES]
)
def test_responses_of_the_vectors(group: dict[str, Any], case: dict[str, Any]) -> None:
    asked = decode_request(base64url.decode(BY_NAME[group["to"]]["message"]))
    by = kem.kem_of(RECIPIENTS[group["kem"]])
    try:
        response = decode_response(base64url.decode(case["message"]))
        result, body = "opened", sealing.open_response(asked, RESPONSE_KEY, response, by=by)
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


@given(
    body=bodies,
    issued=st.integers(0, 2**40),
    token=st.text(max_size=100),
    key=st.binary(min_size=32, max_size=32),
    by=st.sampled_from((kem.P256, kem.XWING)),
)
def test_what_is_sealed_is_opened(body: dict[str, Any], issued: int, token: str, key: bytes, by: kem.Kem) -> None:
    inner, recipient = Inner(issued, "search", body, key, token=token), RECIPIENTS[by.name]
    sealed = decode_request(sealing.seal_request(request(), inner, recipient.public_key()).encode())
    opened = sealing.open_request(sealed, recipient, None)
    assert (opened.inner, opened.by) == (inner, by)
    answer = sealing.seal_response(sealed, key, Status.OK, body, bytes(32), by=by)
    assert sealing.open_response(sealed, key, decode_response(answer.encode()), by=by) == body


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7), name=st.sampled_from(("tab request", "X-Wing: tab request")))
def test_no_flipped_bit_opens(at: int, bit: int, name: str) -> None:
    case = BY_NAME[name]
    message = bytearray(base64url.decode(case["message"]))
    at %= len(message)
    message[at] ^= 1 << bit
    result, inner = result_of(bytes(message), case["kem"])
    # The deadline is for the relay and not bound; everything else is.
    assert (
        (result, inner) == ("opened", case["inner"])
        if 41 <= at < 45 and result == "opened"
        else (result in ("cannot_open", "malformed"))
    )


def test_the_largest_request_fits_a_message() -> None:
    inner = Inner(0, "search", {"text": "x" * (32 * 1024)}, bytes(32))
    for recipient in RECIPIENTS.values():
        message = sealing.seal_request(request(), inner, recipient.public_key()).encode()
        assert len(decode_request(message).sealed) > MAX_INNER


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_seed_has_32_bytes(seed: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        kem.xwing_private_key(seed)


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
    sealed = kem.encrypt(RECIPIENT.public_key(), lying, sealing.request_info(request()))
    with pytest.raises(sealing.CannotOpen):
        sealing.open_request(Request(**{**_fields(request()), "sealed": sealed}), RECIPIENT, None)


def test_content_that_is_no_request_is_a_bad_message() -> None:
    sealed = kem.encrypt(RECIPIENT.public_key(), padding.pad(b"[]"), sealing.request_info(request()))
    with pytest.raises(BadMessage):
        sealing.open_request(Request(**{**_fields(request()), "sealed": sealed}), RECIPIENT, None)


def test_an_answer_that_is_no_object_is_refused() -> None:
    asked = decode_request(base64url.decode(BY_NAME["tab request"]["message"]))
    answer = sealing.seal_response(asked, RESPONSE_KEY, Status.OK, [1], bytes(32), by=kem.P256)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(sealing.CannotOpen):
        sealing.open_response(asked, RESPONSE_KEY, answer, by=kem.P256)


def _fields(value: Request) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ("tid", "rid", "kid", "deadline_ms", "sender", "sealed")}
