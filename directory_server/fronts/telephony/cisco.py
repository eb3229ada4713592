"""Cisco's IP phone services. Pure.

After "Cisco Unified IP Phone Services Application Development Notes" (OL-20949-01), chapter 3: a
`CiscoIPPhoneDirectory` holds at most 32 `DirectoryEntry` objects of one `Name` and one `Telephone`; more are further
objects. Where one `SoftKeyItem` is given, the phone drops its own, so that all are. No tags but those of the
definitions: the parser is no full one.
"""

from typing import Final

from directory_server.fronts.telephony.markup import document, element, text
from directory_server.fronts.telephony.page import Book, Page

MOST: Final = 32


def _write(page: Page) -> bytes:
    rows = (
        element("DirectoryEntry", text("Name", entry.name), text("Telephone", entry.numbers[0][1]))
        for entry in page.entries
    )
    keys = [("Dial", "SoftKey:Dial"), ("EditDial", "SoftKey:EditDial"), ("Exit", "SoftKey:Exit")]
    if page.next:
        keys.append(("Next", page.next))
    softkeys = (
        element("SoftKeyItem", text("Name", name), text("URL", url), text("Position", str(at)))
        for at, (name, url) in enumerate(keys, 1)
    )
    return document("CiscoIPPhoneDirectory", text("Title", "Contacts"), text("Prompt", _prompt(page)), *rows, *softkeys)


def _prompt(page: Page) -> str:
    if not page.entries:
        return "No entries"
    return f"Entries {page.start + 1} to {page.start + len(page.entries)}" + (", more follow" if page.more else "")


def _form(url: str) -> bytes:
    item = element(
        "InputItem",
        text("DisplayName", "Name"),
        text("QueryStringParam", "q"),
        text("DefaultValue", ""),
        text("InputFlags", "A"),
    )
    return document(
        "CiscoIPPhoneInput",
        text("Title", "Contacts"),
        text("Prompt", "Name, company or number"),
        text("URL", url),
        item,
    )


BOOK: Final = Book(most=MOST, several=False, write=_write, form=_form)
