"""Three relays over NATS behind a balancer, one directory with two lines, and a load that enters at the third relay."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.uplinked import Identity
from tests.journeys.faults.load import Load, loading, outsider
from tests.servers.cluster import Cluster
from tests.servers.jwks import JwksServer
from tests.servers.uplink_process import UplinkProcess

RATES = {"tenant_rate": 5000, "tenant_burst": 5000, "drain_window": 3}


@pytest.fixture(scope="session")
def identity() -> Iterator[Identity]:
    with JwksServer() as server:
        provider = Identity(server.authority)
        server.document = provider.jwks()
        yield provider


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with Cluster(3, **RATES) as running:
        yield running


@pytest.fixture
def directory(cluster: Cluster, identity: Identity, tmp_path: Path) -> Iterator[UplinkProcess]:
    with UplinkProcess(tmp_path / "directory", cluster.relays[0], cluster.url, identity.authority) as running:
        running.connected(2)
        yield running


@pytest.fixture
async def load(cluster: Cluster, directory: UplinkProcess, identity: Identity) -> AsyncIterator[Load]:
    """Make the load; it enters where no line is."""
    async with loading(outsider(cluster), cluster.relays[0], identity) as made:
        yield made


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
