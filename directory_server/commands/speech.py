"""Speech: one language's texts, counts, numbers and moments, as a command says them."""

import os
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from directory_server.commands import locale


class Language(StrEnum):
    """The languages commands speak."""

    DE = "de"
    EN = "en"


InLanguage = Annotated[
    Language | None, typer.Option("--language", help="Speak German (de) or English (en); default: as the terminal.")
]


class Speech:
    """Says texts in one language; without one, in that of the terminal."""

    def __init__(self, language: Language | str | None = None) -> None:
        self.language = str(language or locale.for_terminal(os.environ))
        self._texts = locale.LANGUAGES[self.language]

    def __call__(self, text: str, /, **values: Any) -> str:
        """Return the text of this name with its places filled in."""
        return self._texts[text].format(**values)

    def count(self, name: str, number: int) -> str:
        """Return so many of something: the text NAME_one for one, else NAME_many, with `{n}`."""
        return self(f"{name}_{'one' if number == 1 else 'many'}", n=self.number(number))

    def number(self, number: float) -> str:
        """Return a number with its thousands apart."""
        text = f"{number:,}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "de" else text

    def moment(self, text: str | None) -> str:
        """Return an ISO moment in the time of this machine, to the minute; a word for none."""
        if not text:
            return self("never")
        return datetime.fromisoformat(text).astimezone().strftime(self("moment_format"))

    def group(self, name: str) -> str:
        """Return a field group in words, with the name that commands take."""
        words = self(f"group_{name}")
        return words if words.casefold() == name else f"{words} ({name})"
