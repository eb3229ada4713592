"""Pile: bytes put one behind the other; more than a few are kept in a file without a name."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Final
from weakref import finalize

_IN_MEMORY: Final = 16 * 1024 * 1024
_AT_ONCE: Final = 1024 * 1024


class Pile:
    """Bytes put one behind the other, to become one section of a segment."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder that has room for a file, None for the system's own."""
        self._file = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115 - it goes with the pile
        finalize(self, self._file.close)
        self.size = 0

    def add(self, data: bytes | memoryview) -> None:
        """Put bytes behind those that are there."""
        self._file.write(data)
        self.size += len(data)

    def pieces(self) -> Iterator[bytes]:
        """Yield everything from the beginning."""
        self._file.seek(0)
        while piece := self._file.read(_AT_ONCE):
            yield piece
