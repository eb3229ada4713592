import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.csv_file.dialect import find_encoding, find_separator, separator_line
from connectors.csv_file.rows import rows
from connectors.errors import ConnectorError, PartialRead
from connectors.events import Checkpoint, Snapshot

cells = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
    .map(str.strip)
    .filter(lambda cell: not cell.startswith(("=", "'")))
)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[cells] * width).filter(any), max_size=6))


def written(table: list[tuple[str, ...]], separator: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(table)
    return out.getvalue()


def lines(text: str) -> Iterator[str]:
    return iter(io.StringIO(text, newline=""))


@given(tables, st.sampled_from(";,\t|"))
def test_what_was_written_is_read(table, separator) -> None:
    width = len(table[0]) if table else 1
    found = list(rows(lines(written(table, separator)), separator, width))
    assert [row.cells for row in found] == table
    assert not any(row.fault for row in found)


@given(tables.filter(bool), st.data())
def test_a_text_cut_anywhere_is_partial_or_a_whole_beginning(table, data) -> None:
    text = written(table, ";")
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        found = [row.cells for row in rows(lines(cut), ";", len(table[0]))]
    except PartialRead:
        return
    if found and not cut.endswith("\n"):  # the last cell of the last line may be short: nothing tells that
        *whole, last = found.pop()
        expected = table[len(found)]
        assert tuple(whole) == expected[:-1]
        assert expected[-1].startswith(last)
    whole_rows = sum(len(written(table[: count + 1], ";")) <= len(cut) for count in range(len(table)))
    assert found == table[:whole_rows]


@given(st.text(alphabet='ab";\n\r', max_size=40))
def test_no_line_vanishes_without_a_fault(text) -> None:
    try:
        found = list(rows(lines(text + "\n"), ";", 2))
    except PartialRead:
        return
    numbers = [row.line for row in found]
    assert numbers == sorted(set(numbers))
    for row in found:
        assert row.fault or len(row.cells) == 2


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_typed_error_or_a_whole_stream(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(b"id;name\n" + content)
    try:
        events = list(registry.connect("csv", {"path": str(path)}).read(None))
    except ConnectorError:
        return
    assert isinstance(events[-2], Snapshot)
    assert isinstance(events[-1], Checkpoint)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(1, 7))
def test_encodings_with_a_mark_and_utf_8_are_found_however_the_bytes_arrive(text: str, size: int) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32", "utf-8"):
        content = text.encode(encoding)
        if encoding == "utf-8" and text.startswith("\ufeff"):
            continue
        if encoding == "utf-16" and text.startswith("\0"):  # looks like the mark of UTF-32
            continue
        step = max(size, 4)  # a mark lies in the first chunk
        chunks = (content[start : start + step] for start in range(0, len(content), step))
        assert content.decode(find_encoding(chunks)) == text


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("id;a,b\n1;x,y\n2;z\n", ";"),
        ("id,a;b\n1,x\n2,y\n", ","),
        ('id\ta\n1\t"x;y,z"\n', "\t"),
        ("id|a,b|c\n1|2,3|4\n", "|"),
        ("id\n1\n", ","),
    ],
)
def test_the_separator_that_gives_equal_rows_wins(text, separator) -> None:
    assert find_separator(text.splitlines(keepends=True)) == separator


@pytest.mark.parametrize(
    ("line", "separator"), [("sep=;\r\n", ";"), ('"sep=,"\n', ","), ("SEP=|", "|"), ("sep=;;\n", "")]
)
def test_excels_separator_line(line, separator) -> None:
    assert separator_line(line) == separator
