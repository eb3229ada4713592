import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from directory_server.protocol import keys
from relay_cloud.wire import base64url, es256

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "sealing.json").read_text())
TID = UUID(VECTORS["tid"])
REGISTRAR = keys.from_jwk(VECTORS["registrar"])


@pytest.mark.parametrize("case", VECTORS["configurations"], ids=lambda case: case["name"])
def test_configurations_of_the_vectors(case: dict[str, Any]) -> None:
    try:
        found = keys.trust(case["document"], tid=TID, registrar=REGISTRAR, now=VECTORS["now"])
    except keys.Untrusted:
        assert not case["trusted"]
    else:
        assert case["trusted"]
        assert (found.tid, found.fingerprint) == (TID, VECTORS["fingerprint"])
        assert base64url.encode(found.best.kid) == case["seals_to"]
        assert [entry.kid for entry in found.keys] == [keys.key_id(entry.key) for entry in found.keys]
        assert found.allow_service_end


@pytest.mark.parametrize("case", VECTORS["successions"], ids=lambda case: case["name"])
def test_successions_of_the_vectors(case: dict[str, Any]) -> None:
    known, seen = (
        keys.trust(case[name], tid=TID, registrar=REGISTRAR, now=VECTORS["now"]) for name in ("known", "seen")
    )
    assert keys.compare(known, seen) == case["verdict"]


def test_a_configuration_of_unknown_kinds_only_says_what_to_do() -> None:
    document = next(case["document"] for case in VECTORS["configurations"] if case["name"] == "only an unknown KEM")
    with pytest.raises(keys.Untrusted, match="update"):
        keys.trust(document, tid=TID, registrar=REGISTRAR, now=VECTORS["now"])


def test_thumbprint_is_rfc_7638() -> None:
    """The canonical member order and the base64url form, checked on the vectors' own key."""
    key = ec.derive_private_key(0x1DE47, ec.SECP256R1()).public_key()
    assert keys.thumbprint(key) == VECTORS["fingerprint"]
    assert list(keys.to_jwk(key)) == ["crv", "kty", "x", "y"]


@given(number=st.integers(1, 2**255))
def test_jwk_round_trip(number: int) -> None:
    key = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    assert es256.point(keys.from_jwk(keys.to_jwk(key))) == es256.point(key)


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        None,
        {"kty": "RSA"},
        {"kty": "EC", "crv": "P-384", "x": "", "y": ""},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "B" * 43},
    ],
)
def test_other_keys_are_refused(jwk: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the one error of the contract
        keys.from_jwk(jwk)
