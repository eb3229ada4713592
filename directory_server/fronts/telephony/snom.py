"""Snom's minibrowser. Pure.

After "XML Minibrowser", "SnomIPPhoneDirectory" and "SnomIPPhoneInput" in Snom's service wiki
(https://service.snom.com/display/wiki/XML+Minibrowser): `Title`, `Prompt` and `DirectoryEntry` of one `Name` and one
`Telephone`; lines beyond the hundredth cannot be selected by their number. What the user enters replaces `InputToken`
in the address.
"""

from typing import Final

from directory_server.fronts.telephony.markup import document, element, text
from directory_server.fronts.telephony.page import Book, Page

_TOKEN: Final = "__Q__"  # noqa: S105 - a placeholder


def _write(page: Page) -> bytes:
    rows = (
        element("DirectoryEntry", text("Name", entry.name), text("Telephone", entry.numbers[0][1]))
        for entry in page.entries
    )
    return document("SnomIPPhoneDirectory", text("Title", "Contacts"), text("Prompt", "Dial"), *rows)


def _form(url: str) -> bytes:
    item = element(
        "InputItem",
        text("DisplayName", "Name"),
        text("InputToken", _TOKEN),
        text("DefaultValue", ""),
        text("InputFlags", "a"),
    )
    return document("SnomIPPhoneInput", text("Title", "Contacts"), text("Url", f"{url}?q={_TOKEN}"), item)


BOOK: Final = Book(most=100, several=False, write=_write, form=_form)
