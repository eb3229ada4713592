from io import BufferedReader, BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.connector import Connector
from connectors.csv_file import lines
from connectors.csv_file.rows import CELL_LIMIT
from connectors.errors import AuthFailed, ConfigInvalid, PartialRead, SourceGone
from connectors.events import BadRecord, Checkpoint, Snapshot, Upsert
from connectors.mapping import apply


@pytest.fixture
def make(tmp_path: Path):
    def make(content: bytes | str, **settings: object) -> Connector:
        path = tmp_path / "k.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return registry.connect("csv", {"path": str(path), **settings})

    return make


def records(connector: Connector) -> dict[str, dict[str, str]]:
    found = [event for event in connector.read(None) if isinstance(event, Upsert)]
    return {event.key: {name: values[0] for name, values in event.record.items()} for event in found}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found(make, encoding, separator) -> None:
    text = f"id{separator}Nachname\r\n1{separator}Müßig\r\n2{separator}Ähre\r\n"
    assert records(make(text.encode(encoding))) == {
        "1": {"id": "1", "Nachname": "Müßig"},
        "2": {"id": "2", "Nachname": "Ähre"},
    }


def test_the_admins_choice_wins(make) -> None:
    text = "id;a,b\n1;Łódź,x\n"
    assert records(make(text.encode("cp1250"), encoding="cp1250", separator="semicolon"))["1"]["a,b"] == "Łódź,x"


def test_excel_habits(make) -> None:
    text = 'sep=;\nid;Telefon;Fax;Mobil\n1;="0761123";"=""0761124""";\'+49 170\n;;;\n\n'
    assert records(make(text)) == {"1": {"id": "1", "Telefon": "0761123", "Fax": "0761124", "Mobil": "+49 170"}}


def test_quotes_separators_and_line_breaks_inside_fields(make) -> None:
    text = 'id,notes\n1,"a ""b"", c\r\nd"\n2,x\n'
    assert records(make(text)) == {"1": {"id": "1", "notes": 'a "b", c\r\nd'}, "2": {"id": "2", "notes": "x"}}


def test_wrong_encoding_names_the_setting_and_no_content(make) -> None:
    with pytest.raises(ConfigInvalid, match=r"'encoding'.*utf-8.*line 1") as caught:
        records(make("id;name\n1;Müller\n".encode("cp1252"), encoding="utf-8"))
    assert "ller" not in str(caught.value)
    with pytest.raises(ConfigInvalid, match="encoding"):
        records(make(b"id;name\n1;\x81\xfc\n"))
    with pytest.raises(ConfigInvalid, match="utf-16-le"):
        records(make("id;name\n1;x\n".encode("utf-16-le")))


def test_missing_key_column_names_the_columns_found(make) -> None:
    with pytest.raises(ConfigInvalid, match="'key': column 'id' is missing; columns found: Nr, Name"):
        records(make("Nr;Name\n1;x\n"))
    assert list(records(make("Kunden-Nr.;Name\n1;x\n", key="kundennr"))) == ["1"]
    with pytest.raises(ConfigInvalid, match="twice"):
        records(make("id;id\n1;x\n"))


def test_rows_without_or_with_a_used_key_are_told_by_line(make) -> None:
    events = list(make("id;name\n1;a\n;b\n1;c\n2;d\n").read(None))
    assert [event for event in events if isinstance(event, BadRecord)] == [
        BadRecord(None, "line 3: the key column is empty"),
        BadRecord("1", "line 4: an earlier line has the same key"),
    ]
    assert [event.key for event in events if isinstance(event, Upsert)] == ["1", "2"]
    assert events[-2:] == [Snapshot(complete=True), Checkpoint({"version": 1})]


@given(st.lists(st.integers(0, 9).map(str), max_size=20), st.integers(1, 40))
def test_a_used_key_is_told_wherever_the_first_one_was(tmp_path_factory, keys, part) -> None:
    path = tmp_path_factory.getbasetemp() / "used.csv"
    path.write_text("id;name\n" + "".join(f"{key};x\n" for key in keys))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "PART", part)
        events = list(registry.connect("csv", {"path": str(path)}).read(None))
    assert [event.key for event in events if isinstance(event, Upsert)] == list(dict.fromkeys(keys))
    assert [event for event in events if isinstance(event, BadRecord)] == [
        BadRecord(key, f"line {at + 2}: an earlier line has the same key")
        for at, key in enumerate(keys)
        if key in keys[:at]
    ]


@pytest.mark.parametrize("broken", ["2;b;c;d", "2", '2;"b"x;""c;d', '2;"b;c\n9;"x";y'])
def test_rows_of_doubtful_shape_stop_deletions_and_hide_no_other_row(make, broken) -> None:
    events = list(make(f"id;name;city\n1;a;b\n{broken}\n3;c;d\n").read(None))
    assert [event.key for event in events if isinstance(event, Upsert) and event.key in "13"] == ["1", "3"]
    assert any(isinstance(event, BadRecord) and event.reason.startswith("line 3") for event in events)
    assert Snapshot(complete=False) in events


def test_a_stray_quote_inside_one_line_is_forgiven(make) -> None:
    events = list(make('id;name\n1;"Müller "GmbH""\n2;x\n').read(None))
    assert [event.key for event in events if isinstance(event, Upsert)] == ["1", "2"]
    assert Snapshot(complete=True) in events


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"id;na",
        b"id;name;city\n1;a;b\n2;c",
        b'id;name\n1;a\n2;"half',
        b'id;name\n1;"a;b\n' + b"2;c\n" * 50_000,
        b"id;name\n1;\xc3\xa4\n2;\xc3",
        "id;name\n1;ä\n".encode("utf-16")[:-1],
        b"id;name\n1;a\n" + bytes(64),
    ],
    ids=["empty", "blank", "header", "row", "quote", "stray quote", "utf-8", "utf-16", "zeros"],
)
def test_half_written_files_are_partial_reads(make, content) -> None:
    events = []
    with pytest.raises(PartialRead):
        events.extend(make(content).read(None))
    with pytest.raises(PartialRead):
        make(content).check()


def test_every_cut_of_a_file_is_partial_or_loses_no_earlier_row(make) -> None:
    whole = 'id;Nachname;Notiz\n1;Müller;"a\nb"\n2;Ähre;x\n3;Ö;"y;z"\n'.encode()
    for cut in range(len(whole)):
        try:
            found = list(records(make(whole[:cut])))
        except (PartialRead, ConfigInvalid):
            continue
        lines = whole[:cut].count(b"\n") - 1
        assert found == ["1", "2", "3"][: len(found)]
        assert len(found) >= lines - 1 - (cut > whole.index(b"a\nb"))


def test_a_file_written_to_while_we_read_is_a_partial_read(make, tmp_path) -> None:
    stream = make("id;name\n1;a\n2;b\n").read(None)
    next(stream)
    with (tmp_path / "k.csv").open("a") as file:
        file.write("3;c\n")
    with pytest.raises(PartialRead, match="written to while"):
        list(stream)


def test_header_only_is_a_complete_empty_snapshot(make) -> None:
    assert list(make("id;name\n").read(None)) == [Snapshot(complete=True), Checkpoint({"version": 1})]


def test_a_line_without_end_is_refused(make) -> None:
    with pytest.raises(ConfigInvalid, match=str(lines.LINE_LIMIT)):
        records(make(b"id;name\n" + b"x" * (lines.LINE_LIMIT + 1)))


def test_delete_after_import_removes_only_what_was_stored(make, tmp_path) -> None:
    path = tmp_path / "k.csv"
    connector = make("id;name\n1;a\n", delete_after_import="true")
    first = list(connector.read(None))
    assert path.exists(), "nothing is stored yet"
    state = first[-1].state
    path.write_text("id;name\n2;b\n")
    second = list(connector.read(state))
    assert [event.key for event in second if isinstance(event, Upsert)] == ["2"]
    state = second[-1].state
    assert list(connector.read(state)) == [Checkpoint(state)]
    assert not path.exists()
    assert list(connector.read(state)) == [Checkpoint(state)], "no file: nothing new, nothing deleted"
    with pytest.raises(SourceGone):
        list(registry.connect("csv", {"path": "/nowhere/k.csv", "delete_after_import": True}).read(None))


@given(
    st.text(alphabet="aü€\v\f\x1c\x85\u2028\r\n", max_size=40), st.integers(1, 9), st.sampled_from(["utf-8", "utf-16"])
)
def test_lines_end_where_the_csv_module_ends_them(text, part, encoding) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "PART", part)
        found = list(lines.Lines(BufferedReader(BytesIO(text.encode(encoding))), encoding))
    assert found == list(StringIO(text, newline=""))


def test_a_file_with_damaged_rows_is_not_deleted(make, tmp_path) -> None:
    connector = make("id;name\n1;a\n2;b;c\n", delete_after_import=True)
    for _ in range(2):
        *_, snapshot, checkpoint = connector.read({"version": 1})
        assert (snapshot, checkpoint) == (Snapshot(complete=False), Checkpoint({"version": 1}))
        list(connector.read(checkpoint.state))
    assert (tmp_path / "k.csv").exists()


def test_check_warns_of_damage_by_spreadsheets_and_unused_columns(make) -> None:
    check = make("id;Telefon;Schuhgröße\n1;4,97611E+11;44\n2;761123456;45\n3;761123457;46\n;;1\n").check()
    assert check.count == 3
    text = "\n".join(check.warnings)
    assert all(word in text for word in ("1 numbers", "2 of 3 numbers", "Schuhgröße", "1 rows"))
    assert "761123456" not in text


def test_columns_for_a_file_without_header(make) -> None:
    assert records(make("1;Anna\n", columns="id, Vorname")) == {"1": {"id": "1", "Vorname": "Anna"}}


def test_folder_and_forbidden_file(tmp_path, monkeypatch, make) -> None:
    with pytest.raises(ConfigInvalid, match="folder"):
        records(registry.connect("csv", {"path": str(tmp_path)}))
    connector = make("id;name\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AuthFailed):
        records(connector)


def test_settings_are_checked_by_name() -> None:
    for settings, text in (
        ({}, "setting 'path' is missing"),
        ({"path": "x", "pfad": "y"}, "setting 'pfad' is unknown"),
        ({"path": "x", "separator": "geheim"}, "setting 'separator'"),
        ({"path": "x", "encoding": "geheim"}, "setting 'encoding'"),
    ):
        with pytest.raises(ConfigInvalid, match=text) as caught:
            registry.connect("csv", settings)
        assert "geheim" not in str(caught.value)


def test_outlook_export_in_german(make) -> None:
    row = {
        "Anrede": "Herr", "Vorname": "Jörg", "Nachname": "Groß", "Firma": "Acme", "Straße geschäftlich": "Weg 1",
        "Ort geschäftlich": "Ulm", "Telefon geschäftlich": "0731/1", "Telefon privat": "0731/2",
        "Mobiltelefon": "0171/3", "Fax privat": "0731/4", "E-Mail-Adresse": "j@x.de", "Geburtstag": "0.0.00",
        "Kategorien": "A;B", "Privat": "Falsch", "Vertraulichkeit": "Normal",
    }  # fmt: skip
    text = "".join(",".join(f'"{cell}"' for cell in cells) + "\r\n" for cells in (row.keys(), row.values()))
    connector = make(text.encode("cp1252"), key="E-Mail-Adresse")
    contact = connector.check().samples[0]
    assert (contact.prefix, contact.name(), contact.birthday, contact.categories) == (
        "Herr",
        "Jörg Groß",
        "",
        ("A", "B"),
    )
    assert {(phone.kind.value, phone.raw) for phone in contact.phones} == {
        ("work", "0731/1"), ("home", "0731/2"), ("mobile", "0171/3"), ("home", "0731/4")
    }  # fmt: skip
    assert (contact.addresses[0].street, contact.addresses[0].city) == ("Weg 1", "Ulm")
    assert apply(registry.mapping_of("csv"), {"nothing": ("x",)}).name() == ""


def test_a_cell_too_long_is_a_fault_of_its_row_alone(make) -> None:
    long = "x" * (CELL_LIMIT + 1)
    for cell in (long, f'"{long}"'):
        events = list(make(f"id;notes\n1;a\n2;{cell}\n3;c\n").read(None))
        assert [event.key for event in events if isinstance(event, Upsert)] == ["1", "3"]
        (bad,) = (event for event in events if isinstance(event, BadRecord))
        assert bad.reason == f"line 3: a cell has more than {CELL_LIMIT} characters"
        assert Snapshot(complete=False) in events


def test_a_quoted_text_of_many_lines_has_a_limit_too(make) -> None:
    for text in ("x\n" * CELL_LIMIT, ("x" * 50_000 + "\n") * 40):
        with pytest.raises(PartialRead, match=f"opened in line 2 is never closed within {CELL_LIMIT} characters"):
            records(make(f'id;notes\n1;"{text}"\n2;c\n'))
