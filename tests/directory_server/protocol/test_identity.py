from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from directory_server.protocol import identity
from directory_server.protocol.identity import LEEWAY, TokenPolicy, TokenRefused

AUTHORITY, TID, OTHER = "https://login.example.test", UUID(int=1), UUID(int=2)
KEY, FORGER = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
POLICY = TokenPolicy(AUTHORITY, frozenset({"api", "api://api"}), frozenset({TID}), frozenset({"tab", "teams"}))
NOW = 1_780_000_000


def token(*, key: Any = KEY, alg: str = "RS256", kid: Any = "k", **changed: Any) -> str:
    claims = {
        "iss": f"{AUTHORITY}/{TID}/v2.0", "aud": "api", "tid": str(TID), "oid": "o", "scp": "profile access_as_user",
        "azp": "tab", "groups": ["g1", "g2"], "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 60, **changed,
    }  # fmt: skip
    content = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(content, key, algorithm=alg, headers={"kid": kid} if kid else {})


def test_a_good_token_names_its_caller() -> None:
    caller = identity.verify(token(roles=["r"]), KEY.public_key(), POLICY, NOW)
    assert (caller.tid, caller.oid, caller.groups, caller.overage) == (TID, "o", {"g1", "g2", "r"}, False)
    assert identity.key_id(token()) == "k"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "api://api"},
        {"iss": f"https://sts.windows.net/{TID}/", "azp": None, "appid": "teams"},
        {"nbf": None},
        {"exp": NOW - LEEWAY + 1},
        {"nbf": NOW + LEEWAY},
    ],
)
def test_other_good_tokens(changed: dict[str, Any]) -> None:
    assert identity.verify(token(**changed), KEY.public_key(), POLICY, NOW).oid == "o"


@pytest.mark.parametrize(
    "changed", [{"hasgroups": True, "groups": None}, {"_claim_names": {"groups": "src1"}, "groups": None}]
)
def test_overage_is_said_and_gives_no_groups(changed: dict[str, Any]) -> None:
    caller = identity.verify(token(**changed), KEY.public_key(), POLICY, NOW)
    assert (caller.overage, caller.groups) == (True, frozenset())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": FORGER}, "token_invalid"),
        ({"aud": "other"}, "token_invalid"),
        ({"aud": None}, "token_invalid"),
        ({"iss": "https://evil.test/v2.0"}, "token_invalid"),
        ({"iss": f"{AUTHORITY}/{OTHER}/v2.0"}, "token_invalid"),
        ({"tid": None}, "token_invalid"),
        ({"tid": "x"}, "token_invalid"),
        ({"oid": None}, "token_invalid"),
        ({"azp": "evil"}, "token_invalid"),
        ({"azp": None}, "token_invalid"),
        ({"exp": NOW - LEEWAY}, "token_expired"),
        ({"exp": None}, "token_invalid"),
        ({"nbf": NOW + LEEWAY + 1}, "token_expired"),
        ({"scp": "profile"}, "scope_missing"),
        ({"scp": None}, "scope_missing"),
        ({"tid": str(OTHER), "iss": f"{AUTHORITY}/{OTHER}/v2.0"}, "tenant_unknown"),
    ],
)
def test_other_tokens_are_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        identity.verify(token(**changed), KEY.public_key(), POLICY, NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    ["", "garbage", "a.b.c", token(kid=None), token(key="secret" * 10, alg="HS256"), token(key=None, alg="none")],
)
def test_only_rs256_with_a_key_id_is_looked_at(text: str) -> None:
    with pytest.raises(TokenRefused):
        identity.key_id(text)


def test_a_symmetric_token_made_of_the_public_key_is_refused() -> None:
    with pytest.raises(TokenRefused):
        identity.verify(token(key="public" * 10, alg="HS256"), KEY.public_key(), POLICY, NOW)
