"""A directory registered at a relay that answers from a few made-up persons: the real uplink over a real store."""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import anyio
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.contact import Contact
from directory_server.directory.listing import Listing
from directory_server.directory.person import Person
from directory_server.directory.person_json import person_json
from directory_server.fronts.uplink import tenant
from directory_server.fronts.uplink.outbound import Outbound
from directory_server.fronts.uplink.uplink import Uplink
from directory_server.store.database import Database
from directory_server.vault.vault import Vault
from relay_cloud.wire import es256
from tests.servers.relay import Relay

TID = UUID("11111111-1111-4111-8111-111111111111")
OTHER_TID = UUID("99999999-9999-4999-8999-999999999999")
API = "22222222-2222-4222-8222-222222222222"
TAB = "33333333-3333-4333-8333-333333333333"
OID = "aaaaaaaa-0000-4000-8000-000000000001"
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def person(number: int, name: str) -> Person:
    """Return a person of one contact."""
    return Person((Listing(number, "Kunden", str(number), Contact(display_name=name), (), MOMENT),))


class FakeView:
    """Finds every person whose name contains the text; `delay` seconds pass first."""

    def __init__(self, persons: list[Person], delay: float = 0) -> None:
        self._persons = persons
        self._delay = delay

    def search(self, text: str, limit: int = 20, familiar: Sequence[int] = ()) -> Any:
        time.sleep(self._delay)
        found = [one for one in self._persons if text.casefold() in one.first("display_name").casefold()]
        return SimpleNamespace(persons=tuple(found[:limit]), more=len(found) > limit, took_ms=0.5)

    def people(self, contact_id: int, limit: int = 20) -> Any:
        found = [one for one in self._persons if one.id != contact_id]
        return SimpleNamespace(persons=tuple(found[:limit]), more=len(found) > limit, took_ms=0.5)

    def person(self, contact_id: int) -> Person | None:
        return next((one for one in self._persons if one.id == contact_id), None)

    def source_names(self) -> list[str]:
        return ["Kunden"]


@dataclass
class Identity:
    """An identity provider without HTTP: its keys are handed to whoever serves them."""

    authority: str = "https://login.example.test"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    kid: str = "k1"

    def jwks(self) -> dict[str, Any]:
        """Return the key set."""
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": self.kid, "use": "sig"}]}

    def token(self, tid: UUID = TID, oid: str = OID, *, lives: float = 3600, key: Any = None, **claims: Any) -> str:
        """Return an access token as Entra would issue it."""
        now = int(time.time())
        content = {
            "iss": f"{self.authority}/{tid}/v2.0", "aud": API, "tid": str(tid), "oid": oid, "scp": "access_as_user",
            "azp": TAB, "groups": ["g1"], "iat": now - 60, "nbf": now - 60, "exp": now + int(lives), **claims,
        }  # fmt: skip
        return jwt.encode(content, key or self.key, algorithm="RS256", headers={"kid": self.kid})


@dataclass
class Uplinked:
    """The running directory, and what its views were asked for."""

    uplink: Uplink
    database: Database
    asked: list[tuple[str, frozenset[str]]]

    def _open(self) -> int:
        return sum(line.state in ("connected", "polling") for line in self.uplink.status())

    async def connected(self, seconds: float = 10) -> None:
        """Wait until the line is open."""
        with anyio.fail_after(seconds):
            while not self._open():  # noqa: ASYNC110 - as pages do
                await anyio.sleep(0.02)


@asynccontextmanager
async def uplinked(
    relay: Relay,
    folder: Path,
    identity: Identity,
    *,
    persons: list[Person] | None = None,
    delay: float = 0,
    tid: UUID = TID,
    epoch: int = 1,
    views: Callable[[str, frozenset[str]], Any] | None = None,
    outbound: Outbound | None = None,
    connects: bool = True,
    change: Callable[[tenant.Tenant], tenant.Tenant] = lambda registered: registered,
) -> AsyncIterator[Uplinked]:
    """Run a directory registered for `tid` until the block ends."""
    database = Database.open(folder / "contactory.sqlite", Vault(secrets.token_bytes(32)))
    registered = tenant.Tenant(
        tid=tid,
        relay=relay.url,
        registrar=relay.url,
        authority=identity.authority,
        client_id="admin",
        epoch=epoch,
        credential=relay.credential(tid, tenant.identity_key(database), epoch),
        audiences=tenant.names_of_audience(API),
        clients=frozenset((TAB,)),
        service_key=es256.to_jwk(relay.service_key.public_key()),
    )
    tenant.save(database, change(registered))
    asked: list[tuple[str, frozenset[str]]] = []

    def made_up(oid: str, groups: frozenset[str]) -> FakeView:
        asked.append((oid, groups))
        return FakeView(persons or [person(1, "Müller, Jörg")], delay)

    uplink = Uplink(
        database,
        outbound=outbound or Outbound(),
        views=views or made_up,
        ages=lambda: {"Kunden": 60},
        render=person_json,
        version="test",
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    )
    await uplink.start()
    running = Uplinked(uplink, database, asked)
    try:
        if connects:
            await running.connected()
        yield running
    finally:
        await uplink.stop()
        database.close()
