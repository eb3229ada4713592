"""How a CSV file is written: encoding and separator, found from its bytes and text (no I/O)."""

import codecs
import csv
import re
from collections.abc import Iterable

from connectors.errors import PartialRead

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = ";,\t|"
_SAMPLE_ROWS = 20
_SAMPLE_LINE = 3000  # characters of a line that are looked at: all lines together stay below the csv module's limit
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)


def find_encoding(chunks: Iterable[bytes]) -> str:
    """Return the encoding of a whole file: by its mark, else strict UTF-8, else Windows-1252.

    Raises PartialRead for UTF-8 text that ends inside a character.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    first, beyond_ascii = True, False
    for chunk in chunks:
        if first:
            first = False
            for mark, name in _MARKS:
                if chunk.startswith(mark):
                    return name
        try:
            beyond_ascii = not decoder.decode(chunk).isascii() or beyond_ascii
        except UnicodeDecodeError:
            return "cp1252"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if beyond_ascii:
            raise PartialRead("the file ends inside a UTF-8 character: it is not written to its end yet") from error
        return "cp1252"
    return "utf-8"


def separator_line(line: str) -> str:
    """Return the separator that Excel's first line `sep=;` names, or "" for any other line."""
    match = _SEPARATOR_LINE.fullmatch(line)
    return match[1] if match else ""


def find_separator(lines: Iterable[str]) -> str:
    """Return the separator under which the first lines have most columns, equally many in each line."""
    sample = [line[:_SAMPLE_LINE] for line in lines if line.strip()]
    best, separator = (0.0, 1), ","
    for candidate in _SEPARATORS:
        widths = [len(cells) for cells in csv.reader(sample, delimiter=candidate)][:_SAMPLE_ROWS]
        if widths and widths[0] > 1:
            score = (widths.count(widths[0]) / len(widths), widths[0])
            if score > best:
                best, separator = score, candidate
    return separator
