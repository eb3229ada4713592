"""The check of an Entra access token (v1.0 and v2.0), pure: keys and time are arguments.

Source: Microsoft identity platform, "Access tokens", "Validate tokens"; issuer is built from the token's own tenant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt

SCOPE = "access_as_user"
LEEWAY = 60
TEAMS_CLIENTS = frozenset({"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"})
"""Teams desktop/mobile and Teams web, which ask for the tab's token."""


class TokenRefused(ValueError):  # noqa: N818 - the answer's word
    """The token does not prove who asks; `code` is token_invalid, token_expired, tenant_unknown or scope_missing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: keyed by (tid, oid), never by name or e-mail. `overage` means the token lists no groups for size."""

    tid: UUID
    oid: str = field(repr=False)
    groups: frozenset[str]
    overage: bool


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """What a valid token must say.

    `authority` is the identity provider's base URL without a trailing slash (`https://login.microsoftonline.com`);
    `audiences` are our API's client id and `api://…` forms; `tenants` the registered ones; `clients` the application
    ids that may ask (Teams desktop/mobile and web, or the tab's own outside Teams).
    """

    authority: str
    audiences: frozenset[str]
    tenants: frozenset[UUID]
    clients: frozenset[str]


def key_id(token: str) -> str:
    """Return the `kid` of a token, to choose its key; raises TokenRefused for garbage or another algorithm."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused("token_invalid", "token is malformed") from error
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str):
        raise TokenRefused("token_invalid", "token is not RS256")
    return kid


def verify(token: str, key: Any, policy: TokenPolicy, now: float) -> Caller:
    """Return the caller a token proves, or raise TokenRefused; `key` is the public key of the token's `kid`."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=sorted(policy.audiences),
            options={
                "require": ["exp", "iat", "iss", "aud", "tid", "oid"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        tid = UUID(str(claims["tid"]))
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefused("token_invalid", "token signature, audience or claims do not hold") from error
    if claims["iss"] not in (f"{policy.authority}/{tid}/v2.0", f"https://sts.windows.net/{tid}/"):
        raise TokenRefused("token_invalid", "token comes from another issuer")
    if not _within(claims, now):
        raise TokenRefused("token_expired", "token has expired or is not valid yet")
    if tid not in policy.tenants:
        raise TokenRefused("tenant_unknown", "the token's tenant is not registered here")
    if SCOPE not in str(claims.get("scp", "")).split():
        raise TokenRefused("scope_missing", f"token lacks the scope {SCOPE}")
    if str(claims.get("azp") or claims.get("appid")) not in policy.clients:
        raise TokenRefused("token_invalid", "token was issued to another application")
    return _caller(claims, tid)


def _within(claims: Mapping[str, Any], now: float) -> bool:
    expires, not_before = claims["exp"], claims.get("nbf", claims["iat"])
    return (
        isinstance(expires, int | float)
        and isinstance(not_before, int | float)
        and not_before - LEEWAY <= now < expires + LEEWAY
    )


def _caller(claims: Mapping[str, Any], tid: UUID) -> Caller:
    listed = [group for name in ("groups", "roles") for group in _texts(claims.get(name))]
    overage = bool(claims.get("hasgroups")) or "groups" in (claims.get("_claim_names") or {})
    return Caller(tid=tid, oid=str(claims["oid"]), groups=frozenset(listed), overage=overage)


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
