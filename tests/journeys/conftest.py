"""The whole product, started once for all journeys of a file that only ask."""

from collections.abc import Iterator

import pytest

from deploy.demo.stack import Stack
from tests.servers.stack import filled

# The journeys ask faster than one tenant may.
RATE = {"CONTACTORY_RELAY_TENANT_RATE": "5000", "CONTACTORY_RELAY_TENANT_BURST": "5000"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with filled(Stack(tmp_path_factory.mktemp("stack"), environment=RATE)) as running:
        running.start()
        yield running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
