"""One directory for every property: three sources with places and priorities of their own, filled by each example."""

from collections.abc import Iterator

import pytest

from directory_server.store.rows import Location
from tests.fakes.books import SOURCES
from tests.fakes.world import World

PLACES = (Location("DE", "89", "840798", 2), Location("DE"), Location("AT"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("properties")) as made:
        for at, (name, place) in enumerate(zip(SOURCES, PLACES, strict=True)):
            made.source(name, place, priority=5 * (at % 2))
        yield made
