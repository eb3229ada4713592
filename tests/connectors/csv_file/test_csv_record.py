"""Versions and records of rows: what is the same is told without a record, what is not never passes for it."""

from pathlib import Path

import pytest

from connectors import registry
from connectors.csv_file.record import Columns, RowRecord
from connectors.csv_file.rows import Row
from connectors.events import Upsert


@pytest.fixture
def versions(tmp_path: Path):
    def read(content: str, **settings: object) -> dict[str, bytes]:
        path = tmp_path / "k.csv"
        path.write_bytes(content.encode())
        connector = registry.connect("csv", {"path": str(path), **settings})
        return {event.key: event.version for event in connector.read(None) if isinstance(event, Upsert)}

    return read


def test_the_version_of_a_row_changes_with_everything_its_record_is_made_of(versions) -> None:
    first = versions("id;name;city\n1;a;b\n2;c;d\n")
    assert first["1"] != first["2"]
    assert len(first["1"]) == 16
    assert versions("id;name;city\n2;c;d\n3;x;y\n1;a;b\n") == {**first, "3": versions("id;name;city\n3;x;y\n")["3"]}
    assert versions("id;name;city\n1;a;c\n2;c;d\n")["1"] != first["1"]
    assert versions("id;name;town\n1;a;b\n2;c;d\n")["1"] != first["1"]
    assert versions('id;name;city\n1;a;"b"\n')["1"] != first["1"], "another text is another version, at no harm"
    one, other = (versions("1;a,b;c\n", columns=names)["1"] for names in ("id,x,y", "id,y,x"))
    assert one != other
    assert versions("1;a\n", columns="id,x")["1"] != versions("1,a\n", columns="id,x")["1"]


def test_quoted_rows_have_versions_too(versions) -> None:
    first = versions('id;notes\n1;"a\nb"\n2;"a\nc"\n')
    assert len(set(first.values())) == 2
    assert versions('id;notes\n1;"a\nb"\n2;"a\nd"\n')["1"] == first["1"]


def test_half_a_character_has_no_version(versions) -> None:
    found = versions("id;name\n1;+2AA-\n2;b\n", encoding="utf-7")
    assert (found["1"], len(found["2"])) == (b"", 16)


def test_a_record_takes_every_column_of_the_same_name_and_no_empty_cell() -> None:
    row = Row(2, ' 1 ;a;;b;="07"\n', ";")
    record = RowRecord(Columns(("id", "tel", "tel", "tel", "fax")), row)
    assert record == {"id": ("1",), "tel": ("a", "b"), "fax": ("07",)}
    assert (list(record), len(record), record["tel"]) == (["id", "tel", "fax"], 3, ("a", "b"))
    assert RowRecord(Columns(("id", "", "x", "", "y")), row) == {"id": ("1",), "y": ("07",)}
