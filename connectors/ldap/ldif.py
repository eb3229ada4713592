"""LDIF (RFC 2849): content records and `changetype: add`. Pure: lines of bytes in, entries out.

Read beyond the RFC, because exports are like that: a byte-order mark, UTF-8 outside base64, records without a
version line, and the trailer that `ldapsearch` prints. `attribute:< URL` is never followed: the value is left out.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from connectors.ldap.record import Broken, Entry, Item

MAX_ENTRY = 32 * 1024 * 1024  # bytes; photos are a tenth of it
FOLD = 76  # columns of a rendered line
_LINE = re.compile(rb"([A-Za-z0-9][A-Za-z0-9.-]*(?:;[A-Za-z0-9-]+)*) *:([:<]?) *(.*)", re.DOTALL)
_SAFE = re.compile(rb"(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )")
_BOM = b"\xef\xbb\xbf"
_TRAILER = ("search", "result", "ref")  # what ldapsearch prints around and after the entries


class Truncated(Exception):  # noqa: N818 - says what the file is
    """The file stops inside an entry, or says itself that it is not whole; the message names the line."""


def parse(lines: Iterable[bytes]) -> Iterator[Item]:
    """Yield every entry in order, a broken one as Broken; raises Truncated at the end of a file that was cut.

    `lines` keep their line ends; a long line may come in several pieces, of which only the last ends in LF.
    """
    block: list[tuple[int, bytes]] = []
    size = 0
    for number, text in _unfolded(lines):
        if text and not text.startswith(b"#"):
            size += len(text)
            # An entry too large is remembered by its first line and that it had another.
            block = [*block[:1], (number, b"")] if size > MAX_ENTRY else block
            block.append((number, text if size <= MAX_ENTRY else b""))
        elif not text and block:
            if (item := _item(block, size)) is not None:
                yield item
            block, size = [], 0
    if block and (item := _item(block, size)) is not None:
        if isinstance(item, Broken) and size <= MAX_ENTRY:
            raise Truncated(f"line {item.line}: the file ends inside an entry")
        yield item


def render(entries: Iterable[Entry]) -> bytes:
    """Return the entries as an LDIF file that `parse` reads back as it was."""
    parts = [b"version: 1\n\n"]
    for entry in entries:
        rows = [("dn", entry.dn.encode()), *entry.attributes]
        parts += [*(_folded(_row(name.encode(), value)) for name, value in rows), b"\n"]
    return b"".join(parts)


def _unfolded(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield each logical line with the number of its first physical line; blank lines are b""."""
    parts: list[bytes] = []
    size = start = 0
    number, ended, blank = 1, True, True
    for piece in lines:
        raw = piece.removeprefix(_BOM) if number == 1 and ended else piece
        terminated = raw.endswith(b"\n")
        text = raw.rstrip(b"\r\n") if terminated else raw
        if not ended or (text.startswith(b" ") and not blank):
            size += len(text)
            if size <= MAX_ENTRY + FOLD:  # beyond, its entry is refused anyway
                parts.append(text[1:] if ended else text)
        else:
            if parts:
                yield start, b"".join(parts)
            parts, size, start, blank = [text], len(text), number, not text
        ended = terminated
        number += terminated
    whole = b"".join(parts)
    if not ended and whole and not whole.startswith(b"#"):
        raise Truncated(f"line {number}: the file ends without a line end")
    if parts:
        yield start, whole


def _item(block: list[tuple[int, bytes]], size: int) -> Item | None:
    """Return what a block of lines says; None for a trailer or a lone version line."""
    start, read = block[0][0], list[tuple[str, bytes]]()
    if size > MAX_ENTRY:
        return Broken(start, f"entry larger than {MAX_ENTRY} bytes")
    try:
        _read_pairs(block, read)
        if read and read[0][0].lower() == "version" and read.pop(0)[1] != b"1":
            return Broken(start, "only LDIF version 1 is known")
        return _entry(start, read) if read else None
    except _Fault as fault:
        return Broken(fault.line, fault.reason, tuple(read))


def _entry(start: int, read: list[tuple[str, bytes]]) -> Entry | None:
    name, value = read[0]
    if name.lower() in _TRAILER:
        code = {given.lower(): text for given, text in read}.get("result", b"0").split(b" ")[0]
        if code != b"0":
            raise Truncated(f"line {start}: the export itself ended with error {code.decode(errors='replace')[:4]}")
        return None
    if name.lower() != "dn":
        raise _Fault(start, "entry does not begin with its dn")
    rest = read[1:]
    if rest and rest[0][0].lower() == "changetype" and rest.pop(0)[1] != b"add":
        raise _Fault(start, "a change record, not an entry")
    try:
        return Entry(value.decode(), tuple(rest), start)
    except UnicodeDecodeError:
        raise _Fault(start, "dn is not UTF-8") from None


class _Fault(Exception):  # noqa: N818 - never leaves this file
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def _read_pairs(block: list[tuple[int, bytes]], read: list[tuple[str, bytes]]) -> None:
    """Add a block's pairs to `read`; raises _Fault for the first faulty line, after reading the others."""
    fault: _Fault | None = None
    for number, text in block:
        parsed = _LINE.fullmatch(text)
        if parsed is None:
            fault = fault or _Fault(number, "not of the form 'attribute: value'")
            continue
        name, mark, value = parsed[1].decode(), parsed[2], parsed[3]
        if name.lower() == "control" or mark == b"<":
            continue
        try:
            read.append((name, base64.b64decode(value, validate=True) if mark == b":" else value.decode().encode()))
        except binascii.Error:
            fault = fault or _Fault(number, f"value of {name} is not valid base64")
        except UnicodeDecodeError:
            fault = fault or _Fault(number, f"value of {name} is neither UTF-8 nor base64")
    if fault:
        raise fault


def _row(name: bytes, value: bytes) -> bytes:
    if _SAFE.fullmatch(value):
        return name + b": " + value if value else name + b":"
    return name + b":: " + base64.b64encode(value)


def _folded(row: bytes) -> bytes:
    rest = range(FOLD, len(row), FOLD - 1)
    return b"\n ".join([row[:FOLD], *(row[at : at + FOLD - 1] for at in rest)]) + b"\n"
