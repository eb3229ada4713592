"""Invented people and companies for the demo: the same ones every time, and nobody's real number.

German, British and French numbers lie in the ranges that the regulators set aside for films; elsewhere they continue
libphonenumber's example numbers. Every number is valid.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

VOCABULARY: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("samples").joinpath("vocabulary.json").read_text(encoding="utf-8")
)
SHARES = (("DE", 42), ("AT", 8), ("CH", 8), ("IT", 8), ("FR", 8), ("PL", 7), ("CZ", 6), ("NL", 6), ("GB", 7))
COMPANIES_PER_TRUNK_RANGE = 10
TITLES = ("", "", "", "", "", "", "", "Dr.", "Prof. Dr.", "Dipl.-Ing.")
DEPARTMENTS = ("Einkauf", "Vertrieb", "Buchhaltung", "Geschäftsführung", "Service", "Produktion", "Marketing", "IT")
POSITIONS = ("Leitung", "Sachbearbeitung", "Assistenz", "Projektleitung", "Techniker", "Referentin", "Geschäftsführer")
NOTES = (
    *("", "", "", "", "", "", "", ""),
    *("Ruft lieber mobil zurück", "Messe 2025; Prospekt geschickt", 'Spricht nur Englisch ("fluently")', "A-Kunde"),
)
Value = TypeVar("Value")


class Dice:
    """SplitMix64: the same throws on every Python version."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1."""
        mask = (1 << 64) - 1
        self._state = (self._state + 0x9E3779B97F4A7C15) & mask
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        return (mixed ^ (mixed >> 31)) % limit

    def pick(self, values: Sequence[Value]) -> Value:
        """Return one of the values."""
        return values[self.below(len(values))]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in its parts; `extension` is empty for a mobile, "0" for a switchboard."""

    country: str
    area: str
    line: str
    extension: str = ""

    @property
    def e164(self) -> str:
        """International form without spaces."""
        return f"+{VOCABULARY[self.country]['code']}{self.area}{self.line}{self.extension}"


@dataclass(frozen=True, slots=True)
class Company:
    """An employer, its mail domain (under a name reserved for examples, RFC 2606) and its trunk."""

    name: str
    domain: str
    country: str
    area: str
    trunk: str
    street: str
    postal_code: str
    city: str

    def number(self, extension: str) -> Number:
        """Return an extension's number."""
        return Number(self.country, self.area, self.trunk, extension)

    def switchboard(self) -> Number:
        """Return the main number: extension 0 where that is the custom, else 00."""
        return self.number("0" if self.country in {"DE", "AT"} else "00")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a company."""

    title: str
    given: str
    family: str
    company: Company
    department: str
    position: str
    work: Number
    mobile: Number | None
    email: str
    notes: str


def slug(text: str) -> str:
    """Return text as it stands in mail addresses: "Groß & Söhne" -> "gross-soehne"."""
    spelled = text.lower()
    for written, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ł", "l"), ("\u0131", "i"), ("ø", "o")):
        spelled = spelled.replace(written, plain)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in ascii_only).split())


def uuid_of(text: str) -> str:
    """Return a UUID that belongs to this text for ever."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def words(country: str, name: str) -> list[str]:
    """Return a country's list of words; a hyphen before a small or abbreviated word stands for a space."""
    listed = str(VOCABULARY[country][name]).split()
    return [word.replace("-", " ") for word in listed] if name == "streets" or country in {"NL", "IT"} else listed


MUELLER = Company(
    "Müller Maschinenbau GmbH", "mueller-maschinenbau.example", "DE", "89", "999985", "Industriestraße 7", "82110",
    "Germering",
)  # fmt: skip


def companies(dice: Dice) -> list[Company]:
    """Return Müller Maschinenbau and ten companies for each range of numbers."""
    found = [MUELLER]
    for country, vocabulary in VOCABULARY.items():
        names: dict[str, None] = {}
        for area, line, postal_code, city in vocabulary["places"]:
            for digit in range(COMPANIES_PER_TRUNK_RANGE):
                if (area, f"{line}{digit}") == (MUELLER.area, MUELLER.trunk):
                    continue  # theirs already
                while True:
                    family, branch = dice.pick(words(country, "family")), dice.pick(words(country, "branches"))
                    if f"{family} {branch}" not in names and f"{family} {branch}" != "Müller Maschinenbau":
                        break
                names[f"{family} {branch}"] = None
                street = f"{dice.pick(words(country, 'streets'))} {dice.below(120) + 1}"
                name = f"{family} {branch} {dice.pick(vocabulary['suffixes'])}"
                domain = f"{slug(f'{family} {branch}')}.example"
                found.append(Company(name, domain, country, area, f"{line}{digit}", street, postal_code, city))
    return found


class Mobiles:
    """Hands out each mobile number once."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def next(self, country: str, limit: int = 1000) -> Number | None:
        """Return a number nobody has, None when the country has no more (or none set aside)."""
        bases = VOCABULARY[country]["mobile"]
        count = self._used.get(country, 0)
        digits = 2 if country == "DE" else 3
        if count >= min(limit, len(bases) * 10**digits):
            return None
        self._used[country] = count + 1
        base = str(bases[count // 10**digits])
        return Number(country, base[:3], f"{base[3:]}{count % 10**digits:0{digits}d}")


def people(dice: Dice, employers: Sequence[Company], mobiles: Mobiles, count: int) -> Iterator[Person]:
    """Yield `count` people at those companies, each with an extension and a mail address of their own."""
    by_country = {code: [c for c in employers if c.country == code] for code in VOCABULARY}
    wheel = [code for code, share in SHARES for _ in range(share)]
    taken = {f"{MUELLER.trunk}-12", f"{MUELLER.trunk}-34"}
    mails: set[str] = set()
    for _ in range(count):
        company = dice.pick(by_country[dice.pick(wheel)])
        given, family = dice.pick(words(company.country, "given")), dice.pick(words(company.country, "family"))
        extension = str(10 + dice.below(90))
        while f"{company.trunk}-{extension}" in taken:
            extension = str(10 + dice.below(90))
        taken.add(f"{company.trunk}-{extension}")
        address = f"{slug(given)}.{slug(family)}"
        email = next(
            mail for i in range(100) if (mail := f"{address}{i or ''}@{company.domain}") not in mails
        )  # fmt: skip
        mails.add(email)
        mobile = mobiles.next(company.country, 140 if company.country == "DE" else 1000) if dice.below(3) else None
        yield Person(
            title=dice.pick(TITLES), given=given, family=family, company=company, department=dice.pick(DEPARTMENTS),
            position=dice.pick(POSITIONS), work=company.number(extension), mobile=mobile, email=email,
            notes=dice.pick(NOTES),
        )  # fmt: skip


def fixed_people() -> list[Person]:
    """Return those whom the documentation names."""
    gross = Person(
        "", "Jürgen", "Groß", MUELLER, "Geschäftsführung", "Geschäftsführer", MUELLER.number("12"), None,
        f"juergen.gross@{MUELLER.domain}", "A-Kunde",
    )  # fmt: skip
    moeller = replace(
        gross, given="Sabine", family="Möller", department="Einkauf", position="Leitung", work=MUELLER.number("34"),
        email=f"sabine.moeller@{MUELLER.domain}", notes="",
    )  # fmt: skip
    return [gross, moeller]
