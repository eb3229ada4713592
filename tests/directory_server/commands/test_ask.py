"""`search`, `lookup`, `why` and `index rebuild` on two sources with different grants."""

import pytest

CUSTOMERS = (
    "id;given_name;family_name;company;business_phone;home_phone;email\n"
    "1;Jürgen;Groß;Müller Maschinenbau GmbH;089/999985-12;08151 55501;j.gross@mueller.example\n"
    "2;;;Müller Maschinenbau GmbH;089/999985-0;;\n"
)
SERVICE = "id;given_name;family_name;email\nx;Jürgen;Groß;j.gross@mueller.example\n"
HIT = {"id", "source", "key", "display_name", "company", "numbers", "match"}


@pytest.fixture
def filled(line, tmp_path):
    for name, text in (("customers", CUSTOMERS), ("service", SERVICE)):
        file = tmp_path / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        line.ok("source", "add", name, "--type", "csv", "--set", f"path={file}", "--country", "DE", "--area", "89")
    line.ok("sync")
    line.ok("grant", "add", "customers", "--group", "sales", "--fields", "name,business")
    line.ok("client", "add", "sbc", "--sources", "customers", "--fields", "name", "--area", "89", "--country", "DE")
    return line


def test_search_prints_persons_made_of_hits(filled):
    found = filled.ok("search", "groß")
    (person,) = found["persons"]
    assert [(hit["source"], hit["key"]) for hit in person["contacts"]] == [("customers", "1"), ("service", "x")]
    assert all(set(hit) >= HIT for hit in person["contacts"] + found["hits"])
    assert [(hit["source"], hit["key"]) for hit in found["hits"]] == [("customers", "1"), ("service", "x")]
    assert person["contacts"][0]["numbers"][0] == {"kind": "work", "raw": "089/999985-12", "e164": "+498999998512"}
    assert found["more"] is False


def test_search_as_a_user_asks_through_the_grants(filled):
    seen = filled.ok("search", "groß", "--as", "someone", "--groups", "sales")["hits"]
    assert [(hit["source"], [number["kind"] for number in hit["numbers"]]) for hit in seen] == [("customers", ["work"])]
    assert filled.ok("search", "08151", "--as", "someone", "--groups", "sales")["hits"] == []
    assert filled.ok("search", "groß", "--as", "someone")["hits"] == []


@pytest.mark.parametrize("number", ["+498999998512", "00498999998512", "498999998512", "089 / 99 99 85 - 12"])
def test_lookup_reads_every_notation(filled, number):
    found = filled.ok("lookup", number)
    assert [hit["key"] for hit in found["hits"]] == ["1"]
    assert (found["e164"], found["approximate"]) == ("+498999998512", False)
    assert set(found["hits"][0]) >= HIT


def test_an_unknown_extension_shows_the_company(filled):
    found = filled.ok("lookup", "089/999985-99")
    assert found["approximate"] is True
    assert [hit["display_name"] for hit in found["hits"]] == ["Müller Maschinenbau GmbH"]


def test_lookup_as_a_client_obeys_its_fields(filled):
    assert filled.ok("lookup", "089/999985-12", "--client", "sbc")["hits"] == []
    assert "nobody" in filled.refused("lookup", "089", "--client", "nobody")


def test_nothing_found_is_no_failure(filled):
    assert filled.ok("search", "zzzzzz")["hits"] == []
    assert filled.ok("lookup", "+4930111111")["hits"] == []
    assert "Nothing found" in filled.run("search", "zzzzzz").out


def test_why_names_who_is_hidden(filled):
    told = filled.run("why", "groß", "--as", "someone", "--groups", "sales")
    assert told.code == 0
    assert "customers 1" in told.out
    assert "service x" in told.out
    assert "Matches: 2 contacts, 1 of them shown" in told.out


def test_the_index_can_be_built_anew(filled):
    before = filled.ok("search", "groß")["hits"]
    filled.ok("index", "rebuild")
    assert filled.ok("search", "groß")["hits"] == before
