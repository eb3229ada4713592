"""Contacts are read as they are now, though segments still hold what they were."""

import pytest

from connectors.contact import Contact
from directory_server.directory import catalogue
from directory_server.directory.tables import contact_of
from tests.fakes.world import World

COUNT = 100


@pytest.fixture
def world(tmp_path):
    """Make a world whose largest segment has documents of a deleted, a changed and a removed contact."""
    with World(tmp_path) as made:
        made.crm = made.source("crm")
        made.put(made.crm, {str(at): Contact(display_name=f"Name {at}") for at in range(COUNT)})
        made.index.rebuild()
        made.ids = {one.key: one.id for one in made.view().all()}
        made.delete(made.crm, ["0", "50", "99"])
        made.put(made.crm, {"7": Contact(display_name="Other")})
        with made.index.snapshot() as snapshot:
            assert max(one.segment.size for one in snapshot.opened) == COUNT
        yield made


def expected():
    names = {str(at): f"Name {at}" for at in range(COUNT) if at not in {0, 50, 99}}
    return names | {"7": "Other"}


@pytest.mark.parametrize("batch", [1, 2, 10, COUNT, 1000])
def test_every_contact_is_read_once_in_the_order_of_their_ids(world, batch):
    with world.index.snapshot() as snapshot:
        held = [one for part in catalogue.cards(snapshot.opened, batch) for one in part]
        rows = [one for part in snapshot.opened for one in part.segment.rows_from(0, 2 * COUNT, part.alive)]
    assert {card.key: card.contact.display_name for _row, card in held} == expected()
    assert [contact_of(row) for row, _card in held] == sorted(world.ids[key] for key in expected())
    assert sorted(rows) == [row for row, _card in held]


def test_a_view_shows_what_is_there(world):
    view = world.view()
    assert {one.key: one.contact.display_name for one in view.all()} == expected()
    for key, number in world.ids.items():
        found = view.contact(number)
        assert (found.contact.display_name if found else None) == expected().get(key)


def test_only_rows_that_are_there_have_places(world):
    with world.index.snapshot() as snapshot:
        rows = [row for part in snapshot.opened for row in part.segment.rows.tolist()]
        unknown = [row + 1 for row in rows] + [-1, 2**62]
        found = catalogue.places(snapshot.opened, [*rows, *unknown])
        assert {catalogue.card(*place).key for place in found.values()} == set(expected())
        assert set(found) < set(rows)
        assert all(place[0].segment.rows[place[1]] == row for row, place in found.items())
        assert catalogue.places(snapshot.opened, unknown) == {}
