"""The record of a row, made when it is first looked at: that of an unchanged row never is (no I/O)."""

from collections.abc import ItemsView, Iterator, Mapping

from connectors.csv_file.rows import Row


class RowRecord(Mapping[str, tuple[str, ...]]):
    """A row as a record: a value per column of the same name; empty cells and nameless columns are left out."""

    __slots__ = ("_made", "_names", "_row")

    def __init__(self, names: tuple[str, ...], row: Row) -> None:
        self._names = names
        self._row = row
        self._made: dict[str, tuple[str, ...]] | None = None

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self._whole()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def items(self) -> ItemsView[str, tuple[str, ...]]:
        """Return names and values; the fast way to all of them."""
        return self._whole().items()

    def _whole(self) -> dict[str, tuple[str, ...]]:
        if self._made is None:
            pairs = [(name, cell) for name, cell in zip(self._names, self._row.cells, strict=True) if cell and name]
            made: dict[str, tuple[str, ...]] = {name: (cell,) for name, cell in pairs}
            if len(made) < len(pairs):
                made = {name: tuple([cell for other, cell in pairs if other == name]) for name in made}
            self._made = made
        return self._made
