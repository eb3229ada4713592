"""Persons: the visible listings that are the same human or company, shown as one card. Pure.

Two listings are the same if what both show has one of these; a name alone never is:

1. the same personal mail address, and names that may be one human's, or one of them has none;
2. the same mobile number, and given and family names that may be one human's;
3. the same name, the same direct dial or home number, and no two different companies;
4. the same name, the same company and any number in common, a switchboard too, unless both show personal business mail
   addresses and none in common. A company's own entry is named by its company: it needs a number or mail as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from rapidfuzz.distance import OSA

from connectors.contact import Contact, PhoneKind, PlaceKind
from directory_server.directory import dialling, phonetic
from directory_server.directory.listing import Listing, Match, Number
from directory_server.directory.names import company_words, is_company, name_company_key, name_words
from directory_server.directory.normal_form import words

MOST_HOLDERS = 30
"""A number or mail address that more visible contacts share belongs to no single person."""

_ROLES = frozenset(
    ("info", "office", "kontakt", "contact", "sales", "mail", "post", "service", "support", "vertrieb", "zentrale",
     "einkauf", "verkauf", "buchhaltung", "rechnung", "bewerbung", "empfang", "sekretariat", "hello", "team", "admin",
     "webmaster", "noreply", "no-reply", "hallo", "anfrage", "buero", "verwaltung", "billing", "jobs", "marketing")
)  # fmt: skip
_LINKING = (PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.HOME)  # a tuple finds its very members faster than a set
_VOWELS = frozenset("aeiouy")
_SHORTEST_NEAR = 4


Preferred = Mapping[str, tuple[str, ...]]
"""Names of sources by field of a person (see `store.preferences.FIELDS`), most preferred first."""


@dataclass(frozen=True, slots=True)
class Person:
    """Listings of one human or company, best first (source priority, then id); `match` is the best of theirs.

    `preferred` names the sources that win for a field, whatever their priority.
    """

    listings: tuple[Listing, ...]
    match: Match | None = None
    preferred: Preferred = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> int:
        """Id of the first listing."""
        return self.listings[0].id

    @property
    def is_company(self) -> bool:
        """Whether this is a company's own entry."""
        return any(is_company(listing.contact) for listing in self.listings)

    def ordered(self, name: str) -> tuple[Listing, ...]:
        """Return the listings in the order in which they are asked for a field: preferred sources first."""
        first = self.preferred.get(name)
        if not first or len(self.listings) == 1:
            return self.listings
        rank = {source: at for at, source in enumerate(first)}
        return tuple(sorted(self.listings, key=lambda listing: rank.get(listing.source, len(rank))))

    def chosen(self, name: str) -> tuple[str, str]:
        """Return the value of a text field of `Contact` and the source it is from; ("", "") where none has it.

        The display name is what the contact is called (see `Contact.name`).
        """
        for listing in self.ordered(name):
            contact = listing.contact
            if text := contact.name() if name == "display_name" else str(getattr(contact, name)):
                return text, listing.source
        return "", ""

    def first(self, name: str) -> str:
        """Return the value that `chosen` returns."""
        return self.chosen(name)[0]


@dataclass(frozen=True, slots=True)
class _Traits:
    """What of a listing is compared, worked out once."""

    contact: Contact
    name: tuple[str, ...]
    company: tuple[str, ...]
    key: str
    mails: frozenset[str]
    business_mails: frozenset[str]
    mobiles: frozenset[str]
    direct: frozenset[str]
    numbers: frozenset[str]

    @property
    def links(self) -> list[str]:
        """Keys of which two listings share one if they are the same."""
        keys = ["m" + mail for mail in self.mails] + ["p" + number for number in self.direct]
        return [*keys, "n" + self.key] if self.key else keys


def _traits(listing: Listing) -> _Traits:
    contact, numbers = listing.contact, [number for number in listing.numbers if number.e164]
    direct = frozenset(n.e164 for n in personal_numbers(numbers))
    mobile = {n.e164 for n in numbers if n.kind is PhoneKind.MOBILE}
    mails = {mail: email.kind for email in contact.emails if (mail := personal_mail(email.address))}
    return _Traits(
        contact=contact,
        name=tuple(sorted(name_words(contact))),
        company=company_words(contact.company),
        key=name_company_key(contact),
        mails=frozenset(mails),
        business_mails=frozenset(mail for mail, kind in mails.items() if kind is not PlaceKind.HOME),
        mobiles=frozenset(n for n in direct if n in mobile or dialling.is_mobile(n[1:])),
        direct=direct,
        numbers=frozenset(n.e164 for n in numbers),
    )


def _same(one: _Traits, other: _Traits) -> bool:
    if not one.mails.isdisjoint(other.mails) and names_compatible(one.contact, other.contact, first_name_needed=False):
        return True
    if one.numbers.isdisjoint(other.numbers):
        return False
    if not one.mobiles.isdisjoint(other.mobiles) and names_compatible(
        one.contact, other.contact, first_name_needed=True
    ):
        return True
    same_name = len(one.name) > 1 and one.name == other.name
    if same_name and not one.direct.isdisjoint(other.direct):
        return not one.company or not other.company or one.company == other.company
    if not one.key or one.key != other.key:
        return False
    return not (one.business_mails and other.business_mails and one.mails.isdisjoint(other.mails))


def same(one: Listing, other: Listing) -> bool:
    """Whether two listings are the same human or company, judged by what both show (see the top of this file)."""
    return _same(_traits(one), _traits(other))


def personal_numbers(numbers: Iterable[Number]) -> list[Number]:
    """Return those that may belong to one human: mobiles and direct dials, no switchboard, fax or short number."""
    return [one for one in numbers if one.e164 and one.kind in _LINKING and one.extension != "0"]


def personal_mail(address: str) -> str:
    """Return the address in lower case if it looks like one human's, else ""."""
    mail = address.strip().casefold()
    local, at, domain = mail.partition("@")
    return mail if at and local and domain and local not in _ROLES else ""


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    return (min(len(one), len(other)) > 2 and OSA.distance(one, other, score_cutoff=1) <= 1) or (  # noqa: PLR2004
        phonetic.code(one) != "" and phonetic.code(one) == phonetic.code(other)
    )


def _near_given(one: str, other: str) -> bool:
    """Whether two given names may be one: couples and brothers share numbers, Andrea and Andreas, Peter and Petra."""
    if one == other or (len(one) == 1 and other.startswith(one)) or (len(other) == 1 and one.startswith(other)):
        return True
    if min(len(one), len(other)) < _SHORTEST_NEAR or (
        one[-1] != other[-1] and not _VOWELS.isdisjoint(one[-1] + other[-1])
    ):
        return False
    return _near(one, other)


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
    return any(_near_given(a, b) for a in first_left for b in first_right)


def one_person(
    listings: Iterable[Listing], priorities: Mapping[str, int], match: Match | None, preferred: Preferred | None = None
) -> Person:
    """Put listings that are known to be one person together; `priorities` by source name, lower first."""
    ordered = sorted(listings, key=lambda listing: (priorities.get(listing.source, 0), listing.id))
    return Person(tuple(ordered), match, preferred or {})


def together(listings: Sequence[Listing]) -> list[list[Listing]]:
    """Put listings of the same person together, in the order in which each person's first listing came.

    What more than MOST_HOLDERS of them share links none of them, as in a view.
    """
    traits = [_traits(listing) for listing in listings]
    holders: dict[str, list[int]] = {}
    for at, one in enumerate(traits):
        for key in one.links:
            holders.setdefault(key, []).append(at)
    parent = list(range(len(listings)))
    pairs = (pair for places in holders.values() if len(places) <= MOST_HOLDERS for pair in combinations(places, 2))
    for left, right in pairs:
        low, high = sorted((_root(parent, left), _root(parent, right)))
        if low != high and _same(traits[left], traits[right]):
            parent[high] = low
    groups: dict[int, list[Listing]] = {}
    for at, listing in enumerate(listings):
        groups.setdefault(_root(parent, at), []).append(listing)
    return list(groups.values())


def _root(parent: list[int], at: int) -> int:
    while parent[at] != at:
        at = parent[at]
    return at


def merge(listings: Sequence[Listing], priorities: Mapping[str, int]) -> list[Person]:
    """Merge listings into persons, in the order in which each person's first listing came (see `together`)."""
    groups = together(listings)
    matches = [next((one.match for one in group if one.match), None) for group in groups]
    return [one_person(group, priorities, match) for group, match in zip(groups, matches, strict=True)]
