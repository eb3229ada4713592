"""Pile: bytes put one behind the other; more than a few are kept in a file without a name."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize

_IN_MEMORY: Final = 16 * 1024 * 1024

AT_ONCE: Final = 64 * 1024
"""Bytes that are read or written at once: many more, and the kernel lets nobody else run on this core for milliseconds,
not even a look-up that is somebody's telephone ringing."""


def pieces_of(data: bytes | memoryview) -> Iterator[memoryview]:
    """Yield these bytes AT_ONCE by AT_ONCE."""
    view = memoryview(data)
    for at in range(0, len(view), AT_ONCE):
        yield view[at : at + AT_ONCE]


class Pile:
    """Bytes put one behind the other, to become one section of a segment."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder that has room for a file, None for the system's own."""
        self._folder = folder
        self._file: IO[bytes] = BytesIO()
        self.size = 0

    def add(self, data: bytes | memoryview) -> None:
        """Put bytes behind those that are there."""
        self.size += len(data)
        if isinstance(self._file, BytesIO) and self.size > _IN_MEMORY:
            before = self._file.getbuffer()
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - it goes with the pile
            finalize(self, self._file.close)
            self._write(before)
        self._write(data)

    def _write(self, data: bytes | memoryview) -> None:
        for piece in pieces_of(data):
            self._file.write(piece)

    def pieces(self) -> Iterator[bytes]:
        """Yield everything from the beginning."""
        self._file.seek(0)
        while piece := self._file.read(AT_ONCE):
            yield piece
