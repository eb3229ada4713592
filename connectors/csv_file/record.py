"""The record of a row (no I/O)."""

from connectors.csv_file.rows import Row
from connectors.events import LateRecord


class Columns:
    """The columns of a table by name, "" for one that is left out."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        named = [name for name in names if name]
        self._doubled = len(set(named)) < len(named)

    def record(self, row: Row) -> dict[str, tuple[str, ...]]:
        """Return the row's cells by column, one value per column of the same name; empty cells are left out."""
        made: dict[str, tuple[str, ...]] = {
            name: (cell,) for name, cell in zip(self._names, row, strict=True) if cell and name
        }
        if self._doubled:
            for name in made:
                made[name] = tuple(
                    [cell for other, cell in zip(self._names, row, strict=True) if cell and other == name]
                )
        return made


class RowRecord(LateRecord):
    """The record that `columns` make of a row."""

    __slots__ = ("_columns", "_row")

    def __init__(self, columns: Columns, row: Row) -> None:
        self._columns = columns
        self._row = row

    def make(self) -> dict[str, tuple[str, ...]]:
        """Return the row's cells by column, see `Columns.record`."""
        return self._columns.record(self._row)
