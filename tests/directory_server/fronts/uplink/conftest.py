import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory_server.store.database import Database
from directory_server.vault.vault import Vault
from tests.fakes.uplinked import Identity
from tests.servers.jwks import JwksServer
from tests.servers.relay import Relay


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(secrets.token_bytes(32)))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with Relay() as running:
        yield running


@pytest.fixture(scope="module")
def identity() -> Iterator[Identity]:
    with JwksServer() as server:
        provider = Identity(server.authority)
        server.document = provider.jwks()
        yield provider
