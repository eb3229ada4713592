"""The registrar: checks that an administrator of the tenant signed in for this identity key, and signs the credential.

It keeps nothing. Sources: Microsoft identity platform, "ID token claims reference"; directory role template ids.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import base64url, credential, es256

CONSUMER_TENANT = UUID("9188040d-6c67-4c5b-b112-36a304b66dad")
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
TEAMS_ADMINISTRATOR = "69091246-20e8-4a56-aa4d-066075b2a7a8"
ADMINISTRATORS = frozenset({GLOBAL_ADMINISTRATOR, TEAMS_ADMINISTRATOR})
LEEWAY = 60
RENEWAL_WINDOW = 300
"""A renewal's `iat` may differ from our clock by this many seconds."""
EPOCH_AHEAD = 86400
"""A registration's epoch, a time in Unix seconds, may be ahead of our clock by this many: a later one must win."""

Jwks = Mapping[str, Any]


class RegistrationRefused(ValueError):  # noqa: N818 - named by what happened
    """No credential is issued; `code` says why.

    Codes: malformed, token_invalid, token_expired, nonce_mismatch, consumer_tenant, not_admin, credential_invalid,
    credential_expired, key_foreign, proof_invalid, clock, revoked, authority_unreachable.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Registrar:
    """Issues and renews credentials.

    `authority` is the identity provider's base URL, `client_id` the application administrators sign in to,
    `fetch` returns the JSON behind a URL, `clock` tells Unix seconds, `revoked` whether a credential counts no more.
    """

    key: ec.EllipticCurvePrivateKey
    authority: str
    client_id: str
    service_key: ec.EllipticCurvePublicKey | None
    fetch: Callable[[str], Awaitable[Jwks]]
    clock: Callable[[], float]
    revoked: Callable[[credential.Credential], bool] = lambda _: False

    async def register(self, id_token: str, ik: Mapping[str, Any], epoch: int) -> dict[str, Any]:
        """Return `{credential, service_key}` for the tenant whose administrator's id token is bound to `ik`."""
        identity = _key(ik)
        if epoch > self.clock() + EPOCH_AHEAD:
            raise RegistrationRefused("clock", "epoch is in the future: check the directory's clock")
        tid = _claimed_tenant(id_token)
        jwks = await self.fetch(f"{self.authority}/{tid}/discovery/v2.0/keys")
        self._check(id_token, tid, jwks, es256.thumbprint(identity))
        return self._issue(tid, identity, epoch)

    def renew(self, text: str, ik: Mapping[str, Any], issued_at: int, signature: str) -> dict[str, Any]:
        """Return a fresh `{credential, service_key}` for a credential that has not expired, proved by its key."""
        now = self.clock()
        try:
            held = credential.check(text, self.key.public_key(), now)
        except credential.CredentialRefused as refused:
            raise RegistrationRefused(refused.code, str(refused)) from refused
        if self.revoked(held):
            raise RegistrationRefused("revoked", "this registration was revoked: register the tenant again")
        identity = _key(ik)
        if es256.thumbprint(identity) != held.thumbprint:
            raise RegistrationRefused("key_foreign", "credential belongs to another identity key")
        if abs(now - issued_at) > RENEWAL_WINDOW:
            raise RegistrationRefused("clock", "the directory's clock differs by more than five minutes")
        try:
            proof = base64url.decode(signature)
        except ValueError as error:
            raise RegistrationRefused("malformed", "sig is not base64url") from error
        if not es256.verify(identity, proof, credential.renewal(text, issued_at)):
            raise RegistrationRefused("proof_invalid", "renewal is not signed by the identity key")
        return self._issue(held.tid, identity, held.epoch)

    def _issue(self, tid: UUID, identity: ec.EllipticCurvePublicKey, epoch: int) -> dict[str, Any]:
        text = credential.issue(
            self.key, tid=tid, thumbprint=es256.thumbprint(identity), epoch=epoch, now=int(self.clock())
        )
        return {"credential": text, "service_key": es256.to_jwk(self.service_key) if self.service_key else None}

    def _check(self, token: str, tid: UUID, jwks: Jwks, nonce: str) -> None:
        try:
            claims = jwt.decode(
                token,
                _signing_key(token, jwks),
                algorithms=["RS256"],
                audience=self.client_id,
                options={
                    "require": ["exp", "iat", "iss", "aud", "nonce"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise RegistrationRefused("token_invalid", "id token's signature or audience does not hold") from error
        if claims["iss"] != f"{self.authority}/{tid}/v2.0":
            raise RegistrationRefused("token_invalid", "id token comes from another issuer")
        expires = claims["exp"]
        if not isinstance(expires, int | float) or self.clock() >= expires + LEEWAY:
            raise RegistrationRefused("token_expired", "id token has expired: sign in again")
        if claims["nonce"] != nonce:
            raise RegistrationRefused("nonce_mismatch", "id token was issued for another identity key")
        if "wids" not in claims:
            raise RegistrationRefused(
                "not_admin",
                "id token names no roles: sign in as Global Administrator or Teams Administrator of the tenant; if you"
                " did, give the application the optional claim wids in its id tokens",
            )
        roles = claims["wids"]
        if not ADMINISTRATORS.intersection(roles if isinstance(roles, list) else ()):
            raise RegistrationRefused(
                "not_admin", "sign in as Global Administrator or Teams Administrator of the tenant (claim wids)"
            )


def _claimed_tenant(token: str) -> UUID:
    try:
        tid = UUID(str(jwt.decode(token, options={"verify_signature": False})["tid"]))
    except (jwt.PyJWTError, KeyError, ValueError) as error:
        raise RegistrationRefused("token_invalid", "id token is malformed") from error
    if tid == CONSUMER_TENANT:
        raise RegistrationRefused("consumer_tenant", "personal Microsoft accounts have no directory")
    return tid


def _signing_key(token: str, jwks: Jwks) -> Any:
    kid = jwt.get_unverified_header(token).get("kid")
    for entry in jwks.get("keys", []):
        if isinstance(entry, dict) and entry.get("kid") == kid:
            return jwt.PyJWK(entry, algorithm="RS256").key
    raise RegistrationRefused("token_invalid", "id token is signed by an unknown key")


def _key(ik: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    try:
        return es256.from_jwk(ik)
    except ValueError as error:
        raise RegistrationRefused("malformed", "ik is no public P-256 JWK") from error
