"""Make the demo's three sources: about 2,000 invented contacts, the same bytes every time.

    python deploy/demo/samples.py FOLDER

customers.csv   about 1,000 customers: semicolons, Windows-1252, German headers, key column Kundennummer
                (its last rows, and the CRM's, have the faults of real address books: see faulty.py)
crm.sqlite      table `persons`, about 700 rows, English column names, key column id; some customers occur again
staff.ldif      about 300 colleagues of Nordlicht, the demo's own company, inetOrgPerson with entryUUID;
                numbers are 040/66969-xxx, some written as an extension only (-123)
"""

import csv
import io
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from connectors.ldap.ldif import render
from connectors.ldap.record import Entry
from deploy.demo import faulty
from deploy.demo.faulty import crm_rows, customer_rows
from deploy.demo.notation import messy, switchboard
from deploy.demo.people import (
    DEPARTMENTS,
    MUELLER,
    POSITIONS,
    VOCABULARY,
    Company,
    Dice,
    Mobiles,
    Number,
    Person,
    companies,
    fixed_people,
    people,
    slug,
    uuid_of,
    words,
)
from deploy.demo.tenant import users

SEED = 20_26
CUSTOMERS, CRM, SHARED, STAFF = 850, 560, 140, 300
NORDLICHT = Company(
    "Nordlicht Handels GmbH", "nordlicht.example", "DE", "40", "66969", "Elbchaussee 12", "22763", "Hamburg"
)
HEADER = [
    *("Kundennummer", "Firma", "Titel", "Vorname", "Nachname", "Abteilung", "Position", "Telefon", "Mobil", "Fax"),
    *("Zentrale", "E-Mail", "Straße", "PLZ", "Ort", "Land", "Bemerkung", "Kategorie"),
]
AS_DOCUMENTED = {  # written like this in the documentation
    MUELLER.number("0"): "089/999985-0",
    MUELLER.number("12"): "089/999985-12",
    MUELLER.number("34"): "089/999985-34",
}
PERSONS = (
    "CREATE TABLE persons (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, company TEXT, department TEXT,"
    " job_title TEXT, business_phone TEXT, mobile_phone TEXT, email TEXT, street TEXT, postal_code TEXT, city TEXT,"
    " country TEXT, notes TEXT, updated TEXT NOT NULL)"
)
CATEGORIES = ("A-Kunde", "B-Kunde", "C-Kunde", "Lieferant", "Interessent")


def cp1252(text: str) -> str:
    """Return the text as an old program keeps it: letters that Windows-1252 lacks lose their marks."""
    return "".join(c if c.encode("cp1252", "ignore") else slug(c).upper() if c.isupper() else slug(c) for c in text)


def customers_csv(dice: Dice, employers: Sequence[Company], customers: Iterable[Person]) -> bytes:
    """Return the customers file: each company's switchboard, then its people."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(HEADER)
    number = 10_000
    for company in employers:
        number += 1
        place = [company.street, company.postal_code, company.city, VOCABULARY[company.country]["country"]]
        main = AS_DOCUMENTED.get(company.number("0")) or switchboard(company.switchboard(), dice)
        mail = f"info@{company.domain}"
        rows.writerow([number, cp1252(company.name), *[""] * 8, main, mail, *map(cp1252, place), "", ""])
    for person in customers:
        number += 1
        company = person.company
        place = [company.street, company.postal_code, company.city, VOCABULARY[company.country]["country"]]
        fax = messy(company.number("09"), dice) if dice.below(8) == 0 and company.country == "DE" else ""
        main = switchboard(company.switchboard(), dice) if dice.below(6) == 0 else ""
        work = AS_DOCUMENTED.get(person.work) or messy(person.work, dice)
        named = [person.title, person.given, person.family, person.department, person.position]
        phones = [work, messy(person.mobile, dice), fax, main]
        rest = [person.email, *place, person.notes, dice.pick(CATEGORIES)]
        rows.writerow([number, *map(cp1252, (company.name, *named, *phones, *rest))])
    rows.writerows(customer_rows(_faulty_one(employers)))
    return text.getvalue().encode("cp1252")


def _faulty_one(employers: Iterable[Company]) -> Company:
    return next(company for company in employers if company.name == faulty.EMPLOYER)


def crm_sqlite(path: Path, dice: Dice, persons: Iterable[Person], employers: Iterable[Company]) -> None:
    """Write the CRM database; an existing file is replaced."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA page_size = 4096")
        database.execute(PERSONS)
        rows = [_crm_row(key, person, dice) for key, person in enumerate(persons, 1)]
        rows += crm_rows(_faulty_one(employers), len(rows) + 1)
        database.executemany(f"INSERT INTO persons VALUES ({', '.join('?' * 15)})", rows)  # noqa: S608 - marks only
    database.close()


def _crm_row(key: int, person: Person, dice: Dice) -> tuple[str | int | None, ...]:
    company = person.company
    job = (company.name, person.department, person.position)
    reached = (messy(person.work, dice), messy(person.mobile, dice) or None, person.email or None)
    place = (company.street, company.postal_code, company.city, VOCABULARY[company.country]["country"])
    updated = f"2026-{1 + dice.below(10):02d}-{1 + dice.below(28):02d} 08:00:00"
    return (key, person.given, person.family, *job, *reached, *place, person.notes or None, updated)


def known_again(person: Person, at: int) -> Person:
    """Return a customer as the CRM knows them: by the same mail address, now and then by the mobile alone."""
    if at % 4 == 3 and person.mobile:  # noqa: PLR2004 - every fourth
        return replace(person, email="", notes="", title="")
    return replace(person, given=f"{person.given[0]}." if at % 5 == 1 else person.given, notes="", mobile=None)


def staff(dice: Dice, mobiles: Mobiles) -> list[Person]:
    """Return Nordlicht's people: the demo's users first."""
    known = [(user["name"], user["upn"]) for user in users("")["users"]]
    found: list[Person] = []
    mails = {mail for _, mail in known}
    for at in range(STAFF):
        if at < len(known):
            (given, _, family), email = known[at][0].partition(" "), known[at][1]
        else:
            given, family = dice.pick(words("DE", "given")), dice.pick(words("DE", "family"))
            local = f"{slug(given)}.{slug(family)}"
            email = next(m for i in range(100) if (m := f"{local}{i or ''}@nordlicht.example") not in mails)
            mails.add(email)
        mobile = mobiles.next("DE") if dice.below(4) == 0 else None
        department, position = dice.pick(DEPARTMENTS), dice.pick(POSITIONS)
        work = NORDLICHT.number(str(101 + at))
        found.append(Person("", given, family, NORDLICHT, department, position, work, mobile, email, ""))
    return found


def extension_or_whole(number: Number, dice: Dice) -> str:
    """Return a colleague's number: now and then only the extension, as colleagues write it."""
    if number.extension <= "103":  # the demo's users, easy to find
        return f"040/66969-{number.extension}"
    short = (f"-{number.extension}", f"Durchwahl {number.extension}", number.extension)
    return dice.pick(short) if dice.below(6) == 0 else messy(number, dice)


def staff_ldif(dice: Dice, colleagues: Iterable[Person]) -> bytes:
    """Return the directory export of Nordlicht: the OU, the switchboard, the people."""
    base = "ou=people,dc=nordlicht,dc=example"
    entries = [
        _entry(base, {"objectClass": "organizationalUnit", "ou": "people", "entryUUID": uuid_of(base)}),
        _entry(
            f"cn=Zentrale,{base}",
            {
                "objectClass": "inetOrgPerson", "cn": "Nordlicht Zentrale", "sn": "Zentrale", "o": NORDLICHT.name,
                "telephoneNumber": "040/66969-0", "mail": "info@nordlicht.example", "entryUUID": uuid_of("zentrale"),
            },
        ),
    ]  # fmt: skip
    for person in colleagues:
        uid = person.email.partition("@")[0]
        fields = {
            "objectClass": "inetOrgPerson", "uid": uid, "cn": f"{person.given} {person.family}", "sn": person.family,
            "givenName": person.given, "o": NORDLICHT.name, "ou": person.department, "title": person.position,
            "telephoneNumber": extension_or_whole(person.work, dice), "mobile": messy(person.mobile, dice),
            "mail": person.email, "street": NORDLICHT.street, "postalCode": NORDLICHT.postal_code,
            "l": NORDLICHT.city, "entryUUID": uuid_of(person.email),
        }  # fmt: skip
        entries.append(_entry(f"uid={uid},{base}", fields))
    return render(entries)


def _entry(dn: str, fields: dict[str, str]) -> Entry:
    return Entry(dn, tuple((name, value.encode()) for name, value in fields.items() if value))


def make(folder: Path) -> None:
    """Write the three sources into `folder`, which is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    dice, mobiles = Dice(SEED), Mobiles()
    employers = companies(dice)
    everybody = list(people(dice, employers, mobiles, CUSTOMERS + CRM))
    customers = [*fixed_people(), *everybody[:CUSTOMERS]]
    again = [known_again(person, at) for at, person in enumerate(customers[:SHARED])]
    (folder / "customers.csv").write_bytes(customers_csv(dice, employers, customers))
    crm_sqlite(folder / "crm.sqlite", dice, [*again, *everybody[CUSTOMERS:]], employers)
    (folder / "staff.ldif").write_bytes(staff_ldif(dice, staff(dice, mobiles)))


def main(arguments: list[str]) -> None:
    """Run from the command line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise SystemExit("usage: python deploy/demo/samples.py FOLDER")
    try:
        make(Path(arguments[0]))
    except OSError as error:
        raise SystemExit(f"{error.filename}: {error.strerror}") from None
    print(f"customers.csv, crm.sqlite and staff.ldif are in {arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
