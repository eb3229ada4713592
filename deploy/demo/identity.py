"""The rules of the demo's identity issuer, without HTTP: users, clients, codes and tokens as in Entra v2.0."""

import base64
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel, ConfigDict

CODE_SECONDS = 60
TOKEN_SECONDS = 3600
REFRESH_SECONDS = 24 * 3600
CODES = 1000  # waiting at once
ANY_TENANT = ("organizations", "common")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class User(BaseModel):
    """Somebody who can sign in; `wids` are ids of admin roles."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    oid: uuid.UUID
    upn: str
    name: str
    groups: tuple[str, ...] = ()
    wids: tuple[str, ...] = ()
    tenant_id: uuid.UUID | None = None


class Client(BaseModel):
    """A registered program; `api` is the audience of its access tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str = ""
    redirect_uris: tuple[str, ...] = ()
    api: str | None = None

    def allows(self, redirect_uri: str) -> bool:
        """Tell whether codes may be sent there: exactly as registered, on loopback with any port (RFC 8252 7.3)."""
        if redirect_uri in self.redirect_uris:
            return True
        try:
            asked = urlsplit(redirect_uri)
            _ = asked.port  # raises for a port that is no number
        except ValueError:
            return False
        if asked.scheme != "http" or asked.hostname not in LOOPBACK or "@" in asked.netloc or "#" in redirect_uri:
            return False
        wanted = (asked.scheme, asked.hostname, asked.path, asked.query)
        return any(wanted == (u.scheme, u.hostname, u.path, u.query) for u in map(urlsplit, self.redirect_uris))


class Users(BaseModel):
    """The users file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tenant_id: uuid.UUID
    users: tuple[User, ...]
    clients: tuple[Client, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code was given for."""

    client: Client
    redirect_uri: str
    challenge: str
    nonce: str
    user: User
    expires: float


class Refused(Exception):  # noqa: N818 - an OAuth answer, RFC 6749 5.2 and 4.1.2.1
    """`error` and what is wrong, for the program that asked."""

    def __init__(self, error: str, text: str) -> None:
        super().__init__(text)
        self.error, self.text = error, text


@dataclass
class Issuer:
    """The rules, without HTTP. Codes are kept in memory, work once and for CODE_SECONDS."""

    users: Users
    authority: str
    key: rsa.RSAPrivateKey
    clock: Callable[[], float] = time.time
    codes: dict[str, Grant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        public = self.key.public_key()
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.kid = base64.urlsafe_b64encode(hashlib.sha256(der).digest()[:20]).rstrip(b"=").decode()
        self._refresh = hashlib.sha256(b"refresh" + str(self.key.private_numbers().d).encode()).digest()
        self._clients = {client.id: client for client in self.users.clients}

    def tenant_of(self, user: User) -> str:
        """Return the user's tenant id."""
        return str(user.tenant_id or self.users.tenant_id)

    def require(self, tenant: str) -> None:
        """Raise Refused unless a path's first part is a tenant of the file, or stands for any."""
        if tenant not in {*ANY_TENANT, str(self.users.tenant_id), *map(self.tenant_of, self.users.users)}:
            raise Refused("invalid_tenant", "this tenant is not known here")

    def users_of(self, tenant: str) -> list[User]:
        """Return who may sign in there."""
        return [user for user in self.users.users if tenant in ANY_TENANT or tenant == self.tenant_of(user)]

    def discovery(self, tenant: str) -> dict[str, Any]:
        """Return the OpenID configuration; as Entra's, with a placeholder as issuer where the tenant is open."""
        named = "{tenantid}" if tenant in ANY_TENANT else tenant
        base = f"{self.authority}/{tenant}"
        return {
            "issuer": f"{self.authority}/{named}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        }

    def keys(self) -> dict[str, Any]:
        """Return the key set, with `issuer` as Entra's keys carry it."""
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        issuer = f"{self.authority}/{{tenantid}}/v2.0"
        return {"keys": [{"kty": "RSA", "use": "sig", "kid": self.kid, "n": jwk["n"], "e": jwk["e"], "issuer": issuer}]}

    def client(self, asked: Mapping[str, str]) -> Client:
        """Return the client that asks, after its redirect URI was checked; raises Refused, which must not redirect."""
        client = self._clients.get(asked.get("client_id", ""))
        if client is None:
            raise Refused("unauthorized_client", "client_id is not registered here")
        if not client.allows(asked.get("redirect_uri", "")):
            raise Refused("invalid_request", "redirect_uri is not registered for this client")
        return client

    def authorize(self, tenant: str, client: Client, asked: Mapping[str, str]) -> str | None:
        """Return a code, None if somebody must choose a user first; raises Refused for the client to hear."""
        if asked.get("response_type") != "code":
            raise Refused("unsupported_response_type", "response_type must be code")
        if "openid" not in asked.get("scope", "").split():
            raise Refused("invalid_scope", "scope must contain openid")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:  # noqa: PLR2004
            raise Refused("invalid_request", "a PKCE code_challenge with method S256 is required")
        if asked.get("prompt", "") not in {"", "none", "login", "select_account", "consent"}:
            raise Refused("invalid_request", "prompt is unknown")
        if asked.get("prompt") != "none":
            return None
        hint = asked.get("login_hint", "").lower()
        user = next((user for user in self.users_of(tenant) if user.upn.lower() == hint), None)
        if user is None:
            raise Refused("login_required", "prompt=none needs the login_hint of a user of this tenant")
        now = self.clock()
        self.codes = {code: grant for code, grant in self.codes.items() if grant.expires > now}
        if len(self.codes) >= CODES:
            raise Refused("temporarily_unavailable", "too many sign-ins at once")
        code = secrets.token_urlsafe(32)
        challenge, nonce = asked["code_challenge"], asked.get("nonce", "")
        self.codes[code] = Grant(client, asked["redirect_uri"], challenge, nonce, user, now + CODE_SECONDS)
        return code

    def token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the tokens for a code or a refresh token (RFC 6749 4.1.3 and 6); raises Refused."""
        client = self._clients.get(asked.get("client_id", ""))
        if client is None:
            raise Refused("invalid_client", "client_id is not registered here")
        kind = asked.get("grant_type", "")
        if kind == "refresh_token":
            return self._tokens(client, self._refreshed(client, asked.get("refresh_token", "")), "")
        if kind != "authorization_code":
            raise Refused("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        grant = self.codes.pop(asked.get("code", ""), None)  # gone whatever follows: a code works once
        if grant is None or grant.expires <= self.clock():
            raise Refused("invalid_grant", "the code is unknown, used or expired")
        if grant.client != client or grant.redirect_uri != asked.get("redirect_uri"):
            raise Refused("invalid_grant", "the code was given to another client or redirect_uri")
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if not hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), grant.challenge):
            raise Refused("invalid_grant", "code_verifier does not match")
        return self._tokens(client, grant.user, grant.nonce)

    def _refreshed(self, client: Client, token: str) -> User:
        try:
            claims = jwt.decode(token, self._refresh, ["HS256"], audience=client.id, options={"verify_exp": False})
        except jwt.PyJWTError:
            raise Refused("invalid_grant", "the refresh token is not valid for this client") from None
        user = next((user for user in self.users.users if str(user.oid) == claims["oid"]), None)
        if user is None or claims["exp"] <= self.clock():
            raise Refused("invalid_grant", "the refresh token has expired")
        return user

    def _tokens(self, client: Client, user: User, nonce: str) -> dict[str, Any]:
        now, tenant = int(self.clock()), self.tenant_of(user)
        subject = hashlib.sha256(f"{tenant}{user.oid}{client.id}".encode()).digest()
        claims: dict[str, Any] = {
            "iss": f"{self.authority}/{tenant}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "tid": tenant,
            "oid": str(user.oid),
            "sub": base64.urlsafe_b64encode(subject).rstrip(b"=").decode(),
            "name": user.name,
            "preferred_username": user.upn,
            "ver": "2.0",
            "uti": secrets.token_urlsafe(16),
        }
        claims |= {"groups": list(user.groups)} if user.groups else {}
        claims |= {"wids": list(user.wids)} if user.wids else {}
        identity = {**claims, "aud": client.id} | ({"nonce": nonce} if nonce else {})
        access = {**claims, "aud": client.api, "scp": "access_as_user", "azp": client.id, "azpacr": "0"}
        refresh = {"aud": client.id, "oid": str(user.oid), "exp": now + REFRESH_SECONDS}
        scope = "openid profile email offline_access" + (f" api://{client.api}/access_as_user" if client.api else "")
        return {
            "token_type": "Bearer",
            "scope": scope,
            "expires_in": TOKEN_SECONDS,
            "access_token": self._signed(access) if client.api else secrets.token_urlsafe(32),
            "refresh_token": jwt.encode(refresh, self._refresh, "HS256"),
            "id_token": self._signed(identity),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.kid})
