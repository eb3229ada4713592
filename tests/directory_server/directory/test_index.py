"""The index: built from what the store holds, right even if that changes while it is built."""

from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.document import Document
from directory_server.directory.fts_engine import FtsEngine
from tests.fakes.world import World


def person(name: str, number: str = "+49891111111") -> Contact:
    return Contact(family_name=name, phones=(Phone(PhoneKind.WORK, number),))


class _Interrupted(FtsEngine):
    """Changes a contact in the store, deletes one and adds one while the first contacts are taken in."""

    def __init__(self, world: World, source: object) -> None:
        self.world, self.source, self.done = world, source, False

    def update(self, connection: Connection, removed: Sequence[Document], added: Sequence[Document]) -> None:
        super().update(connection, removed, added)
        if not self.done:
            self.done = True
            self.world.put(self.source, {"1": person("Xaver"), "4": person("Paul")}, follow=False)  # type: ignore[arg-type]
            self.world.delete(self.source, ["2"], follow=False)  # type: ignore[arg-type]


def test_a_change_while_the_index_is_built_is_in_it_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("people")
        world.put(source, {"1": person("Anna"), "2": person("Berta"), "3": person("Clara")}, follow=False)
        world.index.engine = _Interrupted(world, source)
        world.index.rebuild()
        view = world.view()
        assert [one.contact.family_name for one in view.all()] == ["Xaver", "Clara", "Paul"]
        assert {one.contact.family_name for one in view.lookup("+49891111111").listings} == {"Xaver", "Clara", "Paul"}
        assert [view.listings(name) for name in ("Anna", "Berta")] == [[], []]
        assert world.index.follow() == 0


def test_a_first_filling_is_built_apart_and_later_changes_follow(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("people")
        world.put(source, {"1": person("Anna")})
        first = (tmp_path / "index" / "current").read_text()
        world.put(source, {"1": person("Berta"), "2": person("Clara")})
        assert (tmp_path / "index" / "current").read_text() == first
        assert [len(world.view().listings(name)) for name in ("Anna", "Berta", "Clara")] == [0, 1, 1]


def test_the_state_changes_with_every_change_and_only_then(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("people")
        world.put(source, {"1": person("Anna")})
        states = [world.index.state]
        assert world.index.state == states[0]
        world.put(source, {"1": person("Berta")})
        states.append(world.index.state)
        world.index.rebuild()
        states.append(world.index.state)
        assert len(set(states)) == len(states)
