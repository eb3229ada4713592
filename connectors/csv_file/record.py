"""The record of a row, made when it is looked at: that of an unchanged row never is (no I/O)."""

from collections.abc import ItemsView, Iterator, Mapping

from connectors.csv_file.rows import Row


class Columns:
    """The columns of a table by name, "" for one that is left out."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        named = [name for name in names if name]
        self._doubled = len(set(named)) < len(named)

    def record(self, row: Row) -> dict[str, tuple[str, ...]]:
        """Return the row's cells by column, one value per column of the same name; empty cells are left out."""
        cells = row.cells
        made: dict[str, tuple[str, ...]] = {
            name: (cell,) for name, cell in zip(self._names, cells, strict=True) if cell and name
        }
        if self._doubled:
            for name in made:
                made[name] = tuple(
                    [cell for other, cell in zip(self._names, cells, strict=True) if cell and other == name]
                )
        return made


class RowRecord(Mapping[str, tuple[str, ...]]):
    """The record that `columns` make of a row."""

    __slots__ = ("_columns", "_row")

    def __init__(self, columns: Columns, row: Row) -> None:
        self._columns = columns
        self._row = row

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._columns.record(self._row)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.record(self._row))

    def __len__(self) -> int:
        return len(self._columns.record(self._row))

    def items(self) -> ItemsView[str, tuple[str, ...]]:
        """Return names and values; the way to all of them, for it makes the record only once."""
        return self._columns.record(self._row).items()
