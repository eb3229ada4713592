"""The index answers every query as trying every contact would: the same hits, classes, fields, order and `more`."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory.query import parse
from directory_server.directory.scope import Scope
from directory_server.directory.words import segments
from directory_server.store import contacts as stored
from directory_server.store.rows import FieldGroup, Location
from tests.fakes.search_oracle import Known, Oracle
from tests.fakes.world import World

HERE = Location("DE", "89")
WORDS = (
    "Hans", "Johannes", "H.", "hans", "Müller", "Mueller", "Muller", "müller-lüdenscheidt", "Meier", "Maier", "Mayr",
    "Steinacher", "Steinach", "stenacher", "Steinbacher", "O'Connell", "Connelly", "Acme", "Berlin", "Bob", "Robert",
    "Anna-Maria", "Schmidt", "Schmitt", "Smith", "4711", "a1b2", "Иван",
)  # fmt: skip
QUERIES = (
    *WORDS, "m", "mü", "h m", "hm", "han", "mul", "mull", "acher", "einac", "stenach", "stienacher", "steinahcre",
    "müller-lüdenscheidt", "lüdenscheidt", "ludenscheit", "hans müller", "hans m", "müller -hans", "-müller hans",
    '"hans müller"', '"müller"', "name:hans", "company:acme hans", "city:berlin", "nr:4711", "nr:47", "unknown:hans",
    "robert smith", "089 123", "123", "0891234567", "1234567", "hans 0891", "+4989", "12", "schmid", "shmidt", "conell",
    "mail:hans", "hans@acme.example", "meyer", "иван", "a1", "hanss mullerr", "steinbacer", "johann schmit",
)  # fmt: skip
NUMBERS = ("089 1234567", "089/1234567-12", "+49 171 2345678", "030 123456", "12", "0049 89 12345")
word = st.sampled_from(WORDS)
maybe = st.one_of(st.just(""), word)


@st.composite
def contacts(draw):
    kinds = st.sampled_from((PhoneKind.WORK, PhoneKind.HOME, PhoneKind.MOBILE))
    places = st.sampled_from((PlaceKind.WORK, PlaceKind.HOME))
    given_name, family_name = draw(maybe), draw(maybe)
    return Contact(
        given_name=given_name,
        family_name=family_name,
        display_name=draw(st.one_of(st.just(f"{family_name}, {given_name}"), maybe)),
        company=draw(maybe),
        department=draw(maybe),
        phones=tuple(draw(st.lists(st.builds(Phone, kinds, st.sampled_from(NUMBERS)), max_size=2))),
        emails=tuple(draw(st.lists(st.builds(lambda w, k: Email(f"{w}@acme.example", k), word, places), max_size=1))),
        addresses=tuple(draw(st.lists(st.builds(lambda k, w: Address(k, city=w), places, word), max_size=1))),
        notes=draw(maybe),
        custom=tuple(("Nr", text) for text in draw(st.lists(word, max_size=1))),
    )


GROUPS = st.one_of(
    st.just(frozenset(FieldGroup)), st.frozensets(st.sampled_from(tuple(FieldGroup)), max_size=len(FieldGroup))
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("oracle")) as made:
        made.sources = (made.source("one", HERE, priority=20), made.source("two", HERE, priority=10))
        yield made


@settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
@given(
    books=st.lists(st.lists(contacts(), min_size=9, max_size=9), min_size=2, max_size=2),
    more=st.lists(contacts(), max_size=3),
    scopes=st.lists(GROUPS, min_size=2, max_size=2),
    limit=st.sampled_from((1, 3, 20)),
    liked=st.sets(st.integers(0, 17), max_size=3),
)
def test_the_index_finds_what_trying_everything_finds(  # noqa: PLR0917 - what is drawn
    world, monkeypatch, books, more, scopes, limit, liked
):
    monkeypatch.setattr(segments, "_MOST_SMALL", 2)
    for source, book in zip(world.sources, books, strict=True):
        world.put(source, {str(at): contact for at, contact in enumerate(book)}, follow=False)
    world.index.rebuild()
    # Some contacts change afterwards: they lie in a segment of their own.
    world.put(world.sources[0], {str(at): contact for at, contact in enumerate(more)})
    known = []
    for source, book in zip(world.sources, books, strict=True):
        now = {**dict(enumerate(book)), **(dict(enumerate(more)) if source is world.sources[0] else {})}
        for key, contact in now.items():
            number = stored.by_key(world.database, source.id, str(key)).id
            known.append(Known(number, source.id, source.priority, contact))
    oracle = Oracle(known, {source.id: HERE for source in world.sources})
    scope = Scope({source.id: granted for source, granted in zip(world.sources, scopes, strict=True)})
    familiar = frozenset(known[at].id for at in liked)
    priorities = {source.id: source.priority for source in world.sources}
    for text in QUERIES:
        query = parse(text, HERE)
        found = world.index.search(query, scope, priorities, limit, familiar)
        told = [(hit.row >> 20, hit.match.rank, hit.match.field) for hit in found.hits]
        assert (told, found.more) == oracle.search(query, scope, limit, familiar), text
