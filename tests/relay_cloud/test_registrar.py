from typing import Any
from uuid import UUID

import anyio
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from relay_cloud.registrar import (
    CONSUMER_TENANT,
    EPOCH_AHEAD,
    GLOBAL_ADMINISTRATOR,
    TEAMS_ADMINISTRATOR,
    Registrar,
    RegistrationRefused,
)
from relay_cloud.wire import base64url, credential, es256

AUTHORITY, CLIENT = "https://login.example.test", "administration"
TID = UUID(int=5)
REGISTRAR, IDENTITY, OTHER, SERVICE = (ec.derive_private_key(number, ec.SECP256R1()) for number in (51, 52, 53, 54))
SIGNER, FORGER = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
IK = es256.to_jwk(IDENTITY.public_key())
NOW = 1_780_000_000


def registrar(now: float = NOW) -> Registrar:
    async def fetch(url: str) -> dict[str, Any]:
        assert url == f"{AUTHORITY}/{TID}/discovery/v2.0/keys"
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(SIGNER.public_key(), as_dict=True)
        return {"keys": ["broken", {**jwk, "kid": "k"}]}

    return Registrar(REGISTRAR, AUTHORITY, CLIENT, SERVICE.public_key(), fetch, lambda: now)


def id_token(*, signer: Any = SIGNER, kid: str = "k", alg: str = "RS256", **changed: Any) -> str:
    claims = {
        "iss": f"{AUTHORITY}/{TID}/v2.0", "aud": CLIENT, "tid": str(TID), "exp": NOW + 300, "iat": NOW,
        "nonce": es256.thumbprint(IDENTITY.public_key()), "wids": [GLOBAL_ADMINISTRATOR], **changed,
    }  # fmt: skip
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, signer, algorithm=alg, headers={"kid": kid})


def register(token: str, ik: dict[str, Any] | None = None, epoch: int = 4) -> dict[str, Any]:
    return anyio.run(registrar().register, token, ik if ik is not None else IK, epoch)


@pytest.mark.parametrize("role", [GLOBAL_ADMINISTRATOR, TEAMS_ADMINISTRATOR])
def test_an_administrator_gets_a_credential(role: str) -> None:
    answer = register(id_token(wids=["other", role]))
    checked = credential.check(answer["credential"], REGISTRAR.public_key(), NOW)
    assert (checked.tid, checked.epoch, checked.thumbprint) == (TID, 4, es256.thumbprint(IDENTITY.public_key()))
    assert answer["service_key"] == es256.to_jwk(SERVICE.public_key())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"signer": FORGER}, "token_invalid"),
        ({"kid": "unknown"}, "token_invalid"),
        ({"signer": "secret" * 10, "alg": "HS256"}, "token_invalid"),
        ({"aud": "another"}, "token_invalid"),
        ({"iss": f"{AUTHORITY}/{UUID(int=6)}/v2.0"}, "token_invalid"),
        ({"iss": "https://evil.test/v2.0"}, "token_invalid"),
        ({"tid": "x"}, "token_invalid"),
        ({"tid": None}, "token_invalid"),
        ({"nonce": None}, "token_invalid"),
        ({"nonce": "another key's"}, "nonce_mismatch"),
        ({"exp": NOW - 100}, "token_expired"),
        ({"tid": str(CONSUMER_TENANT)}, "consumer_tenant"),
        ({"wids": None}, "not_admin"),
        ({"wids": GLOBAL_ADMINISTRATOR}, "not_admin"),
        ({"wids": ["b79fbf4d-3ef9-4689-8143-76b194e85509"]}, "not_admin"),
    ],
)
def test_others_get_none(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(RegistrationRefused) as refused:
        register(id_token(**changed))
    assert refused.value.code == code


def test_what_is_no_token_or_key_is_refused() -> None:
    with pytest.raises(RegistrationRefused, match="malformed"):
        register("garbage")
    with pytest.raises(RegistrationRefused, match="JWK"):
        register(id_token(), ik={"kty": "RSA"})


def renewal(
    text: str, *, key: ec.EllipticCurvePrivateKey = IDENTITY, at: int = NOW, now: float = NOW
) -> dict[str, Any]:
    signature = base64url.encode(es256.sign(key, credential.renewal(text, at)))
    return registrar(now).renew(text, IK, at, signature)


def issued(**changed: Any) -> str:
    settings = {"tid": TID, "thumbprint": es256.thumbprint(IDENTITY.public_key()), "epoch": 4, "now": NOW - 86400}
    return credential.issue(changed.pop("by", REGISTRAR), **{**settings, **changed})


def test_an_epoch_from_the_future_is_refused() -> None:
    """Else whoever was an administrator once could keep every later registration of the tenant out."""
    assert register(id_token(), epoch=NOW + EPOCH_AHEAD)["credential"]
    with pytest.raises(RegistrationRefused) as refused:
        register(id_token(), epoch=NOW + EPOCH_AHEAD + 1)
    assert refused.value.code == "clock"


def test_renewal() -> None:
    renewed = credential.check(renewal(issued())["credential"], REGISTRAR.public_key(), NOW)
    assert (renewed.tid, renewed.epoch, renewed.issued) == (TID, 4, NOW)


def test_renewal_is_refused() -> None:
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("proof_invalid", {}, {"key": OTHER}),
        ("clock", {}, {"at": NOW - 301}),
        ("clock", {}, {"at": NOW + 301}),
        ("credential_invalid", {"by": OTHER}, {}),
        ("credential_expired", {"now": NOW - 31 * 86400}, {}),
        ("key_foreign", {"thumbprint": "another"}, {}),
    ]
    for code, of, changed in cases:
        with pytest.raises(RegistrationRefused) as refused:
            renewal(issued(**of), **changed)
        assert refused.value.code == code
    with pytest.raises(RegistrationRefused, match="base64url"):
        registrar().renew(issued(), IK, NOW, "!")
