import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory_server.store.database import Database
from directory_server.vault.vault import Vault


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(secrets.token_bytes(32)))
    yield opened
    opened.close()
