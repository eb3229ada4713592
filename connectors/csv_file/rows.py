"""Rows out of lines, with every fault that could hide a row told (no I/O)."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.errors import PartialRead

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

    A row is `width` cells wide; a missing or additional cell, or a stray quote, is a fault of that row alone. Raises
    PartialRead where the text ends inside a quoted field or inside a row.
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
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise PartialRead(
                    f"the quote opened in line {line} is never closed: the file is not written to its end yet, or the "
                    "quote is stray"
                ) from error
            feed.give_back()
            cells = next(csv.reader(feed.record, delimiter=separator))
            fault = "" if len(cells) == width else "quotes do not match"
        else:
            fault = ""
        cells = [_plain(cell) for cell in cells]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        last = feed.record[-1]
        if (len(cells) != width or not any(cells)) and not last.endswith(("\n", "\r")) and last.strip(" "):
            raise PartialRead(f"the file ends inside line {line}: it is not written to its end yet")
        if not any(cells):
            continue
        if len(cells) != width:
            fault = fault or f"{len(cells)} columns where the header has {width}"
        yield Row(line, tuple(cells), fault)


def _plain(cell: str) -> str:
    """Return a cell trimmed, and out of the wrappings in which Excel keeps numbers as text."""
    cell = cell.strip()
    if cell[:1] in {"=", "'"} and (match := _EXCEL_TEXT.fullmatch(cell)):
        return (match[1] if match[1] is not None else match[2]).strip()
    return cell
