"""Reading a CSV file that another program may be writing: everything is read between two equal looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from connectors.csv_file.dialect import find_encoding, find_separator, separator_line
from connectors.csv_file.lines import PART, Lines
from connectors.csv_file.rows import Block, Row, each_row, rows
from connectors.csv_file.settings import CsvSettings
from connectors.errors import AuthFailed, ConfigInvalid, PartialRead, SourceGone, Unreachable
from connectors.pick import fold

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
    rows: Iterator[Row | Block]


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
        yield _table(settings, Lines(raw, encoding))
    if look(path) != before:
        raise PartialRead(f"{path} was written to while we read it")


def _chunks(path: Path) -> Iterator[bytes]:
    with faults(path), path.open("rb") as raw:
        while chunk := raw.read(PART):
            yield chunk


def _table(settings: CsvSettings, lines: Lines) -> Table:
    head = [line.decode(errors="replace") for line in lines.waiting(_HEAD_LINES)[:_HEAD_LINES]]
    separator = separator_line(head[0]) if head else ""
    skipped = 1 if separator else 0
    while skipped < len(head) and not head[skipped].strip("\ufeff \t\r\n"):
        skipped += 1
    lines.skip(skipped)
    del head[:skipped]
    if not head:
        raise PartialRead(f"{settings.path} holds no header line: it is not written yet")
    lines.drop_mark()
    head[0] = head[0].removeprefix("\ufeff")
    separator = settings.separator or separator or find_separator(head)
    names = settings.column_names() or _header(settings, lines, separator)
    return Table(separator, tuple(names), _place(settings, names), rows(lines, separator, len(names)))


def _header(settings: CsvSettings, lines: Lines, separator: str) -> list[str]:
    """Take the first row as the header; a quoted name may span lines, so the row reader finds its end."""
    header = next(each_row(rows(lines, separator, 0)), None)
    if header is None:
        raise PartialRead(f"{settings.path} holds no header line: it is not written yet")
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    return names


def _place(settings: CsvSettings, names: list[str]) -> int:
    exact = [place for place, name in enumerate(names) if name == settings.key]
    places = exact or [place for place, name in enumerate(names) if name and fold(name) == fold(settings.key)]
    if len(places) != 1:
        fault = "is there twice" if places else "is missing"
        found = ", ".join(name for name in names if name)
        raise ConfigInvalid(f"setting 'key': column '{settings.key}' {fault}; columns found: {found}")
    return places[0]
