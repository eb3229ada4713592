"""Settings of a CSV/TXT source."""

import codecs
from pathlib import Path

from pydantic import Field, field_validator

from connectors.settings import Settings

_NAMED = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "space": " "}


class CsvSettings(Settings):
    """Where the file is and how to read it; everything but the path is found by itself."""

    path: Path = Field(title="File", description="Path of the CSV or TXT file, as the server sees it.")
    key: str = Field(
        "id",
        title="Key column",
        description="Column whose value names a row for ever (customer number, id).",
        min_length=1,
    )
    encoding: str = Field(
        "",
        title="Encoding",
        description="utf-8, cp1252, utf-16 …; empty: byte order mark, else UTF-8, else Windows-1252.",
    )
    separator: str = Field(
        "", title="Separator", description="One character, or tab, semicolon, comma, pipe; empty: found by itself."
    )
    columns: str = Field(
        "", title="Columns", description="Column names joined by commas, for a file without a header line; else empty."
    )
    delete_after_import: bool = Field(
        default=False,
        title="Delete after import",
        description="Remove the file on the run after the one that stored its rows; no file then means nothing new.",
    )

    @field_validator("separator")
    @classmethod
    def _one_character(cls, value: str) -> str:
        value = _NAMED.get(value.lower(), value)
        if len(value) > 1 or value in {'"', "\r", "\n"}:
            raise ValueError("must be one character, or tab, semicolon, comma, pipe")
        return value

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str) -> str:
        if value:
            try:
                codecs.lookup(value)
                "".encode(value)
            except LookupError as error:
                raise ValueError("is no encoding known here; try utf-8, cp1252 or utf-16") from error
        return value

    def column_names(self) -> list[str]:
        """Return the names given by `columns`; empty when the file has a header line."""
        return [name.strip() for name in self.columns.split(",")] if self.columns.strip() else []
