"""The registered tenant: what the directory keeps of its registration, and its identity key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from directory_server.protocol.identity import TEAMS_CLIENTS, TokenPolicy
from directory_server.protocol.keys import from_jwk, thumbprint
from directory_server.store import keys, settings
from directory_server.store.database import Database
from relay_cloud.wire import es256

SETTING = "tenant"
KEY = "identity"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One registration.

    `relay` and `registrar` are base URLs without trailing slash, `authority` the identity provider's; `audiences` are
    the API's names a user's token may be for, `clients` the applications besides Teams it may have been issued to.
    `service_key` is the Teams service's public JWK; `allow_service_end` lets bot and message extension ask.
    """

    tid: UUID
    relay: str
    registrar: str
    authority: str
    client_id: str
    epoch: int
    credential: str = field(repr=False)
    audiences: frozenset[str]
    clients: frozenset[str]
    service_key: Mapping[str, Any] | None = None
    allow_service_end: bool = True

    @property
    def policy(self) -> TokenPolicy:
        """What a user's token must say here."""
        return TokenPolicy(self.authority, self.audiences, frozenset((self.tid,)), self.clients | TEAMS_CLIENTS)

    @property
    def service(self) -> ec.EllipticCurvePublicKey | None:
        """The key service requests must be signed with, None where that end is off."""
        return from_jwk(self.service_key) if self.service_key and self.allow_service_end else None

    @property
    def credential_times(self) -> tuple[int, int]:
        """When the credential was issued and when it expires, Unix seconds; the registrar's word, not checked here."""
        claims = jwt.decode(self.credential, options={"verify_signature": False})
        return int(claims["iat"]), int(claims["exp"])


def names_of_audience(client_id: str) -> frozenset[str]:
    """Return the forms in which tokens name an API: its id and its default application id URI."""
    bare = client_id.removeprefix("api://")
    return frozenset((client_id, bare, f"api://{bare}"))


def load(database: Database) -> Tenant | None:
    """Return the registration, or None before the first."""
    stored = settings.get(database, SETTING)
    if not isinstance(stored, dict):
        return None
    return Tenant(
        tid=UUID(stored["tid"]),
        relay=stored["relay"],
        registrar=stored["registrar"],
        authority=stored["authority"],
        client_id=stored["client_id"],
        epoch=int(stored["epoch"]),
        credential=stored["credential"],
        audiences=frozenset(stored["audiences"]),
        clients=frozenset(stored["clients"]),
        service_key=stored["service_key"],
        allow_service_end=bool(stored["allow_service_end"]),
    )


def save(database: Database, tenant: Tenant) -> None:
    """Keep the registration instead of an earlier one."""
    settings.put(
        database,
        SETTING,
        {
            "tid": str(tenant.tid),
            "relay": tenant.relay,
            "registrar": tenant.registrar,
            "authority": tenant.authority,
            "client_id": tenant.client_id,
            "epoch": tenant.epoch,
            "credential": tenant.credential,
            "audiences": [*sorted(tenant.audiences)],
            "clients": [*sorted(tenant.clients)],
            "service_key": dict(tenant.service_key) if tenant.service_key else None,
            "allow_service_end": tenant.allow_service_end,
        },
    )


def _generate() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def identity_key(
    database: Database, generate: Callable[[], ec.EllipticCurvePrivateKey] = _generate
) -> ec.EllipticCurvePrivateKey:
    """Return this directory's identity key, made and sealed in the store the first time."""
    stored = keys.get(database, KEY)
    if stored is not None:
        return es256.from_private_pem(stored)
    key = generate()
    keys.put(database, KEY, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def fingerprint(key: ec.EllipticCurvePrivateKey) -> str:
    """Return what people compare to know this directory."""
    return thumbprint(key.public_key())
