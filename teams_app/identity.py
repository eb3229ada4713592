"""Who asks: the check of the tab's Entra token and of the channel token with which Microsoft calls the bot."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import jwt

from directory_server.protocol.identity import Caller, TokenPolicy, TokenRefused, key_id, verify
from teams_app.config import ORGANIZATIONS
from teams_app.jwks import Jwks

CONSUMERS = UUID("9188040d-6c67-4c5b-b112-36a304b66dad")
"""The tenant of private Microsoft accounts: no company, never let in."""
CHANNEL_ISSUER = "https://api.botframework.com"
CHANNEL_LEEWAY = 300
CHANNEL = "msteams"
"""The only channel answered: others let their caller choose the user's id."""


def bearer(authorization: str) -> str:
    """Return the token of an Authorization header; raises TokenRefused without one."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefused("token_missing", "no bearer token")
    return token.strip()


class TabTokens:
    """Checks access tokens that the tab got by single sign-on; `tenant` restricts them to one tenant."""

    def __init__(
        self,
        keys: Jwks,
        *,
        authority: str,
        tenant: str,
        audiences: frozenset[str],
        clients: frozenset[str],
        clock: Callable[[], float],
    ) -> None:
        self._keys = keys
        self._authority = authority
        self._tenant = tenant
        self._audiences = audiences
        self._clients = clients
        self._clock = clock

    async def caller(self, authorization: str) -> Caller:
        """Return who the header proves to be asking; raises TokenRefused or KeysUnavailable."""
        token = bearer(authorization)
        signing = await self._keys.key(key_id(token))
        claimed = _claimed_tenant(token)
        tenants = {claimed} - {CONSUMERS} if self._tenant == ORGANIZATIONS else {UUID(self._tenant)}
        policy = TokenPolicy(self._authority, self._audiences, frozenset(tenants), self._clients)
        caller = verify(token, signing.key, policy, self._clock())
        # Entra marks keys that sign for one tenant only (the consumers') by that tenant's issuer.
        issued_for = signing.issuer.replace("{tenantid}", str(caller.tid))
        if issued_for and issued_for != f"{self._authority}/{caller.tid}/v2.0":
            raise TokenRefused("token_invalid", "token is signed with another issuer's key")
        return caller


def _claimed_tenant(token: str) -> UUID:
    try:
        return UUID(str(jwt.decode(token, options={"verify_signature": False}).get("tid")))
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefused("token_invalid", "token names no tenant") from error


class ChannelTokens:
    """Checks the tokens with which the Bot Framework's Teams channel calls us (its docs: "Authenticate requests")."""

    def __init__(self, keys: Jwks, app_id: str, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._app_id = app_id
        self._clock = clock

    async def claims(self, authorization: str, channel: str, service_url: str) -> Mapping[str, Any]:
        """Return the claims of a token that vouches for this channel and service URL.

        Raises TokenRefused or KeysUnavailable.
        """
        token = bearer(authorization)
        signing = await self._keys.key(key_id(token))
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                signing.key,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=CHANNEL_ISSUER,
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError as error:
            raise TokenRefused("token_invalid", "token signature, audience or issuer does not hold") from error
        expires, not_before = claims["exp"], claims.get("nbf", 0)
        if not isinstance(expires, int | float) or not isinstance(not_before, int | float):
            raise TokenRefused("token_invalid", "token times are malformed")
        if not not_before - CHANNEL_LEEWAY <= self._clock() < expires + CHANNEL_LEEWAY:
            raise TokenRefused("token_expired", "token has expired or is not valid yet")
        vouched = claims.get("serviceurl")
        if not isinstance(vouched, str) or not service_url or vouched.rstrip("/") != service_url.rstrip("/"):
            raise TokenRefused("token_invalid", "token is for another service URL")
        if channel != CHANNEL or (signing.endorsements and channel not in signing.endorsements):
            raise TokenRefused("token_invalid", "token does not vouch for this channel")
        return claims
