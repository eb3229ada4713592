"""Rows out of lines, with every fault that could hide a row told (no I/O)."""

import csv
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from connectors.errors import PartialRead

CELL_LIMIT = csv.field_size_limit()  # characters of one cell; the csv module's own limit
_EXCEL_TEXT = re.compile(r"""="(.*)"|'(?=[+\d])(.*)""", re.DOTALL)


class Row(Struct, frozen=True, gc=False):
    """One row: the number of its first line, its text with its line end, and how to split it.

    A text that needs a parser brings its cells with it, `parsed`. With a `fault` the cells may be shifted.
    """

    line: int
    text: str
    separator: str
    parsed: list[str] | None = None
    fault: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells, trimmed and out of Excel's wrappings."""
        return tuple(self)

    def __iter__(self) -> Iterator[str]:
        raw = self.text.split(self.separator) if self.parsed is None else self.parsed
        wrapped = "=" in self.text or "'" in self.text
        return map(_plain if wrapped else str.strip, raw)

    def cell(self, place: int) -> str:
        """Return one of the cells, "" if there are not as many."""
        raw = self.text.split(self.separator, place + 1) if self.parsed is None else self.parsed
        cell = raw[place].strip() if place < len(raw) else ""
        return _plain(cell) if "=" in cell or "'" in cell else cell


class _Feed:
    """Hands lines to the csv module and remembers those of the record under way."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.again: list[str] = []
        self.record: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.lines)
        self.record.append(line)
        return line

    def give_back(self) -> None:
        """Keep the record's first line only; the others are read again."""
        self.again.extend(reversed(self.record[1:]))
        del self.record[1:]


def rows(lines: Iterator[str], separator: str, width: int, first_line: int = 1) -> Iterator[Row]:
    """Yield the rows of `lines` (with their line ends); rows without any value are skipped.

    A row is `width` cells wide; a missing or additional cell, a stray quote, or a cell of more than CELL_LIMIT
    characters is a fault of that row alone. Raises PartialRead where the text ends inside a quoted field or inside a
    row, or where a quoted field of several lines passes CELL_LIMIT.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=separator, strict=True)
    number, gaps = first_line, width - 1
    simple = not separator.isalnum()
    for line in lines:
        # Most lines need no parser: no quotes, the right width, and a value in the first cell.
        if (
            simple
            and line[0].isalnum()
            and '"' not in line
            and line.count(separator) == gaps
            and len(line) <= CELL_LIMIT
        ):
            yield Row(number, line, separator)
            number += 1
            continue
        feed.again.append(line)
        while feed.again:
            row = _parsed(feed, reader, number, separator, width)
            number += len(feed.record)
            if row is not None:
                yield row


def _parsed(feed: _Feed, reader: Iterator[list[str]], line: int, separator: str, width: int) -> Row | None:
    """Return the next row by the csv module, None for one without any value; raises PartialRead as `rows` does."""
    feed.record.clear()
    try:
        raw, fault = next(reader), ""
    except csv.Error as error:
        raw, fault = _mended(feed, error, line, separator, width)
    row = Row(line, "".join(feed.record), separator, raw, fault)
    cells = list(row.cells)
    while len(cells) > width and not cells[-1]:
        cells.pop()
        raw.pop()
    last = feed.record[-1]
    if (len(cells) != width or not any(cells)) and not last.endswith(("\n", "\r")) and last.strip(" "):
        raise PartialRead(f"the file ends inside line {line}: it is not written to its end yet")
    if not any(cells) and not fault:
        return None
    if len(cells) != width:
        return replace(row, fault=fault or f"{len(cells)} columns where the header has {width}")
    return row


def _mended(feed: _Feed, error: csv.Error, line: int, separator: str, width: int) -> tuple[list[str], str]:
    """Return cells and fault of the first line of a record that the csv module refused; raises PartialRead."""
    too_long = "field limit" in str(error)
    if "unexpected end" in str(error) or (too_long and len(feed.record) > 1):
        within = f" within {CELL_LIMIT} characters" if too_long else ""
        raise PartialRead(
            f"the quote opened in line {line} is never closed{within}: the file is not written to its end yet, or the "
            "quote is stray"
        ) from error
    if too_long:
        return [], f"a cell has more than {CELL_LIMIT} characters"
    feed.give_back()
    cells = next(csv.reader(feed.record, delimiter=separator))
    return cells, "" if len(cells) == width else "quotes do not match"


def _plain(cell: str) -> str:
    """Return a cell trimmed, and out of the wrappings in which Excel keeps numbers as text."""
    cell = cell.strip()
    if cell[:1] in {"=", "'"} and (match := _EXCEL_TEXT.fullmatch(cell)):
        return (match[1] if match[1] is not None else match[2]).strip()
    return cell
