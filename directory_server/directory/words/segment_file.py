"""Segment file: named arrays in one read-only file, mapped by every process that searches.

Layout: magic, length and CRC-32 of the header, header (JSON: format, facts, and per section name, type, offset, length,
CRC-32), then the sections, each on a 64-byte boundary counted from the beginning.
"""

import json
import mmap
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

Sections = dict[str, npt.NDArray[np.generic]]

FORMAT: Final = 1
_MAGIC: Final = b"CTYWORDS"
_HEAD: Final = struct.Struct("<8sII")
_ALIGN: Final = 64
_TYPES: Final = frozenset({"u1", "u2", "u4", "u8", "i8"})


class Damaged(ValueError):  # noqa: N818 - named by what is to be done: build it anew
    """The bytes are not a whole segment of this format; the index must be rebuilt."""


def to_bytes(sections: Mapping[str, npt.NDArray[np.generic]], facts: Mapping[str, Any]) -> list[bytes | memoryview]:
    """Return the file's content in pieces."""
    described = []
    at = 0
    pieces: list[bytes | memoryview] = []
    for name, array in sections.items():
        plain = np.ascontiguousarray(array)
        data = plain.view(np.uint8).data.cast("B") if plain.size else memoryview(b"")
        described.append([name, f"{plain.dtype.kind}{plain.dtype.itemsize}", at, data.nbytes, crc32(data)])
        padding = -data.nbytes % _ALIGN
        pieces += [data, bytes(padding)]
        at += data.nbytes + padding
    header = json.dumps({"format": FORMAT, "facts": facts, "length": at, "sections": described}).encode()
    header += b" " * (-(len(header) + _HEAD.size) % _ALIGN)
    return [_HEAD.pack(_MAGIC, len(header), crc32(header)), header, *pieces]


def write(path: Path, sections: Mapping[str, npt.NDArray[np.generic]], facts: Mapping[str, Any]) -> None:
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


def from_bytes(data: bytes | memoryview | mmap.mmap) -> tuple[Sections, dict[str, Any]]:
    """Return sections (views into `data`) and facts; raises Damaged for wrong lengths or a damaged header."""
    view = memoryview(data)
    if len(view) < _HEAD.size:
        raise Damaged("shorter than a header")
    magic, size, checksum = _HEAD.unpack_from(view)
    body = _HEAD.size + size
    if magic != _MAGIC or len(view) < body or crc32(view[_HEAD.size : body]) != checksum:
        raise Damaged("the header is damaged")
    header = json.loads(bytes(view[_HEAD.size : body]))
    if header["format"] != FORMAT or len(view) != body + header["length"]:
        raise Damaged("another format, or cut short")
    sections: Sections = {}
    for name, kind, at, length, _checksum in header["sections"]:
        if kind not in _TYPES:
            raise Damaged("an unknown type")
        sections[name] = np.frombuffer(view[body + at : body + at + length], dtype=f"<{kind}")
    return sections, header["facts"]


def is_sound(data: bytes | memoryview | mmap.mmap) -> bool:
    """Whether every section has the checksum it was written with; reads everything, about 1 ms per MB."""
    view = memoryview(data)
    try:
        from_bytes(view)
    except Damaged:
        return False
    body = _HEAD.size + _HEAD.unpack_from(view)[1]
    header = json.loads(bytes(view[_HEAD.size : body]))
    return all(
        crc32(view[body + at : body + at + length]) == checksum
        for _name, _kind, at, length, checksum in header["sections"]
    )


def mapped(path: Path) -> mmap.mmap | bytes:
    """Return the file's bytes without reading them; raises FileNotFoundError."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
