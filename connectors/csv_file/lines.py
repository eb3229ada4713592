"""The lines of a file, many at once or one by one; they stay bytes until one is asked for.

Bytes are split into lines and searched in a third of the time that text takes.
"""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper
from typing import Final

from connectors.errors import ConfigInvalid, PartialRead

LINE_LIMIT = 1_048_576  # characters of one line
PART = 1 << 16  # bytes or characters read at once, few enough for the processor's cache
_HALVES: Final = "surrogatepass"  # half a character is for the engine to refuse
_MARK: Final = "\ufeff".encode()


class Lines:
    """Lines with their line ends, read as they are asked for; `number` is that of the next one, from 1.

    `taken` are those that were taken one by one since it was cleared. `halved` tells that the text read so far holds
    half a character. Asking raises ConfigInvalid where the text is not in this encoding or a line is longer than
    LINE_LIMIT, and PartialRead where it ends inside a character or holds zero bytes.
    """

    def __init__(self, raw: BufferedReader, encoding: str) -> None:
        self.number = 1
        self.taken: list[str] = []
        self.halved = False
        self._encoding = encoding
        # "utf-8-sig" too: the mark is taken away with the header.
        self._utf8 = codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}
        self._parts = self._split(_parts(raw) if self._utf8 else self._transcoded(raw))
        self._waiting: list[bytes] = []
        self._at = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Take one line."""
        if self._at == len(self._waiting) and not self.waiting():
            raise StopIteration
        line = self._waiting[self._at].decode(errors=_HALVES)
        self._at += 1
        self.number += 1
        self.taken.append(line)
        return line

    def waiting(self, least: int = 1) -> list[bytes]:
        """Return lines to come, in UTF-8, without taking them: at least so many, fewer only at the end of the file."""
        if self._at:
            del self._waiting[: self._at]
            self._at = 0
        while len(self._waiting) < least and (part := next(self._parts, None)) is not None:
            self._waiting += part
        return self._waiting.copy()

    def skip(self, count: int) -> None:
        """Take as many of the waiting lines."""
        self._at += count
        self.number += count

    def give_back(self) -> None:
        """Have all but the first of the lines `taken` come again."""
        back = [line.encode(errors=_HALVES) for line in self.taken[1:]]
        self._waiting[: self._at] = back
        self._at = 0
        self.number -= len(back)
        del self.taken[1:]

    def drop_mark(self) -> None:
        """Take a byte order mark away from the next line."""
        self._waiting[self._at] = self._waiting[self._at].removeprefix(_MARK)

    def _split(self, parts: Iterator[bytes]) -> Iterator[list[bytes]]:
        number, rest = 1, b""
        while True:
            try:
                part = next(parts, b"")
                text = rest + part
                lines = text.splitlines(keepends=True)
                if lines and _too_long(lines[0]):
                    raise ConfigInvalid(
                        f"line {number} has more than {LINE_LIMIT} characters: this is no table of contacts"
                    )
                # A last line may go on in the next part, or its "\r" waits there for the "\n".
                rest = lines.pop() if part and not lines[-1].endswith(b"\n") else b""
                if self._utf8:
                    text[: len(text) - len(rest)].decode()
            except UnicodeError as error:
                # "unexpected end of data", "truncated data": the last character lacks bytes
                if isinstance(error, UnicodeDecodeError) and (
                    "truncated" in error.reason or "unexpected end" in error.reason
                ):
                    raise PartialRead("the file ends inside a character: it is not written to its end yet") from None
                raise ConfigInvalid(
                    f"setting 'encoding': the text is not {self._encoding}, see line {number} or soon after"
                ) from None
            if b"\0" in part:
                _refuse_zeros(lines or [rest], number)
            yield lines
            number += len(lines)
            if not part:
                return

    def _transcoded(self, raw: BufferedReader) -> Iterator[bytes]:
        """Yield the text in UTF-8."""
        with TextIOWrapper(raw, self._encoding, newline="") as text:
            while part := text.read(PART):
                try:
                    yield part.encode()
                except UnicodeEncodeError:
                    self.halved = True
                    yield part.encode(errors=_HALVES)


def _parts(raw: BufferedReader) -> Iterator[bytes]:
    while part := raw.read(PART):
        yield part


def _too_long(line: bytes) -> bool:
    return len(line) >= LINE_LIMIT and len(line.decode(errors="replace")) >= LINE_LIMIT


def _refuse_zeros(lines: list[bytes], number: int) -> None:
    number += next((place for place, line in enumerate(lines) if b"\0" in line), len(lines))
    if number == 1:
        raise ConfigInvalid("setting 'encoding': the text holds zero bytes; is it utf-16-le or utf-16-be?")
    raise PartialRead(f"line {number} holds zero bytes: the file is not written to its end yet")
