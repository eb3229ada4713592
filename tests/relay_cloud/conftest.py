from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.fakes.uplinked import Identity
from tests.servers.jwks import JwksServer
from tests.servers.relay import Relay


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def identity() -> Iterator[Identity]:
    with JwksServer() as server:
        provider = Identity(server.authority)
        server.document = provider.jwks()
        yield provider


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    """One relay for a module's tests; each test's directory has a higher epoch than the last."""
    with Relay(tenant_rate=1000, tenant_burst=1000) as running:
        yield running


@pytest.fixture
async def client(anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as open_client:
        yield open_client
