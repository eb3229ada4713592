"""Searched text, read into terms."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.columns import COLUMNS, FIELDS
from directory_server.directory.query import LONGEST, MOST_WORDS, Query, parse
from directory_server.directory.words.spelling import TAG, tag
from directory_server.store.rows import Location

HERE = Location("DE", "89")


def shown(query: Query) -> list[tuple[str, ...]]:
    return [term.words for term in query.terms]


def names(term) -> set[str]:
    return {COLUMNS[at].name for at in term.columns}


@pytest.mark.parametrize(
    ("text", "terms", "excluded"),
    [
        ("müller hans", [("muller",), ("hans",)], []),
        ("  Müller\tHANS \n", [("muller",), ("hans",)], []),
        ("müller-lüdenscheidt", [("muller",), ("ludenscheidt",)], []),
        ('"hans müller"', [("hans", "muller")], []),
        ('"hans müller', [("hans", "muller")], []),
        ('anna "hans müller" acme', [("anna",), ("hans", "muller"), ("acme",)], []),
        ('""', [], []),
        ('"', [], []),
        ("müller -hans", [("muller",)], [("hans",)]),
        ("-hans", [], [("hans",)]),
        ('müller -"hans peter"', [("muller",)], [("hans", "peter")]),
        ("-firma:acme müller", [("muller",)], [("acme",)]),
        ("müller - hans", [("muller",), ("hans",)], []),
        ("wort:müller", [("wort", "muller")], []),
        ("h.m.", [("h",), ("m",)], []),
        ("#müller *hans (acme)", [("muller",), ("hans",), ("acme",)], []),
        ("„hans müller“ «x y»", [("hans", "muller"), ("x", "y")], []),
        ("müller -müller-lüdenscheidt", [("muller",)], [("muller", "ludenscheidt")]),
        ("müller -@acme.example", [("muller",)], [("acme",)]),
        ("müller -hans@acme.example", [("muller",)], [("hans", "acme")]),
        ("o'connell", [("oconnell",), ("connell",)], []),
        ("r2d2 12", [("r2d2",), ("12",)], []),
        ("", [], []),
        (" .,;:!?()*^{}[] ", [], []),
        ("иван", [("иван",)], []),
    ],
)
def test_words(text, terms, excluded):
    query = parse(text, HERE)
    assert shown(query) == terms
    assert [term.words for term in query.excluded] == excluded


TEXT_FIELDS = [field for field, columns in FIELDS.items() if columns != ("z", "hz")]


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("written", ["{}:müller", "{}:Müller", '{}:"müller"'])
def test_a_field_narrows_the_columns(field, written):
    (term,) = parse(written.format(field.upper()), HERE).terms
    assert term.words == ("muller",)
    assert names(term) == set(FIELDS[field])


def test_a_term_without_field_may_match_every_text_but_no_number():
    (term,) = parse("müller", HERE).terms
    assert names(term) == {column.name for column in COLUMNS if not column.digits}


def test_sources_are_narrowed_not_searched():
    query = parse("source:CRM quelle:Öffentlich müller", HERE)
    assert query.sources == ("crm", "offentlich")
    assert shown(query) == [("muller",)]


@pytest.mark.parametrize(
    ("text", "asked", "other_than", "excluded"),
    [
        ("müller -source:CRM", (), ("crm",), []),
        ("-quelle:Öffentlich müller -source:b", (), ("offentlich", "b"), []),
        ('müller -quelle:"Alter Bestand"', (), ("alter bestand",), []),
        ("source:a -source:ab müller", ("a",), ("ab",), []),
        ('müller source:"" -source:""', (), (), []),
        ("müller -source: crm", (), (), [("source",)]),
    ],
)
def test_sources_are_left_out(text, asked, other_than, excluded):
    query = parse(text, HERE)
    assert (query.sources, query.other_than) == (asked, other_than)
    assert [term.words for term in query.excluded] == excluded


@given(st.text(max_size=300), st.text(max_size=30))
def test_a_source_that_is_left_out_is_not_asked(text, name):
    query = parse(f'-source:"{name}" {text}', HERE)
    assert not any(query.asks(start) for start in query.other_than)
    assert all(Query((), other_than=query.other_than[:1]).asks(known) for known in ("crm", "erp")
               if not any(known.startswith(start) for start in query.other_than[:1]))  # fmt: skip


def test_a_mail_address_asks_mail_only():
    query = parse("hans.mueller@acme.example", HERE)
    assert shown(query) == [("hans",), ("muller",), ("acme",)]
    assert all(names(term) == {"m", "hm"} for term in query.terms)


@pytest.mark.parametrize(
    ("text", "international", "digits"),
    [
        ("089 8407", {"49898407"}, "0898407"),
        ("+49 89 8407", {"49898407"}, ""),
        ("0049 89 8407", {"49898407"}, "0049898407"),
        ("(089) 8407-12", {"4989840712"}, "089840712"),
        ("498984079812", {"498984079812", "4989498984079812"}, "498984079812"),
        ("840798", {"4989840798"}, "840798"),
        ("123", set(), "123"),
        ("+39 0471", {"390471"}, ""),
        ("0171 234", {"49171234"}, "0171234"),
    ],
)
def test_three_digits_and_more_ask_numbers_too(text, international, digits):
    (term,) = parse(text, HERE).terms
    assert set(term.international) == international
    assert term.digits == digits
    assert {"z", "hz"} <= names(term)


@pytest.mark.parametrize("text", ["12", "1", "1 2", "+", "00", "(", "firma:089123456"])
def test_fewer_digits_or_a_field_ask_no_numbers(text):
    assert all(not term.digits and not term.international for term in parse(text, HERE).terms)


@pytest.mark.parametrize("text", ["tel:12", "nummer:12", "Telefon:12", 'phone:"12"'])
def test_a_number_field_asks_numbers_only(text):
    (term,) = parse(text, HERE).terms
    assert (term.words, term.digits, names(term)) == ((), "12", {"z", "hz"})
    assert parse("tel:müller", HERE).terms == ()


def test_an_unknown_field_is_a_custom_one_or_a_word():
    (term,) = parse("Kundennr:47-11b", HERE).terms[:1]
    assert (term.words, term.tagged) == (("kundennr", "47"), "kundennr:47")
    assert [one.tagged for one in parse('größe:"sehr groß"', HERE).terms] == ["grosse:sehr", "grosse:gross"]
    assert all(one.whole for one in parse('größe:"sehr groß"', HERE).terms)
    assert shown(parse("wort:", HERE)) == [("wort",)]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("hans mül", [False, True]),
        ("hans mül ", [False, False]),
        ('hans "mül"', [False, False]),
        ("hans 089", [False, False]),
        ("müller-lüd", [False, True]),
        ("mül -hans", [False]),
    ],
)
def test_the_last_word_may_be_unfinished(text, last):
    assert [term.last for term in parse(text, HERE).terms] == last


def test_words_typed_together_are_parts():
    assert [term.part for term in parse("müller-lüdenscheidt o'neill hans h.m.", HERE).terms] == [True] * 4 + [
        False
    ] * 3


def test_a_number_beside_words():
    query = parse("müller 089 8407 hans", HERE)
    assert [(term.words[0], term.digits) for term in query.terms] == [("muller", ""), ("089", "0898407"), ("hans", "")]


def test_eight_words_and_256_characters_are_read():
    assert (MOST_WORDS, LONGEST) == (8, 256)
    assert shown(parse(" ".join(f"w{at}x" for at in range(20)), HERE)) == [(f"w{at}x",) for at in range(MOST_WORDS)]
    assert len(parse(" ".join(f"-w{at}x" for at in range(20)), HERE).excluded) == MOST_WORDS
    assert parse("." * LONGEST + "müller", HERE).terms == ()
    assert shown(parse("." * (LONGEST - 1) + " müller", HERE)) == []
    assert shown(parse("." * (LONGEST - 6) + "müller hans", HERE)) == [("muller",)]
    assert len(parse("source:x " * 20, HERE).sources) == MOST_WORDS


def test_the_word_as_typed_is_kept_for_ranking():
    assert [term.raw for term in parse("Müller-LÜDEN Straße", HERE).terms] == ["müller", "lüden", "strasse"]
    assert [term.raw for term in parse("Mueller O'Neill", HERE).terms] == ["mueller", "oneill", "neill"]


@given(st.text(max_size=400), st.sampled_from((HERE, Location("US"), Location("XX"), Location("DE", "", "", 3, "0"))))
def test_any_text_is_read(text, location):
    query = parse(text, location)
    assert len(query.terms) <= MOST_WORDS
    assert len(query.excluded) <= MOST_WORDS
    for term in query.terms + query.excluded:
        assert term.words or term.international or term.digits
        assert all(words.isalnum() for words in term.words)
        assert term.digits.isdecimal() or not term.digits
        assert all(part.isdecimal() for part in term.international)


@given(st.lists(st.text(st.sampled_from("abcdfghü"), min_size=1, max_size=8), min_size=1, max_size=5))
def test_quoted_words_are_one_phrase(words):
    (phrase,) = parse('"' + " ".join(words) + '"', HERE).terms
    assert phrase.whole
    assert phrase.words == tuple(term.words[0] for term in parse(" ".join(words), HERE).terms)
    assert parse('"' + " ".join(words), HERE).terms == (phrase,)


def test_a_field_takes_one_word_even_before_digits():
    postal, number = parse("plz:80331 089 8407", HERE).terms
    assert (postal.words, postal.digits, names(postal)) == (("80331",), "", {"r", "hr"})
    assert number.digits == "0898407"
    (number,) = parse("tel:089 84 07", HERE).terms
    assert number.digits == "0898407"


@pytest.mark.parametrize("text", ["(firma:acme)", "[firma:acme]", "#firma:acme", "FIRMA:acme"])
def test_brackets_hide_no_field(text):
    (term,) = parse(text, HERE).terms
    assert (term.words, names(term)) == (("acme",), {"c"})


@pytest.mark.parametrize(
    "field", ["büro", normalize("NFD", "büro"), "Büro", "buero", "straße", "STRASSE", "postal_code"]
)
def test_fields_are_read_in_any_spelling(field):
    (term,) = parse(f"{field}:x", HERE).terms
    assert (term.words, names(term)) == (("x",), {"r", "hr"})


@pytest.mark.parametrize("field", ["customer_number", "Customer_Number2", "customernumber"])
def test_a_custom_field_is_named_as_the_index_names_it(field):
    (term,) = parse(f"{field}:K17", HERE).terms
    assert term.tagged == tag("Customer-Number 2", "k17").removeprefix(TAG)


def test_a_custom_field_may_hold_a_long_number():
    (term,) = parse("kdnr:1234567", HERE).terms
    assert (term.words, term.tagged) == (("kdnr", "1234567"), "kdnr:1234567")


def test_a_source_left_out_narrows_to_no_other():
    assert parse("-source:crm müller", HERE).sources == ()


def test_the_words_of_an_address_are_those_its_contact_keeps():
    terms = parse("Hans_Müller-Mueller@sub.Acme.example", HERE).terms
    assert [term.raw for term in terms] == ["hans", "müller", "mueller", "sub", "acme"]
    assert not any(term.part for term in terms)
