"""A synthetic address book: as many contacts as asked for, with names, words and numbers spread as in German companies.

Contacts come one by one and only a few thousand are held, so that ten million need no more memory than ten thousand. A
million contacts hold about 94,000 distinct words in normal form, 14 words and 2.3 numbers each.
"""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate

from msgspec import structs

from benchmarks.book_names import given_names, surnames
from benchmarks.book_places import ROLES, TITLES, Companies, Company, plain
from connectors.contact import Address, Contact, Email, Phone, PhoneKind

SOURCES = ("book", "crm", "team")
"""Nine in ten contacts are the book's; the others repeat one of its last thousand, as another source would have it."""

_PER_COMPANY = 12
_NAMED_COMPANIES = 12_000  # surnames that companies are named after
_NOTES = (
    "Messekontakt",
    "bitte nur vormittags anrufen",
    "Rahmenvertrag",
    "Newsletter",
    "Stammkunde",
    "Interessent",
    "VIP",
)


class AddressBook:
    """Contacts in a fixed order; the same seed gives the same book, a longer book begins like a shorter one's."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.count = count
        self._seed = seed
        self.given, weights = given_names()
        self._given = list(accumulate(weights))
        self.surnames, weights = surnames(seed)
        self._surnames = list(accumulate(weights))
        self._companies = Companies([name for name in self.surnames[:_NAMED_COMPANIES] if " " not in name])
        self._count_of_companies = max(count // _PER_COMPANY, 1)

    def __reduce__(self) -> tuple[type["AddressBook"], tuple[int, int]]:
        return AddressBook, (self.count, self._seed)

    def contacts(self) -> Iterator[Contact]:
        """Yield all contacts; every tenth is one of those before it, shown by another source (see `source_of`)."""
        draw = random.Random(self._seed)
        recent: list[Contact] = []
        for at in range(self.count):
            if at % 10 == 9:
                yield _repeated(draw, draw.choice(recent))
                continue
            contact = self._contact(draw)
            recent.append(contact)
            if len(recent) > 2000:
                del recent[:1000]
            yield contact

    def people(self, wanted: int) -> list[Contact]:
        """Return about so many contacts, taken from all over the book."""
        step = max(self.count // wanted, 1)
        return [contact for at, contact in enumerate(self.contacts()) if at % step == 0]

    def companies(self, wanted: int, seed: int = 6) -> list[Company]:
        """Return so many of the book's companies."""
        draw = random.Random(seed)
        return [self._companies.company(draw.randrange(self._count_of_companies)) for _ in range(wanted)]

    def _contact(self, draw: random.Random) -> Contact:
        given = _drawn(draw, self.given, self._given)
        family = _drawn(draw, self.surnames, self._surnames)
        if draw.random() < 0.02:
            family = f"{family}-{_drawn(draw, self.surnames, self._surnames)}"
        at = self._companies.company(draw.randrange(self._count_of_companies))
        department = draw.choice(TITLES)
        chance = draw.random()
        mail = f"{plain(given)}.{plain(family)}" if chance < 0.7 else f"{plain(given)[:1]}.{plain(family)}"
        return Contact(
            prefix=("Dr.", "Prof. Dr.", "Dipl.-Ing.")[int(chance * 1000) % 3] if draw.random() < 0.04 else "",
            given_name=given,
            family_name=family,
            display_name=f"{family}, {given}",
            company=at.name,
            department=department if chance < 0.8 else "",
            job_title=draw.choice(ROLES).format(draw.choice(TITLES)) if draw.random() < 0.3 else "",
            phones=tuple(_phones(draw, at)),
            emails=(Email(f"{mail}@{at.domain}"),) if draw.random() < 0.9 else (),
            addresses=(Address(street=at.street, postal_code=at.postal_code, city=at.town, country=""),),
            notes=draw.choice(_NOTES) if draw.random() < 0.05 else "",
        )


def source_of(at: int) -> str:
    """Return the name of the source that holds the contact at this place: 90, 6 and 4 of a hundred."""
    return "book" if at % 10 != 9 else "crm" if at // 10 % 5 < 3 else "team"


def _drawn(draw: random.Random, names: Sequence[str], upto: Sequence[float]) -> str:
    return names[bisect(upto, draw.random() * upto[-1], 0, len(names) - 1)]


def _phones(draw: random.Random, at: Company) -> Iterator[Phone]:
    written = draw.choice((f"0{at.area}/{at.trunk}", f"+49 {at.area} {at.trunk}", f"+49 (0){at.area} {at.trunk}"))
    if draw.random() < 0.97:
        yield Phone(PhoneKind.WORK, f"{written}{at.hyphen}{draw.randrange(10, 1000)}")
    if draw.random() < 0.65:
        prefix = draw.choice(("151", "160", "170", "171", "172", "175", "176", "177", "1590"))
        yield Phone(PhoneKind.MOBILE, f"{draw.choice(('0', '+49 '))}{prefix} {draw.randrange(10**6, 10**8)}")
    if draw.random() < 0.45:
        yield Phone(PhoneKind.MAIN, f"{written}{at.hyphen}0")
    if draw.random() < 0.15:
        yield Phone(PhoneKind.FAX, f"{written}{at.hyphen}9{draw.randrange(10, 100)}")
    if draw.random() < 0.12:
        yield Phone(PhoneKind.HOME, f"0{at.area} {draw.randrange(10**5, 10**8)}")


def _repeated(draw: random.Random, contact: Contact) -> Contact:
    """Return the contact as a second source holds it: the name the other way round, fewer fields and numbers."""
    full = f"{contact.given_name} {contact.family_name}"
    kept = contact.phones if draw.random() < 0.5 else contact.phones[:1]
    return structs.replace(contact, display_name=full, phones=kept, department="", job_title="", notes="")
