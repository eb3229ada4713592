"""`why` and `quality` as an admin reads them, in both languages."""

import pytest

CUSTOMERS = (
    "id;given_name;family_name;company;business_phone;home_phone;email;notes\n"
    "1;Jürgen;Groß;Müller Maschinenbau GmbH;089/999985-12;08151 55501;j.gross@mueller.example;Schach\n"
    "2;;;Müller Maschinenbau GmbH;089/999985-0;;;\n"
    "3;Anna;Alt;Müller Maschinenbau GmbH;089/999985-77;;anna@alt.example;\n"
    "4;Bert;Neu;Müller Maschinenbau GmbH;089/999985-77;;bert@neu.example;\n"
    "5;Cora;Klein;;4,97611E+11;;;\n"
    "6;Dora;Lang;;siehe Notiz;;;\n"
    ";Ohne;Schlüssel;;;;;\n"
)


@pytest.fixture
def filled(line, tmp_path, monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    line.ok("source", "add", "customers", "--type", "csv", "--set", f"path={file}", "--country", "DE", "--area", "89")
    line.ok("sync")
    line.ok("grant", "add", "customers", "--group", "sales", "--fields", "name,business")
    line.ok("client", "add", "sbc", "--sources", "customers", "--fields", "name,business", "--area", "89",
            "--country", "DE", "--shared-numbers", "company")  # fmt: skip
    return line


def said(line, *words, language="de"):
    ran = line.run(*words, "--language", language)
    assert ran.code == 0, ran
    return ran.out


def test_a_search_is_told_word_by_word(filled):
    told = said(filled, "why", "jürgn maschinenbau", "--as", "oid-1", "--groups", "sales")
    assert "„jürgn maschinenbau“ wurde so gelesen:" in told
    assert "Treffer: 1 Kontakt, sichtbar für den Benutzer oid-1:" in told
    assert "„jürgn“ → „Jürgen“ im Namen: klingt ähnlich" in told
    assert "„maschinenbau“ → „Maschinenbau“ im Firmennamen: das Wort selbst" in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            "„schach“ steht nur in den Notizen: Feldgruppe Notizen (notes) von customers ist nicht freigegeben",
        ),
        ("en", "“schach” is only in the notes: field group notes of customers is not granted"),
    ],
)
def test_the_missing_field_group_is_named(filled, language, words):
    assert words in said(filled, "why", "schach", "--groups", "sales", language=language)


def test_a_number_is_told_step_by_step(filled):
    told = said(filled, "why", "089/999985-55", "--client", "sbc")
    assert "„089/999985-55“ als Nummer (Standort DE, Vorwahl 89):" in told
    assert "  1. die Nummer +498999998555: niemand" in told
    assert "mit +4989999985 beginnen: Müller Maschinenbau GmbH (4 Kontakte)" in told
    assert "Antwort: Nur die Firma ist bekannt." in told


def test_a_hidden_number_and_a_service_number(filled):
    told = said(filled, "why", "08151 55501", "--client", "sbc")
    assert "Die Nummer steht dort (privat): Feldgruppe Privates (private) von customers ist nicht freigegeben" in told
    assert "Sonderrufnummer 110: gilt allein, ohne Vorwahl" in said(filled, "why", "110")
    assert "hier nicht als Nummer lesbar" in said(filled, "why", "12345678901234567890123")


def test_shared_numbers_are_told_by_lookup(filled):
    assert "+498999998577 gehört 2 Personen; wer davon anruft, lässt sich nicht sagen:" in said(
        filled, "lookup", "089/999985-77"
    )
    told = said(filled, "lookup", "089/999985-77", "--client", "sbc")
    assert "was dann gezeigt wird, bestimmt die Regel des Clients" in told
    assert "Müller Maschinenbau GmbH (2 contacts)" in told
    assert "+498999998500 begins" not in told


def test_a_company_tells_how_many_people_it_has(filled):
    told = said(filled, "search", "müller maschinenbau")
    assert "3 Personen arbeiten hier" in told
    company = next(one for one in filled.ok("search", "müller maschinenbau")["persons"] if one["is_company"])
    assert company["people"] == 3


def test_where_a_contact_is_from(filled):
    (hit,) = filled.ok("search", "jürgen groß")["hits"]
    value = filled.ok("why", "--contact", str(hit["id"]))
    assert (value["source"], value["key"], value["deleted"]) == ("customers", "1", None)
    assert value["field_groups"] == ["name", "business", "private", "notes"]
    assert value["shown_to"] == {
        "groups": [{"group": "sales", "fields": ["name", "business"]}],
        "clients": [{"client": "sbc", "fields": ["name", "business"]}],
    }
    assert [(one["raw"], one["e164"]) for one in value["numbers"]] == [
        ("089/999985-12", "+498999998512"), ("08151 55501", "+49815155501"),
    ]  # fmt: skip
    told = said(filled, "why", "--contact", str(hit["id"]))
    assert "Quelle customers, dort unter dem Schlüssel 1" in told
    assert "Gruppe sales: Name, Geschäft (business)" in told
    assert "Büro „089/999985-12“ → +498999998512 (Durchwahl 12 der Rufnummer +4989999985)" in told
    for number in ("99999", str(2**63), "9" * 30):
        assert filled.refused("why", "--contact", number) == f"there is no contact with the id {number}"


def test_an_extension_comes_before_numbers_that_only_contain_it(filled, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text("id;given_name;family_name;business_phone\nx;Zoe;Zander;851\n", encoding="utf-8")
    filled.ok("source", "add", "staff", "--type", "csv", "--set", f"path={staff}", "--country", "DE", "--area", "40",
              "--trunk", "66969", "--extension-length", "3")  # fmt: skip
    filled.ok("sync", "staff")
    value = filled.ok("why", "851")
    assert [(hit["key"], hit["behind"]) for hit in value["matched"]] == [("x", ""), ("1", "lookup")]
    assert [hit["match"]["rank"] for hit in value["matched"]] == ["extension", "number"]
    told = said(filled, "why", "851").splitlines()
    assert "       „851“ → „851“ in den Nummern: die Durchwahl" in told
    assert "       „851“ → „089/999985-12“ in den Nummern: Teil der Nummer" in told
    assert "       findet nur die Suche, ein Anruf nicht" in told


def test_first_letters_are_no_other_form_of_a_name(filled):
    assert "„jg“ → „Jürgen Groß“ im Namen: Anfangsbuchstaben des Namens" in said(filled, "why", "jg")
    assert "„georg“ → „Jürgen“ im Namen: andere Form des Namens" in said(filled, "why", "georg")


def test_a_cut_answer_says_so(filled):
    told = said(filled, "why", "müller", "--limit", "1")
    assert "Treffer: mehr als 1 Kontakt:" in told
    assert "Das sind nicht alle: --limit 1 ist erreicht" in told
    assert filled.ok("why", "müller", "--limit", "1")["more"] is True
    assert filled.ok("why", "müller")["more"] is False
    assert "Treffer: 4 Kontakte:" in said(filled, "why", "müller")


def test_a_deleted_contact_still_tells_where_it_was_from(filled, tmp_path):
    (hit,) = filled.ok("search", "dora")["hits"]
    before = filled.ok("why", "--contact", str(hit["id"]))
    lines = CUSTOMERS.splitlines(keepends=True)
    (tmp_path / "customers.csv").write_text("".join(one for one in lines if not one.startswith("6;")), encoding="utf-8")
    filled.ok("sync", "--apply-held")
    value = filled.ok("why", "--contact", str(hit["id"]))
    assert value["deleted"] is not None
    assert value["last_seen"] == before["last_seen"]
    assert "Die Quelle hat ihn nicht mehr" in said(filled, "why", "--contact", str(hit["id"]))


@pytest.mark.parametrize(
    "words",
    [
        ("why",),
        ("why", "x", "--contact", "1"),
        ("why", "--contact", "0"),
        ("why", "x", "--client", "sbc", "--as", "y"),
        ("search", "x", "--language", "fr"),
    ],
)
def test_contradictions_are_wrong_usage(filled, words):
    assert filled.run(*words).code == 2


def test_quality_names_what_is_wrong_and_what_helps(filled):
    told = said(filled, "quality")
    assert told.startswith("6 Kontakte aus 1 Quelle geprüft: ")
    assert "customers 6: Dora Lang, Büro „siehe Notiz“" in told
    assert "Büro „4,97611E+11“: von Excel verfälscht" in told
    assert "+498999998577: 2 Personen" in told
    assert "customers: Zeile 8: Der Schlüssel fehlt" in told
    assert "customers: line 8: the key is missing" in said(filled, "quality", language="en")
    assert "Ohne Befund:" in told
    english = said(filled, "quality", "--source", "customers", "--limit", "0", language="en")
    assert english.startswith("6 contacts of 1 source checked: ")
    assert "Dora" not in english
    value = filled.ok("quality")
    assert {one["check"]: one["count"] for one in value["findings"]}["bad_records"] == 1
    assert "nobody" in filled.refused("quality", "--source", "nobody")


def test_the_terminals_language_is_spoken(filled, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "Nichts gefunden." in filled.run("search", "zzzzzz").out
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert "Nothing found." in filled.run("search", "zzzzzz").out


def test_what_would_show_a_contact_is_said(filled):
    told = said(filled, "why", "groß", "--groups", "service")
    assert "Treffer: 1 Kontakt, nicht sichtbar für ein Mitglied von service:" in told
    assert "    → Freigeben: contact-directory grant add customers --group service" in told.splitlines()
    told = said(filled, "why", "schach", "--client", "sbc")
    assert "    → Freigeben: contact-directory client set sbc --fields …,notes" in told.splitlines()
    told = said(filled, "why", "schach", "--groups", "sales,x")
    assert "contact-directory grant add customers --group GRUPPE --fields …,notes" in told


def test_those_with_the_same_reason_stand_together(filled):
    told = said(filled, "why", "müller maschinenbau", "--as", "x").splitlines()
    assert told.count("  Die Quelle customers ist nicht freigegeben:") == 1
    assert sum(line.startswith("    -  ") for line in told) == 4


def test_the_step_that_only_orders_is_said_once(filled):
    told = said(filled, "why", "müller").splitlines()
    assert sum("dann ordnet der Name" in line for line in told) == 1


def test_an_excluded_source_is_said(filled):
    told = said(filled, "why", "groß -quelle:cust")
    assert "  nicht in Quellen, deren Name so beginnt: cust" in told.splitlines()
    assert "  Ausgeschlossen durch -quelle:cust (Quelle customers):" in told.splitlines()
    assert "Nichts gefunden" in said(filled, "search", "groß -quelle:cust")


def test_what_a_call_shows_by_the_rule_is_said(filled):
    told = said(filled, "why", "089/999985-77", "--client", "sbc")
    assert "Antwort: 2 Personen haben die Nummer; ein Anruf zeigt nach der Regel „company“: Müller Masch" in told
    assert "findet nur die Suche" not in told


def test_a_staff_extension_that_is_a_service_number_stays_one(filled, tmp_path):
    staff = tmp_path / "staff.csv"
    rows = "id;given_name;family_name;business_phone\nx;Zoe;Zander;-110\ny;Yve;Yorck;112\n"
    staff.write_text(rows, encoding="utf-8")
    filled.ok("source", "add", "staff", "--type", "csv", "--set", f"path={staff}", "--country", "DE", "--area", "40",
              "--trunk", "66969", "--extension-length", "3")  # fmt: skip
    filled.ok("sync", "staff")
    for number, name in (("110", "Zoe Zander"), ("112", "Yve Yorck")):
        told = said(filled, "why", number)
        assert f"  Sonderrufnummer {number}: gilt allein, ohne Vorwahl und ohne eigene Rufnummer davor" in told
        assert f"  1. die Durchwahl {number}: 1 Kontakt" in told
        assert f"1. {name}  [staff" in told


def test_a_report_says_how_many_without_number_have_a_mail_address(filled, tmp_path):
    file = tmp_path / "customers.csv"
    mail = "7;Fritz;Fern;;;;fritz@fern.example;\n"
    file.write_text(CUSTOMERS + mail + "8;Gerd;Gar;;;;;\n", encoding="utf-8")
    filled.ok("sync")
    told = said(filled, "quality").splitlines()
    assert "Kontakte ohne Nummer: 2  (customers 2); 1 davon mit E-Mail-Adresse" in told
    assert "    customers 7: Fritz Fern, fritz@fern.example" in told
    file.write_text(CUSTOMERS + "8;Gerd;Gar;;;;;\n", encoding="utf-8")
    filled.ok("sync")
    assert "Kontakte ohne Nummer: 1  (customers 1); keiner davon mit E-Mail-Adresse" in said(filled, "quality")


def test_a_held_source_says_what_to_do(filled, tmp_path):
    (tmp_path / "customers.csv").write_text(CUSTOMERS.splitlines(keepends=True)[0] + "z;A;B;;;;;\n", encoding="utf-8")
    assert filled.run("sync").code == 3
    told = said(filled, "quality")
    assert "customers: letzter Lauf angehalten: 6 von 6 Kontakten würden gelöscht, mehr als 10 %" in told
    assert "contact-directory sync customers (Angehaltenes: --apply-held)" in told
    assert "Zeile 8: Der Schlüssel fehlt" in told


def test_neither_is_the_same_name_said_behind_it(filled, tmp_path):
    more = "7;Bert;Neu;Müller Maschinenbau GmbH;089/999985-78;;;\n"
    (tmp_path / "customers.csv").write_text(CUSTOMERS + more, encoding="utf-8")
    filled.ok("sync")
    assert [hit["behind"] for hit in filled.ok("why", "müller")["matched"]][-2:] == ["name", "id"]
    assert "auch der Name ist gleich" not in said(filled, "why", "müller")
    assert "auch der Name ist gleich" in said(filled, "why", "bert neu")
