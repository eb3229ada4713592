"""A synthetic address book: as many contacts as asked for, with names and numbers spread as in a German company."""

import random
from collections.abc import Iterator

from connectors.contact import Address, Contact, Email, Phone, PhoneKind

GIVEN = (
    "Anna", "Hans", "Peter", "Maria", "Thomas", "Petra", "Michael", "Sabine", "Andreas", "Claudia", "Stefan", "Susanne",
    "Jürgen", "Monika", "Wolfgang", "Ursula", "Uwe", "Julia", "Markus", "Nicole", "Martin", "Katrin", "Frank", "Heike",
    "Klaus", "Birgit", "Bernd", "Silke", "Christian", "Barbara", "Jan", "Laura", "Lukas", "Lena", "Jörg", "François",
    "Zoë", "Søren", "Łukasz", "Ivana", "Giulia", "Matteo", "Chloé", "Aurélie", "Björn", "Käthe", "Günther", "Tim",
)  # fmt: skip
COMMON = (
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Koch",
    "Bauer", "Richter", "Klein",
)  # fmt: skip
CITIES = (
    "München", "Berlin", "Hamburg", "Köln", "Frankfurt", "Stuttgart", "Düsseldorf", "Leipzig", "Wien", "Zürich", "Graz",
    "Bern", "Bozen", "Paris",
)  # fmt: skip
TITLES = ("Einkauf", "Vertrieb", "Geschäftsführung", "Buchhaltung", "Support", "Entwicklung", "Logistik", "Marketing")
TRADES = ("Bau", "Technik", "Logistik", "Medien", "Werke")
FORMS = ("GmbH", "AG", "KG", "GmbH & Co. KG", "e.K.", "SE")
_STARTS = (
    "Ba Be Bi Bo Bra Bre Da De Do Dre Ei Fa Fi Fre Ga Ge Gra Ha He Ho Hu Ja Je Ka Ke Ki Kle Kö Kra La Le Li Lö Ma Me Mi"
    " Mü Na Ne No O Pa Pe Pfei Ra Rei Ro Rö Sa Schä Schi Schlö Schwa Se Si Spe Stei Stra Ta Te Tho U Vo Wa Wei"
)
_MIDDLES = "ber cken den fer gel gen hel ken ler len man mer nen ner ren ser sen ssel ter ttel tzen wen zen zel"
_ENDS = (
    "acher bach bauer berg burg dorf eck feld hardt hofer hold huber ing kamp lein mann meier müller rich rot stein ski"
    " son ström te wald wig zik"
)


class AddressBook:
    """Contacts by key; the same seed gives the same book."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.count = count
        self._draw = random.Random(seed)
        self.surnames = sorted(
            {a + b + c for a in _STARTS.split(" ") for b in _MIDDLES.split(" ") for c in _ENDS.split(" ")}
        )
        self._draw.shuffle(self.surnames)
        self.companies = [
            f"{self._draw.choice(self.surnames[:8000])} {self._draw.choice(TRADES)} {self._draw.choice(FORMS)}"
            for _ in range(max(count // 12, 1))
        ]

    def contacts(self) -> Iterator[Contact]:
        """Yield all contacts; every tenth is one of the last thousand again, as another source would have it."""
        recent: list[Contact] = []
        for at in range(self.count):
            if at % 10 == 9:
                yield self._draw.choice(recent)
                continue
            contact = self._contact()
            recent.append(contact)
            del recent[:-1000]
            yield contact

    def surname(self) -> str:
        """Return a surname, every sixth a common one."""
        if self._draw.random() < 1 / 6:
            return self._draw.choice(COMMON)
        return self.surnames[min(int(self._draw.expovariate(1 / 6000)), len(self.surnames) - 1)]

    def _contact(self) -> Contact:
        draw = self._draw
        given, family = draw.choice(GIVEN), self.surname()
        company = draw.randrange(len(self.companies))
        trunk = f"{draw.choice(('089', '030', '040', '0221'))}/{300_000 + company}"
        phones = [Phone(PhoneKind.WORK, f"{trunk}-{draw.randrange(10, 999)}")]
        if draw.random() < 0.7:
            phones.append(
                Phone(PhoneKind.MOBILE, f"0{draw.choice((151, 160, 171, 175))} {draw.randrange(10**6, 10**7)}")
            )
        if draw.random() < 0.6:
            phones.append(Phone(PhoneKind.MAIN, f"{trunk}-0"))
        domain = self.companies[company].split()[0].lower().replace("ü", "ue").replace("ö", "oe").replace("ä", "ae")
        return Contact(
            given_name=given,
            family_name=family,
            display_name=f"{family}, {given}",
            company=self.companies[company],
            department=draw.choice(TITLES),
            job_title=f"Leitung {draw.choice(TITLES)}" if draw.random() < 0.2 else "",
            phones=tuple(phones),
            emails=(Email(f"{given}.{family}@{domain}.example"),),
            addresses=(
                Address(
                    street=f"{draw.choice(self.surnames[:2000])}straße {draw.randrange(1, 200)}",
                    postal_code=str(10 * draw.randrange(1_000, 9_999)),
                    city=draw.choice(CITIES),
                ),
            ),
        )
