"""Evidence worked out from a contact's words is what the index found it by."""

import pytest

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.directory.evidence import evidence
from directory_server.directory.explain import explain
from directory_server.directory.query import parse
from directory_server.store.rows import Location
from tests.fakes.world import World

HERE = Location("DE", "89")
BOOK = {
    "1": Contact(prefix="Dr.", given_name="Jürgen", family_name="Müller-Lüdenscheid", company="Groß Maschinenbau GmbH",
                 department="Einkauf", job_title="Leiter", emails=(Email("j.mueller@gross.example"),),
                 phones=(Phone(PhoneKind.WORK, "089 840798-12"), Phone(PhoneKind.MOBILE, "0171 4455667")),
                 addresses=(Address(street="Hafenstraße 7", city="Köln", postal_code="50667"),),
                 custom=(("Kundennummer", "K4711"),), notes="Schachspieler"),
    "2": Contact(given_name="J.", family_name="Meier", company="Stadtwerke Ulm", categories=("Lieferant",)),
    "3": Contact(company="O'Connell & Söhne", phones=(Phone(PhoneKind.MAIN, "089/999985-0"),)),
    "4": Contact(given_name="Robert", family_name="Maier", display_name="Maier, Robert (extern)"),
    "5": Contact(given_name="Иван", family_name="Петров", company="Groß"),
}  # fmt: skip
QUERIES = [
    "müller", "mueller", "muller", "mull", "lüdenscheid", "lued", "jürgen groß", "jurgen gross", "jürgn", "maschinen",
    "schinen", "mayer", "maier", "meier", "bob", "rob", "johann meier", "firma:groß", "mail:mueller", "ort:köln",
    "hafen", "50667", "089840798", "840798", "4455667", "+49171", "kundennummer:k47", "k4711", "connell", "o'connell",
    "oconel", "söhne", "soehne", "stadtwreke", "lieferant", "schachspiler", "иван", "jm", '"groß maschinenbau"',
    "müller-lüd", "einkauf leiter", "j meier",
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("evidence")) as made:
        made.put(made.source("crm", HERE), BOOK)
        yield made


@pytest.mark.parametrize("text", QUERIES)
def test_every_hit_is_explained_as_it_was_found(world, text):
    value = explain(text, world.view(location=HERE), world.view(location=HERE))
    assert value["matched"], text
    ranks = ["exact", "prefix", "compound", "nickname", "infix", "phonetic", "edit1", "edit2"]
    for hit in value["matched"]:
        assert len(hit["terms"]) == len(value["terms"]), hit
        worst = max(hit["terms"], key=lambda one: ranks.index(one["rank"]))
        if hit["match"]["rank"] not in {"number", "extension", "approximate"}:
            assert worst["rank"] == hit["match"]["rank"], hit


@pytest.mark.parametrize("text", QUERIES)
def test_what_has_evidence_for_every_term_is_found(world, text):
    """Between them the two find the same contacts, as long as fewer than a page match."""
    view = world.view(location=HERE)
    query = parse(text, HERE)
    several = len(query.terms) > 1
    told = {one.key for one in view.all() if all(evidence(term, one, several=several) for term in query.terms)}
    found = {one.key for one in view.listings(text)}
    assert found >= told


@pytest.mark.parametrize(
    ("text", "rank", "field", "written"),
    [
        ("müller", "exact", "display_name", "Müller"),
        ("lüden", "compound", "display_name", "Lüdenscheid"),
        ("schinen", "infix", "company", "Maschinenbau"),
        ("lieferamt", "edit1", "job_title", "Lieferant"),
        ("bob", "nickname", "display_name", "Robert"),
        ("kundennummer:k4711", "exact", "custom", "K4711"),
        ("0171 4455", "prefix", "phones", "0171 4455667"),
        ("40798", "infix", "phones", "089 840798-12"),
    ],
)
def test_words_are_shown_as_they_are_written(world, text, rank, field, written):
    value = explain(text, world.view(location=HERE), world.view(location=HERE))
    (term,) = value["matched"][0]["terms"]
    assert (term["rank"], term["field"], term["written"]) == (rank, field, written)
