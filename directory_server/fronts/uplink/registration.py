"""Registering the tenant at the registrar, and renewing the credential by proof of the identity key."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.fronts.uplink import sign_in
from directory_server.fronts.uplink.sign_in import SignIn, SignInFailed
from directory_server.fronts.uplink.tenant import Tenant, fingerprint
from directory_server.protocol.keys import from_jwk, to_jwk
from relay_cloud.wire import base64url, credential, es256

RENEW_AFTER_S = 7 * 86400


class RegistrationFailed(Exception):  # noqa: N818 - named by what happened
    """The registration did not happen; the text is for the administrator."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the administrator asks for; `tenant` is a tenant id or `organizations`, URLs have no trailing slash."""

    relay: str
    registrar: str
    authority: str
    client_id: str
    tenant: str
    login_hint: str
    audiences: frozenset[str]
    clients: frozenset[str]
    epoch: int


async def register(
    client: httpx.AsyncClient,
    wanted: Wanted,
    identity: ec.EllipticCurvePrivateKey,
    *,
    announce: Callable[[str], None],
    secret: Callable[[], str],
    wait_s: float = sign_in.WAIT_S,
) -> Tenant:
    """Let the administrator sign in and return the registration; raises RegistrationFailed.

    `announce` is given the sign-in URL to show; `secret` returns a fresh random text of 43 or more URL-safe characters.
    """
    discovery = await _get(
        client, f"{wanted.authority}/{wanted.tenant}/v2.0/.well-known/openid-configuration", "identity provider"
    )
    async with sign_in.listening() as callback:
        attempt = SignIn(
            client_id=wanted.client_id,
            redirect=callback.redirect,
            nonce=fingerprint(identity),
            state=secret(),
            verifier=secret(),
            login_hint=wanted.login_hint,
        )
        announce(attempt.url(_text(discovery, "authorization_endpoint")))
        try:
            code = attempt.code(await callback.target(wait_s))
        except SignInFailed as error:
            raise RegistrationFailed(str(error)) from error
    tokens = await _post(client, _text(discovery, "token_endpoint"), "identity provider", data=attempt.exchange(code))
    request = {
        "id_token": _text(tokens, "id_token"),
        "ik": to_jwk(identity.public_key()),
        "epoch": wanted.epoch,
    }
    answer = await _post(client, f"{wanted.registrar}/v1/register", "registrar", json=request)
    return Tenant(
        tid=_tenant(answer),
        relay=wanted.relay,
        registrar=wanted.registrar,
        authority=wanted.authority,
        client_id=wanted.client_id,
        epoch=wanted.epoch,
        credential=_text(answer, "credential"),
        audiences=wanted.audiences,
        clients=wanted.clients,
        service_key=_service_key(answer),
    )


def renewal_due(tenant: Tenant, now: float) -> bool:
    """Say whether the credential is a week old."""
    return now - tenant.credential_times[0] >= RENEW_AFTER_S


async def renew(client: httpx.AsyncClient, tenant: Tenant, identity: ec.EllipticCurvePrivateKey, now: int) -> Tenant:
    """Return the registration with a fresh credential; raises RegistrationFailed."""
    proof = es256.sign(identity, credential.renewal(tenant.credential, now))
    request = {
        "credential": tenant.credential,
        "ik": to_jwk(identity.public_key()),
        "iat": now,
        "sig": base64url.encode(proof),
    }
    answer = await _post(client, f"{tenant.registrar}/v1/renew", "registrar", json=request)
    if _tenant(answer) != tenant.tid:
        raise RegistrationFailed("registrar answered for another tenant")
    return replace(tenant, credential=_text(answer, "credential"), service_key=_service_key(answer))


def _tenant(answer: dict[str, Any]) -> UUID:
    try:
        return UUID(str(jwt.decode(_text(answer, "credential"), options={"verify_signature": False})["tid"]))
    except (jwt.PyJWTError, KeyError, ValueError) as error:
        raise RegistrationFailed("registrar sent no credential") from error


def _service_key(answer: dict[str, Any]) -> dict[str, Any] | None:
    key = answer.get("service_key")
    if key is None:
        return None
    try:
        return to_jwk(from_jwk(key))
    except ValueError as error:
        raise RegistrationFailed("registrar sent a service key that is no P-256 key") from error


async def _get(client: httpx.AsyncClient, url: str, who: str) -> dict[str, Any]:
    try:
        return _object(await client.get(url), who)
    except httpx.HTTPError as error:
        raise RegistrationFailed(f"{who} cannot be reached at {url}: {error}") from error


async def _post(client: httpx.AsyncClient, url: str, who: str, **content: Any) -> dict[str, Any]:
    try:
        return _object(await client.post(url, **content), who)
    except httpx.HTTPError as error:
        raise RegistrationFailed(f"{who} cannot be reached at {url}: {error}") from error


def _object(answer: httpx.Response, who: str) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RegistrationFailed(f"{who} answered {answer.status_code} without JSON")
    if answer.is_error:
        text = document.get("message") or document.get("error_description") or document.get("error")
        raise RegistrationFailed(f"{who} refused: {str(text)[:300]}")
    return document


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise RegistrationFailed(f"answer lacks {name}")
    return value
