import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.csv_file import lines
from connectors.csv_file import rows as rows_of
from connectors.csv_file.dialect import find_encoding, find_separator, separator_line
from connectors.csv_file.lines import Lines
from connectors.csv_file.rows import Block, Row, each_row, rows
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


def found(text: str, separator: str, width: int) -> Iterator[Row | Block]:
    return rows(Lines(io.BufferedReader(io.BytesIO(text.encode())), "utf-8"), separator, width)


def read(text: str, separator: str, width: int) -> list[Row]:
    return list(each_row(found(text, separator, width)))


def told(text: str) -> tuple[list[tuple[int, str, tuple[str, ...], str]], str]:
    """Return line, text, cells and fault of the rows of three cells, and the error they end with."""
    rows = []
    try:
        for row in each_row(found(text, ";", 3)):
            rows.append((row.line, row.text, row.cells, row.fault))  # noqa: PERF401 - those before an error count
    except PartialRead as error:
        return rows, str(error)
    return rows, ""


@given(tables, st.sampled_from(";,\t|"))
def test_what_was_written_is_read(table, separator) -> None:
    width = len(table[0]) if table else 1
    back = read(written(table, separator), separator, width)
    assert [row.cells for row in back] == table
    assert not any(row.fault for row in back)


@given(tables.filter(bool), st.data())
def test_a_text_cut_anywhere_is_partial_or_a_whole_beginning(table, data) -> None:
    text = written(table, ";")
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        back = [row.cells for row in read(cut, ";", len(table[0]))]
    except PartialRead:
        return
    if back and not cut.endswith("\n"):  # the last cell of the last line may be short: nothing tells that
        *whole, last = back.pop()
        expected = table[len(back)]
        assert tuple(whole) == expected[:-1]
        assert expected[-1].startswith(last)
    whole_rows = sum(len(written(table[: count + 1], ";")) <= len(cut) for count in range(len(table)))
    assert back == table[:whole_rows]


@given(st.text(alphabet='ab";\n\r', max_size=40))
def test_no_line_vanishes_without_a_fault(text) -> None:
    try:
        back = read(text + "\n", ";", 2)
    except PartialRead:
        return
    numbers = [row.line for row in back]
    assert numbers == sorted(set(numbers))
    for row in back:
        assert row.fault or len(row.cells) == 2


some_lines = st.one_of(
    st.lists(cells.map(lambda cell: cell.replace(";", "")), min_size=3, max_size=3).map(";".join),
    st.sampled_from(["1;a;b", "2; c;='d'", ";;", "", ";x;", "3;a", '4;"b;c";d', '5;"e', 'f";g', '6;"h"i;j', "7;k;l;;"]),
)


@given(st.lists(some_lines, max_size=12).map("\n".join), st.integers(1, 30), st.sampled_from(["\n", "\r\n", ""]))
def test_rows_are_the_same_however_many_lines_are_read_together(text, part, end) -> None:
    text += end
    together = told(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "PART", part)
        assert told(text) == together
        patch.setattr(rows_of, "_odd", lambda lines, *_: range(len(lines)))
        assert told(text) == together, "a parser reads each line"


def test_lines_that_need_no_parser_come_together() -> None:
    text = '1;a\n2;ä\n3;"c"\n4;d;\n5;="e"\n =6 ;f\n;\n7;g'
    some = list(found(text, ";", 2))
    assert [type(one) for one in some] == [Block, Row, Row, Row, Block, Row]
    assert [one.line for one in some] == [1, 3, 4, 5, 6, 8]
    assert some[4].texts == [b" =6 ;f\n", b";\n"]
    assert some[4].cells(0) == ["=6", ""]
    assert some[4].cells(1) == ["f", ""]
    assert [row.cells for row in some[4].rows()] == [("=6", "f")], "the last has no value"
    assert some[0].row(1) == Row(2, "2;ä\n", ";")


def test_keys_of_lines_together_come_out_of_excels_wrappings() -> None:
    (block,) = found("1;'0761\n2;=x\n3;\u2003z\n", ";", 2)
    assert block.cells(1) == [row.cell(1) for row in block.rows()] == ["0761", "=x", "z"]


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
