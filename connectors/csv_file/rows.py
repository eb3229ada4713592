"""Rows out of lines, with every fault that could hide a row told (no I/O)."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import repeat

from msgspec import Struct
from msgspec.structs import replace

from connectors.csv_file.lines import Lines
from connectors.errors import PartialRead

CELL_LIMIT = csv.field_size_limit()  # characters of one cell; the csv module's own limit
_ENDS = (b"\n", b"\r")
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


class Block(Struct, frozen=True, gc=False):
    """Lines that are a row each, of the right width and without quotes: the number of the first one, and their bytes.

    Only here a row may be without any value.
    """

    line: int
    texts: list[bytes]
    separator: str

    def cells(self, place: int) -> list[str]:
        """Return the cell at this place of every row."""
        separator, parts = self.separator.encode(), place + 1
        cells = [text.split(separator, parts)[place].decode().strip() for text in self.texts]
        together = "".join(cells)
        return list(map(_plain, cells)) if "=" in together or "'" in together else cells

    def row(self, at: int) -> Row:
        """Return one of the rows."""
        return Row(self.line + at, self.texts[at].decode(), self.separator)

    def rows(self) -> Iterator[Row]:
        """Yield the rows, without those that have no value."""
        return (row for row in map(self.row, range(len(self.texts))) if any(row))


def each_row(found: Iterable[Row | Block]) -> Iterator[Row]:
    """Yield what `rows` does row by row."""
    for some in found:
        if isinstance(some, Block):
            yield from some.rows()
        else:
            yield some


def rows(lines: Lines, separator: str, width: int) -> Iterator[Row | Block]:
    """Yield the rows that `lines` hold, many at once where that can be; rows without any value are skipped.

    A row is `width` cells wide; a missing or additional cell, a stray quote, or a cell of more than CELL_LIMIT
    characters is a fault of that row alone. Raises PartialRead where the text ends inside a quoted field or inside a
    row, or where a quoted field of several lines passes CELL_LIMIT.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    mark, gaps = separator.encode(), width - 1
    while part := lines.waiting():
        first = lines.number
        odd = range(len(part)) if lines.halved else _odd(part, mark, gaps)
        for at in (*odd, len(part)):
            taken = lines.number - first
            if taken < at:
                lines.skip(at - taken)
                yield Block(first + taken, part[taken:at], separator)
            if taken <= at < len(part):  # else it was part of the row before
                row = _parsed(lines, reader, separator, width)
                if row is not None:
                    yield row


def _odd(lines: list[bytes], separator: bytes, gaps: int) -> list[int]:
    """Return the places of the lines that need a parser: with quotes, of another width, too long, or without an end."""
    together = b"".join(lines)
    if (
        b'"' not in together
        and len(together) <= CELL_LIMIT
        and together.endswith(_ENDS)
        and list(map(bytes.count, lines, repeat(separator))).count(gaps) == len(lines)
    ):
        return []
    return [
        at
        for at, line in enumerate(lines)
        if b'"' in line or line.count(separator) != gaps or len(line) > CELL_LIMIT or not line.endswith(_ENDS)
    ]


def _parsed(lines: Lines, reader: Iterator[list[str]], separator: str, width: int) -> Row | None:
    """Return the next row by the csv module, None for one without any value; raises PartialRead as `rows` does."""
    line = lines.number
    lines.taken.clear()
    try:
        raw, fault = next(reader), ""
    except csv.Error as error:
        raw, fault = _mended(lines, error, line, separator, width)
    row = Row(line, "".join(lines.taken), separator, raw, fault)
    cells = list(row)
    while len(cells) > width and not cells[-1]:
        cells.pop()
        raw.pop()
    last = lines.taken[-1]
    if (len(cells) != width or not any(cells)) and not last.endswith(("\n", "\r")) and last.strip(" "):
        raise PartialRead(f"the file ends inside line {line}: it is not written to its end yet")
    if not any(cells) and not fault:
        return None
    if len(cells) != width:
        return replace(row, fault=fault or f"{len(cells)} columns where the header has {width}")
    return row


def _mended(lines: Lines, error: csv.Error, line: int, separator: str, width: int) -> tuple[list[str], str]:
    """Return cells and fault of the first line of a record that the csv module refused; raises PartialRead."""
    too_long = "field limit" in str(error)
    if "unexpected end" in str(error) or (too_long and len(lines.taken) > 1):
        within = f" within {CELL_LIMIT} characters" if too_long else ""
        raise PartialRead(
            f"the quote opened in line {line} is never closed{within}: the file is not written to its end yet, or the "
            "quote is stray"
        ) from error
    if too_long:
        return [], f"a cell has more than {CELL_LIMIT} characters"
    lines.give_back()
    cells = next(csv.reader(lines.taken, delimiter=separator))
    return cells, "" if len(cells) == width else "quotes do not match"


def _plain(cell: str) -> str:
    """Return a cell trimmed, and out of the wrappings in which Excel keeps numbers as text."""
    cell = cell.strip()
    if cell[:1] in {"=", "'"} and (match := _EXCEL_TEXT.fullmatch(cell)):
        return (match[1] if match[1] is not None else match[2]).strip()
    return cell
