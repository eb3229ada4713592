"""An LDIF export as the place to read from: the file's edge around the pure parser."""

import codecs
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from connectors.errors import ConfigInvalid, PartialRead, SourceGone
from connectors.ldap.ldif import Truncated, parse
from connectors.ldap.record import KEYS, Broken, Item, is_contact
from connectors.ldap.settings import LdapSettings

PIECE = 1024 * 1024  # bytes of one line held at once
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class LdifExport:
    """One LDIF file, read from start to end each time."""

    def __init__(self, path: Path, settings: LdapSettings) -> None:
        self._path = path
        self.name = f"LDIF file {self._path.name}"
        self.identity = f"ldif:{self._path.absolute()}"
        self.container = self._path.name
        self.keys: tuple[str, ...] = (settings.key,) if settings.key else KEYS

    def open(self) -> None:
        """Make sure that the file is there and readable."""
        self._file().close()

    def entries(self, size: int | None = None) -> Iterator[Item]:  # noqa: ARG002 - a file has no pages
        """Yield every person or contact, and what is broken.

        Raises PartialRead if the file is cut, empty, or changes while it is read.
        """
        with self._file() as file:
            before = self._path.stat()
            if not before.st_size:
                raise PartialRead(f"ldif: {self._path.name} is empty, it may be about to be written")
            try:
                yield from (item for item in parse(_lines(file)) if isinstance(item, Broken) or is_contact(item))
            except Truncated as error:
                raise PartialRead(f"ldif: {self._path.name}, {error}") from error
            except UnicodeDecodeError as error:
                raise PartialRead(f"ldif: {self._path.name} ends inside a UTF-16 character or is damaged") from error
            except OSError as error:
                raise PartialRead(f"ldif: {self._path.name} cannot be read to its end: {error.strerror}") from error
            after = self._path.stat() if self._path.exists() else None
            if after is None or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise PartialRead(f"ldif: {self._path.name} changed while it was read")

    def units(self) -> list[str]:
        """Return no further places: a file is one place."""
        return []

    def close(self) -> None:
        """Do nothing: the file is closed after each reading."""

    def _file(self) -> BufferedReader:
        try:
            return self._path.open("rb")
        except FileNotFoundError:
            raise SourceGone(f"ldif: no such file {self._path}") from None
        except OSError as error:
            raise ConfigInvalid(f"ldif: {self._path} cannot be opened: {error.strerror}") from None


def _lines(file: BufferedReader) -> Iterator[bytes]:
    """Yield the file's lines in pieces of at most PIECE bytes; UTF-16 (ldifde -u) becomes UTF-8."""
    encoding = _UTF_16.get(file.peek(2)[:2])
    if encoding is None:
        yield from iter(lambda: file.readline(PIECE), b"")
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    file.read(2)
    while chunk := file.read(PIECE):
        yield from decoder.decode(chunk).encode().splitlines(keepends=True)
    yield decoder.decode(b"", final=True).encode()
