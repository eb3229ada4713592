"""Rows out of lines, with every fault that could hide a row told (no I/O)."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.errors import PartialRead

CELL_LIMIT = csv.field_size_limit()  # characters of one cell; the csv module's own limit
_EXCEL_TEXT = re.compile(r"""="(.*)"|'(?=[+\d])(.*)""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number of its first line, and its cells, trimmed; with a `fault` the cells may be shifted."""

    line: int
    cells: tuple[str, ...]
    fault: str = ""


class _Feed:
    """Hands lines to the csv module and remembers those of the record under way."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.record: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.record.append(line)
        self.number += 1
        return line

    def give_back(self) -> None:
        """Keep the record's first line only; the others are read again."""
        self._again.extend(reversed(self.record[1:]))
        self.number -= len(self.record) - 1
        del self.record[1:]


def rows(lines: Iterator[str], separator: str, width: int, first_line: int = 1) -> Iterator[Row]:
    """Yield the rows of `lines` (with their line ends); rows without any value are skipped.

    A row is `width` cells wide; a missing or additional cell, a stray quote, or a cell of more than CELL_LIMIT
    characters is a fault of that row alone. Raises PartialRead where the text ends inside a quoted field or inside a
    row, or where a quoted field of several lines passes CELL_LIMIT.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        feed.record.clear()
        line = first_line + feed.number
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = _mended(feed, error, line, separator, width)
        else:
            fault = ""
        cells = [_plain(cell) for cell in cells]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        last = feed.record[-1]
        if (len(cells) != width or not any(cells)) and not last.endswith(("\n", "\r")) and last.strip(" "):
            raise PartialRead(f"the file ends inside line {line}: it is not written to its end yet")
        if not any(cells) and not fault:
            continue
        if len(cells) != width:
            fault = fault or f"{len(cells)} columns where the header has {width}"
        yield Row(line, tuple(cells), fault)


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
