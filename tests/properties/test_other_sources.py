"""`-source:x` asks the other sources: exactly what a view without those sources finds, and nothing that was hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Email, Phone, PhoneKind
from directory_server.directory.ranking import Rank
from tests.fakes.world import EVERYTHING, World

NAMES = ("crm", "crm old", "erp", "Öffentlich")
PEOPLE = ("Anna Müller", "Anna Meier", "Hans Müller", "Johannes Mayr", "Eva Müller-Lüdenscheid", "Ida Kern")
NEAR = {Rank.INFIX.text, Rank.PHONETIC.text, Rank.EDIT1.text, Rank.EDIT2.text}
"""Looked for only where little was found otherwise."""

texts = st.lists(
    st.sampled_from(("anna", "müller", "mü", "meier", "mayer", "hans", "kern", "0891", "firma:acme", "-eva", "am")),
    min_size=1,
    max_size=3,
).map(" ".join)
beginnings = st.sampled_from(("crm", "c", "CRM old", "erp", "öffentlich", "off", "x", ""))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("other")) as made:
        made.sources = {name: made.source(name) for name in NAMES}
        for at, source in enumerate(made.sources.values()):
            made.put(source, {
                str(number): Contact(display_name=name, company="Acme GmbH", emails=(Email(f"p{number}@acme.example"),),
                                     phones=(Phone(PhoneKind.WORK, f"+49 89 1{number}{at}4455"),))
                for number, name in enumerate(PEOPLE)
                if (number + at) % 3
            })  # fmt: skip
        yield made


def left(names, beginning):
    folded = beginning.casefold().replace("ö", "o")
    return [name for name in names if not folded or not name.casefold().replace("ö", "o").startswith(folded)]


@given(text=texts, beginning=beginnings, seen=st.sets(st.sampled_from(NAMES)), limit=st.integers(1, 30))
def test_it_finds_what_a_view_without_those_sources_finds(world, text, beginning, seen, limit):
    view = world.view({world.sources[name].id: EVERYTHING for name in seen})
    fewer = world.view({world.sources[name].id: EVERYTHING for name in left(seen, beginning)})
    asked = f'{text} -quelle:"{beginning}"'
    assert view.listings(asked, limit) == fewer.listings(text, limit)
    found, expected = view.search(asked, limit), fewer.search(text, limit)
    assert (found.persons, found.more) == (expected.persons, expected.more)
    assert {one.source for person in found.persons for one in person.listings} <= set(left(seen, beginning))


@given(text=texts, beginning=beginnings)
def test_it_never_shows_more_than_without_it_but_what_is_near(world, text, beginning):
    view = world.view()
    before = {one.id for one in view.listings(text, 1000)}
    after = view.listings(f'{text} -source:"{beginning}"', 1000)
    assert {one.id for one in after if one.match.rank not in NEAR} <= before
