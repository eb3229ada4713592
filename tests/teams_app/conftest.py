"""What the tests of the Teams backend share."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
