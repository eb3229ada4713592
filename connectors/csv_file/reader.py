"""Reading a CSV file that another program may be writing: everything is read between two equal looks at it."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from io import BufferedReader, TextIOWrapper
from itertools import chain, islice
from operator import methodcaller
from pathlib import Path
from typing import Final

from connectors.csv_file.dialect import find_encoding, find_separator, separator_line
from connectors.csv_file.rows import Row, rows
from connectors.csv_file.settings import CsvSettings
from connectors.errors import AuthFailed, ConfigInvalid, PartialRead, SourceGone, Unreachable
from connectors.pick import fold

LINE_LIMIT = 1_048_576  # characters of one line
_PART = 1 << 16  # bytes or characters read at once, few enough for the processor's cache
_HALVES: Final = "surrogatepass"  # half a character is for the engine to refuse
_HEAD_LINES = 40


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file looks like from outside; it stays equal while nobody writes."""

    size: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: its separator, its columns in order ("" for a nameless one), the key's place, and the rows.

    Rows are read as they are asked for.
    """

    separator: str
    columns: tuple[str, ...]
    key: int
    rows: Iterator[Row]


def look(path: Path) -> Stamp:
    """Return the file's stamp; raises SourceGone, AuthFailed, Unreachable or ConfigInvalid naming the path."""
    with faults(path):
        stat = path.stat()
        if path.is_dir():
            raise IsADirectoryError
        return Stamp(stat.st_size, stat.st_mtime_ns, stat.st_ino)


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn the operating system's faults with a file into ours."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceGone(f"the file {path} does not exist") from error
    except PermissionError as error:
        raise AuthFailed(f"the server's account may not read or change {path}") from error
    except IsADirectoryError as error:
        raise ConfigInvalid(f"setting 'path': {path} is a folder") from error
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}") from error


def fingerprint(path: Path) -> str:
    """Return a digest of the file's bytes, hex."""
    digest = blake2b(digest_size=16)
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def opened(settings: CsvSettings) -> Iterator[Table]:
    """Open the file as a table; leaving without an error proves that nobody wrote meanwhile.

    Raises PartialRead for a file that is empty, not written to its end, or changed under our hands, and ConfigInvalid
    naming the setting that cannot be right.
    """
    path, before = settings.path, look(settings.path)
    if not before.size:
        raise PartialRead(f"{path} is empty, without even a header: it is not written yet")
    encoding = settings.encoding or find_encoding(_chunks(path))
    with faults(path), path.open("rb") as raw:
        yield _table(settings, _lines(raw, encoding))
    if look(path) != before:
        raise PartialRead(f"{path} was written to while we read it")


def _chunks(path: Path) -> Iterator[bytes]:
    with faults(path), path.open("rb") as raw:
        while chunk := raw.read(_PART):
            yield chunk


def _lines(raw: BufferedReader, encoding: str) -> Iterator[str]:
    # Bytes are split into lines and searched in a third of the time that text takes.
    utf8 = codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}
    parts = _parts(raw) if utf8 else _transcoded(raw, encoding)
    text_of = methodcaller("decode", errors="strict" if utf8 else _HALVES)
    number, rest = 1, b""
    while True:
        try:
            part = next(parts, b"")
            lines = (rest + part).splitlines(keepends=True)
            if lines and _too_long(lines[0]):
                raise ConfigInvalid(
                    f"line {number} has more than {LINE_LIMIT} characters: this is no table of contacts"
                )
            # A last line may go on in the next part, or its "\r" waits there for the "\n".
            rest = lines.pop() if part and not lines[-1].endswith(b"\n") else b""
            texts = list(map(text_of, lines))
        except UnicodeError as error:
            # "unexpected end of data", "truncated data": the last character lacks bytes
            if isinstance(error, UnicodeDecodeError) and (
                "truncated" in error.reason or "unexpected end" in error.reason
            ):
                raise PartialRead("the file ends inside a character: it is not written to its end yet") from None
            raise ConfigInvalid(
                f"setting 'encoding': the text is not {encoding}, see line {number} or soon after"
            ) from None
        if b"\0" in part:
            _refuse_zeros(lines or [rest], number)
        yield from texts
        number += len(lines)
        if not part:
            return


def _parts(raw: BufferedReader) -> Iterator[bytes]:
    while part := raw.read(_PART):
        yield part


def _transcoded(raw: BufferedReader, encoding: str) -> Iterator[bytes]:
    """Yield the text in UTF-8."""
    with TextIOWrapper(raw, encoding, newline="") as text:
        while part := text.read(_PART):
            yield part.encode(errors=_HALVES)


def _too_long(line: bytes) -> bool:
    return len(line) >= LINE_LIMIT and len(line.decode(errors="replace")) >= LINE_LIMIT


def _refuse_zeros(lines: list[bytes], number: int) -> None:
    number += next((place for place, line in enumerate(lines) if b"\0" in line), len(lines))
    if number == 1:
        raise ConfigInvalid("setting 'encoding': the text holds zero bytes; is it utf-16-le or utf-16-be?")
    raise PartialRead(f"line {number} holds zero bytes: the file is not written to its end yet")


def _table(settings: CsvSettings, lines: Iterator[str]) -> Table:
    head = list(islice(lines, _HEAD_LINES))
    skipped = 0
    separator = ""
    if head and (separator := separator_line(head[0])):
        skipped = 1
    while skipped < len(head) and not head[skipped].strip("\ufeff \t\r\n"):
        skipped += 1
    del head[:skipped]
    if not head:
        raise PartialRead(f"{settings.path} holds no header line: it is not written yet")
    head[0] = head[0].removeprefix("\ufeff")
    separator = settings.separator or separator or find_separator(head)
    names = settings.column_names()
    if names:
        return Table(
            separator,
            tuple(names),
            _place(settings, names),
            rows(chain(head, lines), separator, len(names), skipped + 1),
        )
    return _with_header(settings, chain(head, lines), separator, skipped + 1)


def _with_header(settings: CsvSettings, lines: Iterator[str], separator: str, line: int) -> Table:
    """Take the first row as the header; a quoted name may span lines, so the row reader finds its end."""
    taken = 0

    def counted() -> Iterator[str]:
        nonlocal taken
        for text in lines:
            taken += 1
            yield text

    header = next(rows(counted(), separator, 0), None)
    if header is None:
        raise PartialRead(f"{settings.path} holds no header line: it is not written yet")
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    return Table(separator, tuple(names), _place(settings, names), rows(lines, separator, len(names), line + taken))


def _place(settings: CsvSettings, names: list[str]) -> int:
    exact = [place for place, name in enumerate(names) if name == settings.key]
    places = exact or [place for place, name in enumerate(names) if name and fold(name) == fold(settings.key)]
    if len(places) != 1:
        fault = "is there twice" if places else "is missing"
        found = ", ".join(name for name in names if name)
        raise ConfigInvalid(f"setting 'key': column '{settings.key}' {fault}; columns found: {found}")
    return places[0]
