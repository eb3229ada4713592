"""Texts nobody means: they are read without an error, in bounded time, into few terms."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.columns import FIELDS
from directory_server.directory.query import MOST_WORDS, Query, parse
from directory_server.store.rows import Location

HERE = Location("DE", "89")
LONG = 10_000
PARTS = (
    *('"', "-", ":", "#", "*", "%", "(", ")", "[", "{", "+", "@", ".", "'", " ", "\t", "\n", "\0", "0", "12", "089"),
    *("a", "ü", "u\u0308", "\u0308", "ß", "İ", "ﬁ", "٣", "\uff11", "名", "مرحبا", "\u202e", "\u200f", "\u200d"),
    *("👩‍👩‍👧", "\ud83d", "\udc00", "source:", "firma:", "tel:", "plz:", "kunden_nr:", "-firma:", '"hans'),
    *("müller-lüdenscheidt", "o'connell", "a@b.c"),
)  # fmt: skip


def check(query: Query) -> None:
    assert len(query.terms) <= MOST_WORDS
    assert len(query.excluded) <= MOST_WORDS
    assert len(query.sources) <= MOST_WORDS
    assert all(not term.last for term in (*query.terms[:-1], *query.excluded))
    for term in query.terms + query.excluded:
        assert term.words or term.international or term.digits
        assert all(word.isalnum() and word == word.casefold() for word in term.words)
        assert term.digits.isdecimal() or not term.digits
        assert term.columns


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join))
def test_operators_in_any_order_are_read(text):
    check(parse(text, HERE))


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_characters_are_read_lone_surrogates_too(text):
    check(parse(text, HERE))
    check(parse("müller " + text, HERE))


@pytest.mark.parametrize("part", PARTS)
def test_ten_thousand_characters_are_read_at_once(part):
    text = part * (LONG // len(part))
    best = min(_seconds(text + str(at)) for at in range(5))
    assert best < 0.005
    check(parse(text, HERE))


@pytest.mark.parametrize(
    "part", ["(", "a:", "-", "#(", '"', "+(", "1 ", "a'", "a-", "-a:(", "a_"],
)  # fmt: skip
def test_no_pattern_runs_away(part):
    assert min(_seconds(part * LONG) for _ in range(5)) < 0.005


def _seconds(text: str) -> float:
    start = time.perf_counter()
    parse(text, HERE)
    return time.perf_counter() - start


@pytest.mark.parametrize(
    "text", ["-", "- -", '"', '""', "-hans", "#*%", "()[]{}", "::", "+", "@", "source:crm", "\0", "\ud800"]
)
def test_operators_alone_ask_nothing(text):
    assert parse(text, HERE).terms == ()


@pytest.mark.parametrize("digits", ["1" * 40, "+" + "49" * 20, "0" * 40, "٣" * 40, "tel:" + "7" * 40])
def test_forty_digits_are_no_number_but_harmless(digits):
    query = parse(digits, HERE)
    check(query)
    assert len(query.terms) == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("u\u0308ber", "uber"),
        ("\u202emüller\u202c", "muller"),
        ("\u200fmüller", "muller"),
        ("müller👩‍👩‍👧", "muller"),
        ("mül\0", "mul"),
        ("\ud83dmüller\udc00", "muller"),
    ],
)
def test_marks_that_nobody_sees_are_no_part_of_a_word(text, word):
    assert [term.words for term in parse(text, HERE).terms] == [(word,)]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_may_stand_alone_or_in_front_of_nothing(field):
    for text in (f"{field}:", f"{field}:-", f'{field}:"', f"-{field}:", f"{field}::x", f"{field}:{field}:x"):
        check(parse(text, HERE))


def test_an_at_sign_in_a_field_without_mail_addresses_is_nothing_special():
    (*terms,) = parse("firma:a@b.c", HERE).terms
    assert [term.words for term in terms] == [("a",), ("b",), ("c",)]
    check(parse("firma:a@b.c", HERE))
