"""Segment file: named arrays in one read-only file, mapped by every process that searches, or read page by page.

Layout: magic, length and CRC-32 of the header, header (JSON: format, facts, and per section name, type, offset, length,
CRC-32, null where its parts have their own), then the sections, each on a 64-byte boundary counted from the beginning.
"""

import json
import mmap
import os
import sqlite3
import struct
import weakref
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from directory_server.directory.words.pages import Pages
from directory_server.directory.words.pile import Pile, pieces_of

Bytes = bytes | memoryview
Content = npt.NDArray[np.generic] | Pile
Sections = dict[str, Content]

FORMAT: Final = 4
_MAGIC: Final = b"CTYWORDS"
_HEAD: Final = struct.Struct("<8sII")
_ALIGN: Final = 64
_TYPES: Final = frozenset({"u1", "u2", "u4", "u8", "i8"})


class Damaged(sqlite3.DatabaseError):
    """The bytes are not a whole segment of this format; `how` tells nothing of what they hold."""

    def __init__(self, how: str) -> None:
        super().__init__(f"the index is damaged ({how}); contact-directory index rebuild makes it anew")


def to_bytes(sections: Mapping[str, Content], facts: Mapping[str, Any]) -> Iterator[bytes | memoryview]:
    """Yield the file's content in pieces."""
    described: list[list[object]] = []
    at = 0
    pieces: list[Iterable[bytes | memoryview]] = []
    for name, content in sections.items():
        if isinstance(content, Pile):
            size = content.size
            described.append([name, "u1", at, size, None])
            pieces.append(content.pieces())
        else:
            plain = np.ascontiguousarray(content)
            data = plain.view(np.uint8).data.cast("B") if plain.size else memoryview(b"")
            size = data.nbytes
            described.append([name, f"{plain.dtype.kind}{plain.dtype.itemsize}", at, size, crc32(data)])
            pieces.append(pieces_of(data))
        padding = -size % _ALIGN
        pieces.append((bytes(padding),))
        at += size + padding
    header = json.dumps({"format": FORMAT, "facts": facts, "length": at, "sections": described}).encode()
    header += b" " * (-(len(header) + _HEAD.size) % _ALIGN)
    yield _HEAD.pack(_MAGIC, len(header), crc32(header))
    yield header
    yield from chain.from_iterable(pieces)


def write(path: Path, sections: Mapping[str, Content], facts: Mapping[str, Any]) -> None:
    """Write a new file and sync it to disk; on an error nothing remains."""
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            for piece in to_bytes(sections, facts):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


class SegmentFile:
    """The sections of one segment file: views into its bytes, or pages that are read from it.

    `view` are all its bytes; `descriptor` is that of the file for as long as this is held, -1 where there is none.
    Raises Damaged for wrong lengths or a damaged header.
    """

    def __init__(self, data: bytes | mmap.mmap, file: int | None = None) -> None:
        """Take the bytes, and where they are mapped the descriptor of their file, which is closed at the end."""
        self.view = memoryview(data)
        self.descriptor = -1 if file is None else file
        if file is not None:
            weakref.finalize(self, os.close, file)
        header, self._body = _header(self.view)
        self.facts: dict[str, Any] = header["facts"]
        self._sections = {
            name: (np.dtype(f"<{kind}"), self._body + at, length, checksum)
            for name, kind, at, length, checksum in header["sections"]
        }

    @classmethod
    def opened(cls, path: Path) -> "SegmentFile":
        """Open a file without reading it; raises FileNotFoundError."""
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return cls(b"")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return cls(data, os.dup(file.fileno()) if hasattr(os, "pread") else None)

    def __contains__(self, name: str) -> bool:
        return name in self._sections

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return a section as a view."""
        kind, at, length, _checksum = self._sections[name]
        return np.frombuffer(self.view[at : at + length], dtype=kind)

    def pages(self, name: str) -> Pages:
        """Return a section to be read page by page."""
        kind, at, length, _checksum = self._sections[name]
        return Pages(self._read, at, length // kind.itemsize, kind)

    def place(self, name: str) -> tuple[int, int]:
        """Return where a section begins, and how many bytes it has."""
        _kind, at, length, _checksum = self._sections[name]
        return at, length

    def _read(self, at: int, size: int) -> Bytes:
        if self.descriptor < 0:
            return self.view[at : at + size]
        found = os.pread(self.descriptor, size, at)
        if len(found) != size:
            raise Damaged("cut short")
        return found

    def is_sound(self) -> bool:
        """Whether every section has the checksum it was written with; reads all that have one, 0.3 ms per MB."""
        return all(
            crc32(self.view[at : at + length]) == checksum
            for _kind, at, length, checksum in self._sections.values()
            if checksum is not None
        )


def _header(view: memoryview) -> tuple[dict[str, Any], int]:
    """Return the header, and where the sections begin."""
    if len(view) < _HEAD.size:
        raise Damaged("shorter than a header")
    magic, size, checksum = _HEAD.unpack_from(view)
    body = _HEAD.size + size
    if magic != _MAGIC or len(view) < body or crc32(view[_HEAD.size : body]) != checksum:
        raise Damaged("the header is damaged")
    header: dict[str, Any] = json.loads(bytes(view[_HEAD.size : body]))
    if header["format"] != FORMAT or len(view) != body + header["length"]:
        raise Damaged("another format, or cut short")
    if any(kind not in _TYPES for _name, kind, *_rest in header["sections"]):
        raise Damaged("an unknown type")
    return header, body
