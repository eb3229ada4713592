"""Shared numbers: what is told of a number that several different persons hold. Pure."""

from collections.abc import Sequence

from msgspec import structs

from connectors.contact import Contact, PhoneKind
from directory_server.directory.listing import Listing, Number
from directory_server.directory.names import company_words
from directory_server.directory.person import together
from directory_server.store.rows import SharedNumbers

_MOST_COMPANIES = 3


def persons_on(listings: Sequence[Listing]) -> int:
    """Return how many different persons these listings of one number are; contacts of one person count once."""
    return len(listings) if len(listings) < 2 else len(together(listings))  # noqa: PLR2004 - nobody to compare with


def told(
    policy: SharedNumbers, listings: Sequence[Listing], shared: int, total: int, asked: frozenset[str]
) -> tuple[Listing, ...]:
    """Return the listings that a client is told of.

    `shared` of `persons_on`; `total` contacts hold the number, of which `listings` are the first; `asked` are the
    number in E.164, or `x` and the extension.
    """
    if shared < 2 or policy is SharedNumbers.PRIORITY:  # noqa: PLR2004 - one person is no question
        return tuple(listings)
    if policy is SharedNumbers.ONLY_IF_UNAMBIGUOUS:
        return ()
    company = _companies(listings, complete=total == len(listings))
    count = f"{shared if total == len(listings) else total} contacts"
    name = f"{company} ({count})" if company else count
    kinds: dict[PhoneKind, Number] = {}
    for number in (number for listing in listings for number in listing.numbers):
        if number.e164 in asked or "x" + number.extension in asked:
            kinds.setdefault(number.kind, structs.replace(number, label=""))
    shown = Contact(display_name=name, company=company)
    return (structs.replace(listings[0], contact=shown, numbers=tuple(kinds.values())),)


def _companies(listings: Sequence[Listing], *, complete: bool) -> str:
    """Join the companies' names; with whoever has none, or is not among the listings, they are not all."""
    names: dict[tuple[str, ...], str] = {}
    for company in (listing.contact.company for listing in listings):
        if company:
            names.setdefault(company_words(company) or (company.casefold(),), company)
    if not names:
        return ""
    all_of_them = complete and len(names) <= _MOST_COMPANIES and all(one.contact.company for one in listings)
    return " / ".join(list(names.values())[:_MOST_COMPANIES]) + ("" if all_of_them else " and others")
