import pytest


@pytest.fixture
def filled(line, tmp_path):
    head = "id;given_name;family_name;company;department;email;main_phone\n"
    rows = {
        "crm": "1;Anna;Weber;Acme GmbH;Einkauf;anna@acme.example;\n2;;;Acme GmbH;;;+49 89 840798-0\n",
        "ad": "a;Anna;Weber;Acme;Purchase;anna@acme.example;\nb;Bert;Abel;Acme;;;\n",
    }
    for name, text in rows.items():
        (tmp_path / f"{name}.csv").write_text(head + text, encoding="utf-8")
        priority = {"crm": "1", "ad": "2"}[name]
        line.ok("source", "add", name, "--type", "csv", "--set", f"path={tmp_path / name}.csv", "--priority", priority)
    line.ok("sync")
    return line


def test_a_preferred_source_wins_on_the_card(filled):
    def card():
        (person,) = filled.ok("search", "anna weber")["persons"]
        return person["department"], person["sources"]["department"]

    assert card() == ("Einkauf", "crm")
    assert filled.ok("person", "priority", "list") == []
    assert "sources' priority decides" in filled.run("person", "priority", "list").out
    assert filled.ok("person", "priority", "set", "department", "ad,crm") == {
        "field": "department", "sources": ["ad", "crm"],
    }  # fmt: skip
    assert card() == ("Purchase", "ad")
    assert filled.ok("person", "priority", "list") == [{"field": "department", "sources": ["ad", "crm"]}]
    assert "department: ad, crm, then" in filled.run("person", "priority", "list").out
    assert filled.ok("person", "priority", "remove", "department") == {"removed": "department"}
    assert card() == ("Einkauf", "crm")


def test_the_card_in_words_obeys_preferences_too(filled, tmp_path):
    rows = {
        "crm": "1;Anna;Weber;Acme GmbH;Einkauf;anna@acme.example;089 840798-11\n",
        "ad": "a;Anna Maria;Weber;Acme;Purchase;anna@acme.example;089 840798-12\n",
    }
    for name, row in rows.items():
        file = tmp_path / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n" + row, encoding="utf-8")
        filled.ok("source", "set", name, "--country", "DE", "--area", "89")
    filled.ok("sync", "--apply-held", "--full")

    def card():
        return filled.run("search", "weber", "--language", "en").out.splitlines()[:3]

    first, second = "    +498984079811  main", "    +498984079812  main"
    assert card() == ["Anna Weber (Acme GmbH)  [crm, ad]", first, second]
    for field in ("display_name", "company", "numbers"):
        filled.ok("person", "priority", "set", field, "ad")
    assert card() == ["Anna Maria Weber (Acme)  [ad, crm]", second, first]


def test_what_is_wrong_is_named(filled):
    assert filled.refused("person", "priority", "set", "notes", "nix") == "there is no source named 'nix'"
    assert filled.refused("person", "priority", "remove", "notes") == "no source is preferred for 'notes'"
    wrong = filled.run("person", "priority", "set", "name", "crm")
    assert (wrong.code, "display_name" in wrong.err) == (2, True)
    assert filled.run("person", "priority", "set", "notes", ",").code == 2


def test_a_company_opens_its_people(filled):
    (company,) = [one for one in filled.ok("search", "acme")["persons"] if one["is_company"]]
    found = filled.ok("person", "people", str(company["id"]))
    assert [one["display_name"] for one in found["persons"]] == ["Bert Abel", "Anna Weber"]
    assert [[hit["source"] for hit in one["contacts"]] for one in found["persons"]] == [["ad"], ["crm", "ad"]]
    assert found["more"] is False
    assert filled.ok("person", "people", str(company["id"]), "--limit", "1")["more"] is True
    assert filled.ok("person", "people", str(company["id"]), "--as", "nobody")["persons"] == []
    told = filled.run("person", "people", str(company["id"]), "--language", "de").out
    assert told.splitlines()[:2] == ["Acme GmbH: 2 Personen arbeiten hier", "Bert Abel (Acme)  [ad]"]
    assert "Anna Weber  [crm, ad]" in told.splitlines()
    found = filled.run("search", "acme", "--language", "de").out
    assert f"    2 Personen arbeiten hier: contact-directory person people {company['id']}" in found.splitlines()


def test_a_contact_without_people_says_why(filled, tmp_path):
    file = tmp_path / "crm.csv"
    file.write_text(file.read_text(encoding="utf-8") + "3;Eva;Allein;;;;\n4;;;Leer AG;;;\n", encoding="utf-8")
    filled.ok("sync", "--apply-held")

    def people(text, *words):
        (hit,) = filled.ok("search", text)["hits"]
        return filled.run("person", "people", str(hit["id"]), *words, "--language", "de").out.strip()

    assert people("allein") == "Der Kontakt gehört zu keiner Firma."
    assert people("leer ag") == "Leer AG: Hier ist niemand als Person eingetragen."
    assert people("allein", "--as", "x") == "Diesen Kontakt gibt es nicht, oder er ist nicht freigegeben."


@pytest.mark.parametrize("number", ["99999", "0", str(2**63 - 1), str(2**63), str(2**200)])
def test_an_unknown_contact_is_said(filled, number):
    assert filled.refused("person", "people", number) == f"there is no contact with the id {number}"
    assert filled.ok("person", "people", number, "--as", "x")["persons"] == []


def test_preferences_speak_german(filled):
    def said(*words):
        ran = filled.run("person", "priority", *words, "--language", "de")
        assert ran.code == 0
        return ran.out.strip()

    assert said("list") == "Kein Feld bevorzugt eine Quelle: Die Priorität der Quellen entscheidet."
    assert said("set", "notes", "ad") == "notes: ad, danach entscheidet die Priorität der Quellen"
    assert said("list") == "notes: ad, danach entscheidet die Priorität der Quellen"
    assert said("remove", "notes") == "notes: Die Priorität der Quellen entscheidet wieder."
