"""The order of hits: one key per hit, integers and names only."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.columns import COLUMNS, FIELDS, TEXT
from directory_server.directory.query import Term, parse
from directory_server.directory.ranking import Candidate, Rank, match, rank
from directory_server.store.rows import Location

HERE = Location("DE", "89")
PLACES = [column.name for column in COLUMNS]
OTHERS = {"besteinach": Rank.INFIX, "stainach": Rank.PHONETIC, "steinsch": Rank.EDIT1, "steunsch": Rank.EDIT2}


def candidate(number: int = 1, *, raw: str = "", sort: str = "", priority: int = 0, **texts: str) -> Candidate:
    columns = tuple(texts.get(name, "") for name in PLACES)
    return Candidate(number, columns, raw, sort, priority, bool(texts.get("z") or texts.get("hz")))


def terms(text: str) -> tuple[Term, ...]:
    return parse(text, HERE).terms


def key(text: str, one: Candidate, others=()):
    ranked = rank(one, terms(text), others or [{}] * 9)
    assert ranked is not None
    return ranked[0]


def test_exact_before_prefix_before_infix_before_sound_before_typo():
    words = ["steinach", "steinacher", "besteinach", "stainach", "steinsch", "steunsch"]
    keys = [key("steinach", candidate(n=word), [OTHERS]) for word in words]
    assert keys == sorted(keys)
    assert [one[0] for one in keys] == [
        Rank.EXACT, Rank.PREFIX, Rank.INFIX, Rank.PHONETIC, Rank.EDIT1, Rank.EDIT2,
    ]  # fmt: skip
    assert list(Rank) == sorted(Rank)


def test_name_before_company_before_department_before_mail_before_city_before_rest():
    keys = [key("acme", candidate(**{name: "acme"})) for name in ("n", "c", "d", "m", "l", "r")]
    assert all(one < other for one, other in pairwise(keys))


def test_a_better_class_anywhere_comes_before_a_worse_one_in_the_name():
    assert key("acme", candidate(x="acme")) < key("acme", candidate(n="acmeland"))


def test_the_worst_word_counts():
    one = candidate(n="hans muller", c="acmeland")
    assert key("hans acme", one)[:2] == (Rank.PREFIX, 3)
    assert key("hans muller", one)[:2] == (Rank.EXACT, 2)
    assert rank(one, terms("hans acme"), [{}] * 2)[1].field == "company"


def test_one_word_without_a_match_is_no_hit():
    assert rank(candidate(n="hans muller"), terms("hans meier"), [{}] * 2) is None
    assert rank(candidate(), terms("hans"), ()) is None


def test_then_spelling_as_typed_then_priority_then_a_number_then_name_then_id():
    ordered = [
        candidate(9, n="muller", raw="müller", sort="z", priority=9),
        candidate(8, n="muller", raw="mueller", sort="y", z="49.89123456"),
        candidate(7, n="muller", raw="mueller", sort="x"),
        candidate(6, n="muller", raw="mueller", sort="a", priority=1),
        candidate(5, n="muller", raw="mueller", sort="b", priority=1),
        candidate(6, n="muller", raw="mueller", sort="b", priority=1),
    ]
    keys = [key("müller", one) for one in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("+49 89 840798-12", "49.8984079812", Rank.EXACT),
        ("089 8407", "49.8984079812", Rank.PREFIX),
        ("9812", "49.8984079812", Rank.INFIX),
        ("9812", "43.1234567 49.8984079812", Rank.INFIX),
        ("123", ".123", Rank.EXACT),
        ("49898407", "49.8984079812", Rank.PREFIX),
        ("+43 89 8407", "49.8984079812", None),
        ("4984", "49.84", Rank.EXACT),
        ("984", "49.8412345", None),
        ("0798143", "49.89840798 43.1431234", None),
    ],
)
def test_numbers(text, numbers, expected):
    ranked = rank(candidate(z=numbers), terms(text), [{}])
    assert (ranked and (ranked[0][0], ranked[1].rank, ranked[1].field)) == (
        None if expected is None else (expected, "number", "phones")
    )


def test_a_phrase_wants_its_words_side_by_side_and_whole():
    assert match(terms('"hans muller"')[0], candidate(n="anna hans muller").columns, {}) == (Rank.EXACT, 0)
    for other in ("muller hans", "hans peter muller", "hans mullers", "johans muller"):
        assert match(terms('"hans muller"')[0], candidate(n=other).columns, {}) is None
    assert match(terms('"hans"')[0], candidate(n="hansen").columns, {}) is None
    assert match(terms('"hans muller"')[0], candidate(n="hans", c="muller").columns, {}) is None


def test_a_field_is_matched_in_its_columns_only():
    one = candidate(n="acme", m="beta")
    assert match(terms("firma:acme")[0], one.columns, {}) is None
    assert match(terms("name:acme")[0], one.columns, {}) == (Rank.EXACT, PLACES.index("n"))
    assert match(terms("mail:bet")[0], one.columns, {}) == (Rank.PREFIX, PLACES.index("m"))


WORDS = st.sampled_from(("hans", "hansen", "muller", "mull", "acme", "ans"))
COLUMN_TEXTS = st.dictionaries(
    st.sampled_from([column.name for column in TEXT]), st.lists(WORDS, max_size=3).map(" ".join)
)


def candidates():
    return st.builds(
        lambda number, texts, raw, sort, priority: candidate(number, raw=raw, sort=sort, priority=priority, **texts),
        st.integers(1, 50), COLUMN_TEXTS, WORDS, WORDS, st.integers(0, 3),
    )  # fmt: skip


@given(st.lists(candidates(), unique_by=lambda one: one.id), st.sampled_from(("hans", "mull hans", "firma:acme ha")))
def test_the_order_is_total_and_does_not_depend_on_where_it_began(found, text):
    keys = {one.id: ranked[0] for one in found if (ranked := rank(one, terms(text), [{"ans": Rank.INFIX}] * 3))}
    assert len(set(keys.values())) == len(keys)
    backwards = dict(reversed(keys.items()))
    assert sorted(keys, key=keys.get) == sorted(backwards, key=keys.get)


@given(candidates(), st.sampled_from(sorted(FIELDS)), WORDS)
def test_a_narrowed_term_matches_at_most_where_the_free_one_does(one, field, word):
    narrow, free = (rank(one, terms(text), [{}]) for text in (f"{field}:{word}", word))
    assert narrow is None or (free is not None and free[0] <= narrow[0])


@given(candidates(), WORDS, WORDS)
def test_another_word_never_makes_a_hit_better(one, first, second):
    both, alone = rank(one, terms(f"{first} {second}"), [{}] * 2), rank(one, terms(first), [{}])
    assert both is None or (alone is not None and alone[0][:3] <= both[0][:3])
