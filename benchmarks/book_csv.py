"""The generated book as CSV files, one per source, as a customer would export them."""

import csv
from contextlib import ExitStack
from pathlib import Path

from benchmarks.address_book import SOURCES, AddressBook, source_of
from connectors.contact import Contact, PhoneKind

_PHONES = {
    PhoneKind.WORK: "business_phone", PhoneKind.MOBILE: "mobile_phone", PhoneKind.MAIN: "main_phone",
    PhoneKind.FAX: "fax", PhoneKind.HOME: "home_phone",
}  # fmt: skip
_TEXTS = ("prefix", "given_name", "family_name", "display_name", "company", "department", "job_title")
COLUMNS = ("id", *_TEXTS, *_PHONES.values(), "email", "street", "postal_code", "city", "notes")


def row(key: str, contact: Contact) -> list[str]:
    """Return the cells of a contact."""
    phones = {phone.kind: phone.raw for phone in contact.phones}
    (place,) = contact.addresses
    return [
        key,
        *(getattr(contact, name) for name in _TEXTS),
        *(phones.get(kind, "") for kind in _PHONES),
        contact.emails[0].address if contact.emails else "",
        place.street,
        place.postal_code,
        place.city,
        contact.notes,
    ]


def write(book: AddressBook, folder: Path) -> dict[str, Path]:
    """Write the book contact by contact; return the files by source. Keys are places in the book."""
    paths = {name: folder / f"{name}.csv" for name in SOURCES}
    with ExitStack() as stack:
        opened = {
            name: stack.enter_context(path.open("w", encoding="utf-8", newline="")) for name, path in paths.items()
        }
        writers = {name: csv.writer(file, delimiter=";") for name, file in opened.items()}
        for writer in writers.values():
            writer.writerow(COLUMNS)
        for at, contact in enumerate(book.contacts()):
            writers[source_of(at)].writerow(row(str(at), contact))
    return paths
