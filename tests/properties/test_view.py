"""What a view may never tell: hidden values change nothing, more grants hide nothing, no grants answer nothing."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory import engine
from directory_server.directory.normal_form import words
from directory_server.store.rows import FieldGroup
from tests.fakes.world import EVERYTHING, World

WORDS = (
    "steinach",
    "steinachers",
    "steinacherin",
    "müller",
    "mueller",
    "muler",
    "meier",
    "mayer",
    "steinacher",
    "acher",
    "hans",
    "anna",
    "acme",
    "acmex",
    "berlin",
)
NUMBERS = (
    "089 840798-12", "089 840798-0", "+49 89 840798-14", "089 840799-3", "0171 2345678", "-12", "030 123456",
    "089 840798",
)  # fmt: skip
QUERIES = (
    *WORDS, "mü", "m", "mul", "acher", "cher", "stenacher", "steinahcer", "hans acme", "müller -acme", "-anna hans",
    '"hans müller"', "firma:acme", "ort:berlin", "mail:hans", "mayr", "840798", "089 84", "0171",
    "hans.acme@acme.example", "source:one m", "müller berlin 089",
)  # fmt: skip
ASKED = (
    "+498984079812",
    "08984079814",
    "+498984079877",
    "+4989840798",
    "+49898407980",
    "12",
    "01712345678",
    "+4930123456",
)
KEYS = ("a", "b", "c", "d")
SOURCES = ("one", "two", "three")

word = st.sampled_from(WORDS)
maybe = st.one_of(st.just(""), word)


@st.composite
def contacts(draw):
    kinds = st.sampled_from((PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.HOME, PhoneKind.MAIN))
    places = st.sampled_from((PlaceKind.WORK, PlaceKind.HOME))
    return Contact(
        given_name=draw(maybe),
        family_name=draw(maybe),
        display_name=draw(maybe),
        company=draw(maybe),
        department=draw(maybe),
        job_title=draw(maybe),
        office=draw(maybe),
        phones=tuple(draw(st.lists(st.builds(Phone, kinds, st.sampled_from(NUMBERS)), max_size=3))),
        emails=tuple(draw(st.lists(st.builds(lambda w, k: Email(f"{w}@acme.example", k), word, places), max_size=2))),
        addresses=tuple(draw(st.lists(st.builds(lambda k, w: Address(k, city=w), places, word), max_size=2))),
        notes=draw(maybe),
        birthday=draw(maybe),
        custom=tuple(("x", text) for text in draw(st.lists(word, max_size=1))),
    )


groups = st.frozensets(st.sampled_from(tuple(FieldGroup)))
books = st.lists(st.lists(contacts(), min_size=len(KEYS), max_size=len(KEYS)), min_size=3, max_size=3)
scopes = st.lists(groups, min_size=3, max_size=3)


def with_hidden(shown: Contact, hidden: Contact, granted: frozenset[FieldGroup]) -> Contact:
    """Return the contact with everything outside the granted groups taken from another one."""

    def parts(field, home):
        group = FieldGroup.PRIVATE if home else FieldGroup.BUSINESS
        of = shown if group in granted else hidden
        return tuple(part for part in getattr(of, field) if (part.kind in {PhoneKind.HOME, PlaceKind.HOME}) == home)

    def texts(group, *fields):
        return {field: getattr(shown if group in granted else hidden, field) for field in fields}

    return replace(
        shown,
        **texts(FieldGroup.NAME, "given_name", "family_name", "display_name", "company", "department", "job_title"),
        **texts(FieldGroup.BUSINESS, "office"),
        **texts(FieldGroup.PRIVATE, "birthday"),
        **texts(FieldGroup.NOTES, "notes", "custom"),
        **{field: parts(field, False) + parts(field, True) for field in ("phones", "emails", "addresses")},
    )


def fill(world, book):
    for source, rows in zip(world.sources, book, strict=True):
        world.put(source, dict(zip(KEYS, rows, strict=True)), follow=False)
    world.index.follow()


def scope_of(world, scope):
    return {source.id: granted for source, granted in zip(world.sources, scope, strict=True)}


def everything_told(view, limit):
    """Return all that a view can be asked."""
    searched = [view.search(text, limit) for text in QUERIES]
    return {
        "search": [(answer.persons, answer.more) for answer in searched],
        "listings": [view.listings(text, limit) for text in QUERIES],
        "lookup": [view.lookup(number) for number in ASKED],
        "all": list(view.all()),
        "person": [view.person(number) for number in range(1, 13)],
        "sources": view.source_names(),
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("properties")) as made:
        made.sources = [made.source(name, priority=at) for at, name in enumerate(SOURCES)]
        yield made


@pytest.fixture
def tight(monkeypatch):
    """Limits so small that a hidden value which took up a place would push a visible one out."""
    monkeypatch.setattr(engine, "PAGE", 3)


slow = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # an example is three address books: shrinking takes minutes
)


@slow
@given(books, books, scopes, st.sampled_from((1, 2, 20)))
def test_hidden_values_change_nothing(  # noqa: PLR0917 - drawn by hypothesis
    world, tight, shown, hidden, scope, limit
):
    base = [
        [with_hidden(contact, Contact(), granted) for contact in rows]
        for rows, granted in zip(shown, scope, strict=True)
    ]
    fill(world, base)
    world.index.rebuild()  # else the vocabulary would remember words of earlier examples
    told = everything_told(world.view(scope_of(world, scope)), limit)
    changed = [
        [with_hidden(contact, other, granted) for contact, other in zip(rows, others, strict=True)]
        for rows, others, granted in zip(shown, hidden, scope, strict=True)
    ]
    fill(world, changed)
    again = everything_told(world.view(scope_of(world, scope)), limit)
    for question, answers in told.items():
        assert again[question] == answers, question


@slow
@given(books, scopes, scopes)
def test_more_grants_never_hide_a_contact(world, book, scope, more):
    fill(world, book)
    narrow = world.view(scope_of(world, scope))
    wide = world.view(scope_of(world, [one | other for one, other in zip(scope, more, strict=True)]))
    assert {one.id for one in narrow.all()} <= {one.id for one in wide.all()}
    for text in QUERIES:
        if "-" not in text:
            certain = {one.id for one in narrow.listings(text, 100) if one.match.rank in {"exact", "prefix", "number"}}
            assert certain <= {one.id for one in wide.listings(text, 100)}, text
    for number in ASKED:
        lookup = narrow.lookup(number)
        if not lookup.approximate and lookup.e164 == number:
            assert {one.id for one in lookup.listings} <= {one.id for one in wide.lookup(number).listings}


@slow
@given(books)
def test_no_grants_no_answers(world, book):
    fill(world, book)
    for scope in ({}, dict.fromkeys((source.id for source in world.sources), frozenset())):
        told = everything_told(world.view(scope), 20)
        assert all(persons == () and not more for persons, more in told["search"])
        assert told["listings"] == [[]] * len(QUERIES)
        assert all(lookup.listings == () for lookup in told["lookup"])
        assert told["all"] == []
        assert told["person"] == [None] * 12


def words_shown(contact):
    texts = (
        contact.given_name, contact.family_name, contact.display_name, contact.company, contact.department,
        contact.job_title, contact.office, contact.notes, contact.birthday, *(text for _, text in contact.custom),
        *(address.city for address in contact.addresses),
        *(part for email in contact.emails for part in (email.address.partition("@")[0], "acme")),
    )  # fmt: skip
    return {one for text in texts for one in words(text)}


@slow
@given(books, st.lists(st.tuples(word, st.integers(1, 6)), min_size=1, max_size=3))
def test_prefixes_find_what_brute_force_finds(world, book, asked):
    fill(world, book)
    typed = [text[:length] for text, length in asked]
    view = world.view()
    found = {one.id for one in view.listings(" ".join(typed), 100) if one.match.rank in {"exact", "prefix"}}
    starts = [start for text in typed for start in words(text)]
    expected = {
        one.id
        for one in view.all()
        if all(any(known.startswith(start) for known in words_shown(one.contact)) for start in starts)
    }
    assert found == expected


@settings(slow, max_examples=10)
@given(st.lists(books, min_size=1, max_size=3), st.sets(st.sampled_from(KEYS)))
def test_following_gives_what_rebuilding_gives(world, history, deleted):
    for book in history:
        fill(world, book)
    world.delete(world.sources[0], deleted)
    followed = everything_told(world.view(), 20)
    world.index.rebuild()
    assert everything_told(world.view(), 20) == followed
    assert len(followed["all"]) == 12 - len(deleted)
    assert frozenset().union(*world.view().scope.fields.values()) == EVERYTHING
