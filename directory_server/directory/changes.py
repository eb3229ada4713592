# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Changes: a number that all processes see and that is another one after every change of the index.

It costs a reader a tenth of a microsecond, where a question to the database costs several. The writer makes it odd
before a change can become visible and even afterwards; one that is killed in between leaves it odd, which says that
nobody can tell. Compiled where there is a compiler (see `changes.pxd`).
"""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_LOOK_AGAIN: Final = 256
"""Looks after which the file itself is looked at again."""
_SIZE: Final = 8
_TYPE: Final = "Q"
"""One whole number, which the processor reads and writes at once."""


class Changes:
    """The number in one file, which is made if there is none. Writers hold the lock of what changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._looked = 0
        self._held, self._inode = self._opened()

    def _opened(self) -> tuple[memoryview, int]:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(file).st_size < _SIZE:
                os.ftruncate(file, _SIZE)
            return memoryview(mmap.mmap(file, _SIZE)).cast(_TYPE), os.fstat(file).st_ino
        finally:
            os.close(file)

    def number(self) -> int | None:
        """Return the number, None while something changes."""
        found: int = self._held[0]
        return None if found & 1 else found

    def look(self) -> int | None:
        """Return the number as `number` does, and look now and then whether the file was replaced."""
        self._looked += 1
        if self._looked >= _LOOK_AGAIN:
            self._looked = 0
            self.reopen()
        return self.number()

    def is_still(self, number: int) -> bool:
        """Tell whether nothing has changed or changes since `number` gave this one."""
        return self._held[0] == number

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Do here what makes a change visible."""
        self._held[0] = begun = self._held[0] | 1
        try:
            yield
        finally:
            self._held[0] = begun + 1

    def reopen(self) -> None:
        """Look at the file again, which may have been replaced by another one."""
        with suppress(FileNotFoundError):  # its folder is gone: nothing changes there before it is made again
            if not self._path.exists() or self._path.stat().st_ino != self._inode:
                self._held, self._inode = self._opened()
