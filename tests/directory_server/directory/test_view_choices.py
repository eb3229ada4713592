"""What a view is told of its asker: familiar contacts, policies; none of it may show what is hidden."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact
from directory_server.directory.view import MOST_FAMILIAR, View
from directory_server.store import sources
from directory_server.store.rows import Location, SharedNumbers
from tests.fakes.books import ASKED, BOOKS, IDS, SCOPES, SOURCES, fill, hiding, only_shown, view_of
from tests.fakes.world import EVERYTHING, World


@pytest.fixture(scope="module")
def familiar(tmp_path_factory):
    with World(tmp_path_factory.mktemp("familiar")) as made:
        made.crm = made.source("crm", priority=1)
        made.put(made.crm, {str(at): Contact(given_name="Anna", family_name=f"Abel{at}") for at in range(30)})
        made.put(made.crm, {"better": Contact(given_name="Ann", family_name="Zebel")})
        made.other = made.source("other", priority=2)
        made.put(made.other, {"other": Contact(given_name="Anna", family_name="Zebel")})
        made.ids = {one.key: one.id for one in made.view().all()}
        yield made


def keys(answer):
    return [listing.key for listing in answer]


def test_of_equal_hits_the_familiar_come_first_whatever_their_source(familiar):
    view = familiar.view()
    assert keys(view.listings("anna", 3)) == ["0", "1", "10"]
    known = [familiar.ids["29"], familiar.ids["other"]]
    assert keys(view.listings("anna", 3, known)) == ["29", "other", "0"]
    assert [one.listings[0].key for one in view.search("anna", 3, known).persons] == ["29", "other", "0"]


def test_a_better_hit_comes_before_a_familiar_one(familiar):
    assert keys(familiar.view().listings("ann", 2, [familiar.ids["29"]])) == ["better", "29"]


def test_a_familiar_contact_must_match_and_be_visible(familiar):
    view = familiar.view({familiar.crm.id: EVERYTHING})
    strangers = [familiar.ids["other"], familiar.ids["better"], 0, -1, 10**9, 2**63 - 1]
    assert view.listings("anna", 50, strangers) == view.listings("anna", 50)


def test_only_so_many_familiar_contacts_are_looked_at(familiar):
    view, ids = familiar.view(), familiar.ids
    assert keys(view.listings("anna", 1, [10**6] * MOST_FAMILIAR + [ids["29"]])) == ["0"]
    assert keys(view.listings("anna", 1, [10**6] * (MOST_FAMILIAR - 1) + [ids["29"]])) == ["29"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("choices")) as made:
        for at, name in enumerate(SOURCES):
            made.source(name, Location("DE", "89"), priority=5 * (at % 2))
        yield made


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # an example is three address books: shrinking takes minutes
)
@given(BOOKS, BOOKS, SCOPES, st.sampled_from(SharedNumbers))
def test_policies_and_people_tell_nothing_hidden(world, shown, hidden, scope, policy):
    def told(book):
        fill(world, book)
        seen = view_of(world, scope).scope
        own = View(world.index, seen, sources.all(world.database), Location("DE"), shared_numbers=policy)
        people = [own.people(number, 20) for number in IDS]
        return [own.lookup(number) for number in ASKED], [(one.persons, one.more) for one in people]

    assert told(only_shown(shown, scope)) == told(hiding(shown, hidden, scope))
