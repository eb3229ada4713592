"""Persons: the visible listings that are the same human or company, shown as one card. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from connectors.contact import Contact, PhoneKind
from directory_server.directory import phonetic
from directory_server.directory.listing import Listing, Match, Number
from directory_server.directory.normal_form import words

MOST_HOLDERS = 30
"""A number or mail address that more visible contacts share belongs to no single person."""

_ROLES = frozenset(
    ("info", "office", "kontakt", "contact", "sales", "mail", "post", "service", "support", "vertrieb", "zentrale",
     "einkauf", "verkauf", "buchhaltung", "rechnung", "bewerbung", "empfang", "sekretariat", "hello", "team", "admin",
     "webmaster", "noreply", "no-reply", "hallo", "anfrage", "buero", "verwaltung", "billing", "jobs", "marketing")
)  # fmt: skip
_LEGAL_FORMS = frozenset(
    ("gmbh", "ag", "kg", "ohg", "mbh", "ug", "se", "co", "und", "and", "ev", "eg", "gbr", "inc", "ltd", "llc", "plc",
     "corp", "sa", "sarl", "sas", "srl", "spa", "bv", "nv", "sp", "zoo", "sro", "kft", "oy", "ab", "as", "the", "der",
     "die")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Listings of one human or company, best first (source priority, then id); `match` is the best of theirs."""

    listings: tuple[Listing, ...]
    match: Match | None = None

    @property
    def id(self) -> int:
        """Id of the first listing."""
        return self.listings[0].id

    def first(self, field: str) -> str:
        """Return the first non-empty value of a text field of `Contact`, by the listings' order."""
        return next((text for listing in self.listings if (text := str(getattr(listing.contact, field)))), "")


def personal_mail(address: str) -> str:
    """Return the address in lower case if it looks like one human's, else ""."""
    mail = address.strip().casefold()
    local, at, domain = mail.partition("@")
    return mail if at and local and domain and local not in _ROLES else ""


@lru_cache(maxsize=65536)
def company_words(company: str) -> tuple[str, ...]:
    """Return the first two words of a company's name without its legal form."""
    return tuple(word for word in words(company) if word not in _LEGAL_FORMS)[:2]


def name_words(contact: Contact) -> tuple[str, ...]:
    """Return the words of given and family name, else of the display name."""
    full = f"{contact.given_name} {contact.family_name}".strip()
    return words(full or contact.display_name)


def name_company_key(contact: Contact) -> str:
    """Return the sorted words of the name with the company's first words; "" unless both are known.

    A company's own entry has the whole name of the company: branches stay apart.
    """
    name, company = name_words(contact), company_words(contact.company)
    if not company:
        return ""
    if not contact.given_name and not contact.family_name and _plain(name) <= set(words(contact.company)):
        return "|" + " ".join(sorted(_plain(words(contact.company))))
    if len(name) < 2 or set(name) <= set(company):  # noqa: PLR2004 - given and family name
        return ""
    return " ".join(sorted(name)) + "|" + " ".join(company)


def _plain(name: tuple[str, ...]) -> set[str]:
    return set(name) - _LEGAL_FORMS


def _mails(contact: Contact) -> frozenset[str]:
    return frozenset(mail for email in contact.emails if (mail := personal_mail(email.address)))


def _numbers(numbers: tuple[Number, ...]) -> frozenset[str]:
    kinds = {PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.HOME}
    return frozenset(n.e164 for n in numbers if n.e164 and n.kind in kinds and n.extension != "0")


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    return (min(len(one), len(other)) > 2 and OSA.distance(one, other, score_cutoff=1) <= 1) or (  # noqa: PLR2004
        phonetic.code(one) != "" and phonetic.code(one) == phonetic.code(other)
    )


def names_compatible(one: Contact, other: Contact, *, first_name_needed: bool) -> bool:
    """Whether two names may be one human's: equal or nearly equal surnames, first names that do not contradict."""
    left, right = name_words(one), name_words(other)
    if not left or not right:
        return not first_name_needed
    if sorted(left) == sorted(right):
        return True
    last_left = words(one.family_name)[-1:] or left[-1:]
    last_right = words(other.family_name)[-1:] or right[-1:]
    if not _near(last_left[0], last_right[0]):
        return False
    first_left = [word for word in left if word not in last_left]
    first_right = [word for word in right if word not in last_right]
    if not first_left or not first_right:
        return not first_name_needed
    return any(
        _near(a, b) or (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b))
        for a in first_left
        for b in first_right
    )


def same(one: Listing, other: Listing) -> bool:
    """Whether two listings are the same human or company, judged by what both show."""
    mails, other_mails = _mails(one.contact), _mails(other.contact)
    if mails & other_mails and names_compatible(one.contact, other.contact, first_name_needed=False):
        return True
    if _numbers(one.numbers) & _numbers(other.numbers) and names_compatible(
        one.contact, other.contact, first_name_needed=True
    ):
        return True
    key = name_company_key(one.contact)
    contradicting = bool(mails and other_mails and not mails & other_mails)
    return bool(key) and key == name_company_key(other.contact) and not contradicting


def one_person(listings: Iterable[Listing], priorities: Mapping[str, int], match: Match | None) -> Person:
    """Put listings that are known to be one person together; `priorities` by source name, lower first."""
    ordered = sorted(listings, key=lambda listing: (priorities.get(listing.source, 0), listing.id))
    return Person(tuple(ordered), match)


def merge(listings: Sequence[Listing], priorities: Mapping[str, int]) -> list[Person]:
    """Merge listings into persons, in the order in which each person's first listing came.

    `priorities` by source name, lower first. Every pair is judged, so this is for short lists.
    """
    parent = list(range(len(listings)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    for right in range(len(listings)):
        for left in range(right):
            if root(left) != root(right) and same(listings[left], listings[right]):
                low, high = sorted((root(left), root(right)))
                parent[high] = low
    groups: dict[int, list[Listing]] = {}
    for at, listing in enumerate(listings):
        groups.setdefault(root(at), []).append(listing)
    matches = [next((one.match for one in group if one.match), None) for group in groups.values()]
    return [one_person(group, priorities, match) for group, match in zip(groups.values(), matches, strict=True)]
