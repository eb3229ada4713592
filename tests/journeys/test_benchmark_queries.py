"""What the benchmarks ask is what they say they ask."""

import random

import pytest
from rapidfuzz.distance import OSA

from benchmarks import figures, peers, queries, typed
from benchmarks.address_book import AddressBook
from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.directory.normal_form import words

COUNT = 60


@pytest.fixture(scope="module")
def some():
    return AddressBook(3000).people(1000)


def test_every_class_has_its_queries_and_they_belong_to_it(some):
    asked = queries.classes(some, COUNT)
    assert {len(held) for held in asked.values()} == {COUNT}
    for name, letters in (("2 letters", 2), ("3 letters", 3), ("5 letters", 5), ("infix", 5)):
        assert {len(text) for text in asked[name]} == {letters}
    assert all(len(text.split()) == 2 for name in ("two words", "full name", "two, typo") for text in asked[name])
    surnames = {" ".join(words(one.family_name)) for one in some}
    for text in asked["typo"]:
        assert min(OSA.distance(" ".join(words(text)), name) for name in surnames) <= 1
    for name in ("number", "number part"):
        assert all(text.isdigit() for text in asked[name])
    assert queries.classes(some, COUNT) == asked


@pytest.mark.parametrize("edits", [1, 2])
def test_a_typo_is_as_many_edits_as_it_says(edits):
    draw = random.Random(1)
    for word in ("Bauer", "Neuer", "Großmann", "Schmidt", "Lehmann") * 100:
        spelt = queries.misspelt(draw, word, edits)
        assert OSA.distance(*("".join(words(text)) for text in (spelt, word))) == edits
        assert spelt[0] == word[0]


def test_generated_labels_do_not_ask_for_the_name_as_it_is(some):
    for query in typed.queries(some, 20, lambda one: f"{one.given_name} {one.family_name}"):
        (meant,) = query.expected
        if "transliterated" not in query.kind and "company" not in query.kind:
            assert words(query.text) != words(meant), query


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0171 4455667", "1714455667"), ("+49 (0)171/4455667", "1714455667"), ("0049 171 4455667", "1714455667"),
        ("55012-108", "55012108"), ("Meier 12", ""), ("12", ""), ("3k", ""),
    ],
)  # fmt: skip
def test_peers_are_asked_for_a_number_by_its_digits(text, digits):
    assert queries.asked_number(text) == digits


def test_peers_hold_all_the_words_a_contact_is_found_by():
    contact = Contact(
        prefix="Dr.", given_name="Eva", middle_name="Lou", family_name="Müller", suffix="MBA", nickname="Evi",
        display_name="E. Müller", company="Acme", department="Labor", job_title="Leitung", office="Turm",
        phones=(Phone(PhoneKind.WORK, "089 12345"),), emails=(Email("eva@acme.example"),),
        addresses=(Address(street="Weg", postal_code="1", city="Ulm", region="Bayern", country="Land"),),
        notes="Notiz", urls=("seite",), categories=("Chor",), birthday="1970-01-02", custom=(("Nr", "KD7"),),
    )  # fmt: skip
    ((_, name, rest, numbers),) = peers.rows([contact])
    assert set(name.split()) == {"dr", "eva", "lou", "muller", "mba", "evi", "e"}
    held = "acme labor leitung turm eva weg 1 ulm bayern land notiz seite chor 1970 01 02 kd7"
    assert set(held.split()) <= set(rest.split())
    assert numbers == "8912345"


def test_texts_to_warm_up_with_are_not_timed():
    asked = []
    texts = [str(at) for at in range(figures.WARM + 40)]
    found = figures.timed(lambda text: asked.append(text) or text[:1].strip("2"), texts)
    assert asked == texts
    assert (found.asked, found.answered) == (40, 0.75)


def test_percentiles_are_those_of_the_times():
    found = figures.times(range(1, 1001))
    assert (found.p50, found.p95, found.p99, found.mean) == (501, 951, 991, 500.5)
