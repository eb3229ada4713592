"""One directory for every property: three sources with places and priorities of their own, filled by each example."""

from collections.abc import Iterator

import pytest

from directory_server.directory import engine, gathering, lookup, view
from directory_server.fronts.ldap import candidates
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


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every limit so small that a hidden value which counted for it would change an answer."""
    monkeypatch.setattr(engine, "PAGE", 3)
    monkeypatch.setattr(view, "MOST_HITS", 5)
    monkeypatch.setattr(gathering, "MOST_HOLDERS", 3)
    monkeypatch.setattr(view, "_PER_PERSON", 1)
    monkeypatch.setattr(view, "_BATCH", 2)
    monkeypatch.setattr(lookup, "MOST_HOLDERS", 2)
    monkeypatch.setattr(candidates, "_MOST", 8)
