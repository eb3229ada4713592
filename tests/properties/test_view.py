"""What a view may never tell: hidden values change nothing, more grants hide nothing, no grants answer nothing."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Email
from directory_server.directory.normal_form import words
from directory_server.store import sources
from directory_server.store.rows import FieldGroup
from tests.fakes.books import (
    ASKED,
    BOOKS,
    FAMILIAR,
    IDS,
    KEYS,
    POLICIES,
    QUESTIONS,
    SCOPES,
    WORD,
    fill,
    fill_only,
    hiding,
    view_of,
)
from tests.fakes.world import EVERYTHING, World

CERTAIN = {"exact", "prefix", "compound", "number"}
"""Classes of hits that nothing better pushes out: infixes, sounds and typos only fill a page up."""
LONGEST_INITIALS = 3
"""Letters that may be read as initials, to fill a page up; nicknames of longer words are certain too."""

slow = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # an example is three address books: shrinking takes minutes
)


def everything_told(view, limit, familiar=()):
    """Return all that a view can be asked."""
    searched = [view.search(text, limit, familiar) for text in QUESTIONS]
    people = [view.people(number, limit) for number in IDS]
    return {
        "search": [(answer.persons, answer.more) for answer in searched],
        "listings": [view.listings(text, limit, familiar) for text in QUESTIONS],
        "people": [(answer.persons, answer.more) for answer in people],
        "lookup": [view.lookup(number) for number in ASKED],
        "all": list(view.all()),
        "contact": [view.contact(number) for number in IDS],
        "person": [view.person(number) for number in IDS],
        "sources": view.source_names(),
    }


@slow
@given(BOOKS, BOOKS, SCOPES, st.integers(1, 8), FAMILIAR, POLICIES)
def test_hidden_values_change_nothing(  # noqa: PLR0917 - drawn by hypothesis
    world: World, tight, shown, hidden, scope, limit, familiar, policy
):
    fill_only(world, shown, scope)
    told = everything_told(view_of(world, scope, policy), limit, familiar)
    fill(world, hiding(shown, hidden, scope))
    again = everything_told(view_of(world, scope, policy), limit, familiar)
    known = zip(sources.all(world.database), scope, strict=True)
    assert again["sources"] == [source.name for source, granted in known if granted]
    for question, answers in told.items():
        assert again[question] == answers, question


def test_hidden_holders_of_a_mail_part_nobody(tmp_path, tight):
    with World(tmp_path) as world:
        shown, partly = world.source("shown"), world.source("partly")
        anna = Contact(given_name="Anna", family_name="Meier", emails=(Email("anna.meier@acme.example"),))
        world.put(shown, {"a": anna, "b": anna})
        world.put(partly, {str(at): anna for at in range(30)})
        view = world.view({shown.id: EVERYTHING, partly.id: frozenset({FieldGroup.NAME})})
        assert len(view.person(1).listings) == 2


def contacts_of(persons):
    return {listing.id for person in persons for listing in person.listings}


@slow
@given(BOOKS, SCOPES, SCOPES)
def test_more_grants_never_hide_a_contact(world: World, book, scope, more):
    fill(world, book)
    narrow = view_of(world, scope)
    wide = view_of(world, [one | other for one, other in zip(scope, more, strict=True)])
    assert {one.id for one in narrow.all()} <= {one.id for one in wide.all()}
    for text in QUESTIONS:
        # Words of one letter are first looked for in names: more names may come instead of other fields.
        if "-" not in text and all(len(word) > 1 for word in words(text)):
            found = narrow.listings(text, 100)
            sure = CERTAIN | {"nickname"} if len(text) > LONGEST_INITIALS else CERTAIN
            certain = {one.id for one in found if one.match.rank in sure}
            assert certain <= {one.id for one in wide.listings(text, 100)}, text
            assert certain <= contacts_of(wide.search(text, 100).persons), text
    for number in ASKED:
        # An exact holder comes instead of one of the same switchboard written otherwise, or of its company.
        exact = {one.id for one in narrow.lookup(number).listings if any(held.e164 == number for held in one.numbers)}
        assert exact <= {one.id for one in wide.lookup(number).listings}, number
    for number in IDS:
        seen, wider = narrow.contact(number), wide.contact(number)
        assert contacts_of(narrow.people(number, 100).persons) <= contacts_of(wide.people(number, 100).persons)
        assert seen is None or (wider is not None and shows_as_much(wider.contact, seen.contact))
        assert (narrow.person(number) is None) == (seen is None)


def shows_as_much(wider, seen):
    return all(
        set(value) <= set(getattr(wider, field)) if isinstance(value, tuple) else value in {"", getattr(wider, field)}
        for field in seen.__slots__
        for value in (getattr(seen, field),)
    )


@slow
@given(BOOKS, st.booleans(), FAMILIAR)
def test_no_grants_no_answers(world: World, book, empty, familiar):
    fill(world, book)
    known = sources.all(world.database)
    told = everything_told(
        world.view(dict.fromkeys((one.id for one in known), frozenset()) if empty else {}), 20, familiar
    )
    assert all(persons == () and not more for persons, more in (*told["search"], *told["people"]))
    assert told["listings"] == [[]] * len(QUESTIONS)
    assert all(lookup.listings == () and not lookup.approximate for lookup in told["lookup"])
    assert (told["all"], told["sources"]) == ([], [])
    assert told["person"] == told["contact"] == [None] * len(IDS)


def words_shown(contact):
    texts = (
        contact.given_name, contact.family_name, contact.display_name, contact.nickname, contact.company,
        contact.department, contact.job_title, contact.office, contact.notes, contact.birthday, *contact.urls,
        *contact.categories, *(text for _, text in contact.custom),
        *(text for address in contact.addresses for text in (address.city, address.street)),
        *(part for email in contact.emails for part in (email.address.partition("@")[0], "acme")),
    )  # fmt: skip
    return {one for text in texts for one in words(text)}


@slow
@given(BOOKS, st.lists(st.tuples(WORD, st.integers(2, 6)), min_size=1, max_size=3))
def test_prefixes_find_what_brute_force_finds(world: World, book, asked):
    fill(world, book)
    typed = [text[:length].strip(".-'") for text, length in asked if not text[:length].isdigit()]
    view = world.view()
    found = {one.id for one in view.listings(" ".join(typed), 100) if one.match.rank in CERTAIN}
    starts = [start for text in typed for start in words(text)]
    expected = {
        one.id
        for one in view.all()
        if starts and all(any(known.startswith(start) for known in words_shown(one.contact)) for start in starts)
    }
    assert found == expected


@settings(slow, max_examples=10)
@given(st.lists(BOOKS, min_size=1, max_size=3), st.sets(st.sampled_from(KEYS)))
def test_following_gives_what_rebuilding_gives(world: World, history, deleted):
    for book in history:
        fill(world, book)
    world.delete(sources.all(world.database)[0], deleted)
    followed = everything_told(world.view(), 20)
    world.index.rebuild()
    assert everything_told(world.view(), 20) == followed
    assert len(followed["all"]) == len(IDS) - len(deleted)
    assert frozenset().union(*world.view().scope.fields.values()) == EVERYTHING
