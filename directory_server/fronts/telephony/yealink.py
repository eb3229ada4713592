"""Yealink's remote phone book. Pure.

`YealinkIPPhoneDirectory`, `DirectoryEntry`, `Name`, one `Telephone` for each number with a `label`: as servers in the
field write it, for Yealink's own template was not at hand. A phone that is told to search asks with `#SEARCH` replaced
in the address.
"""

from typing import Final

from directory_server.fronts.telephony.markup import document, element, text
from directory_server.fronts.telephony.page import Book, Page

UNREPLACED: Final = "#SEARCH"
"""What a phone sends that cannot search; it wants the list."""


def _write(page: Page) -> bytes:
    rows = (
        element(
            "DirectoryEntry", text("Name", entry.name), *(text("Telephone", to, kind) for kind, to in entry.numbers)
        )
        for entry in page.entries
    )
    return document("YealinkIPPhoneDirectory", *rows)


BOOK: Final = Book(most=1000, several=True, write=_write)
