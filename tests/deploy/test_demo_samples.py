"""The demo's sample data: always the same, readable by the connectors, and nobody's real number."""

import csv
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import phonenumbers
import pytest

from connectors.events import Event, Snapshot, Upsert
from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import LdapSettings
from connectors.mapping import apply, load
from deploy.demo import samples
from deploy.demo.people import MUELLER, Dice, Mobiles, companies, fixed_people, people
from tests.fakes.command_line import CommandLine

FICTIONAL = {
    "DE": r"\+49(3023125|6990009|2214710|8999998|4066969|1713920|17604069)\d*|\+4989999985\d+",
    "GB": r"\+44(2079460|1614960)\d+",
    "FR": r"\+33(199001|465711)\d+",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("samples")
    samples.make(made)
    return made


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "customers.csv").open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def crm(folder: Path) -> list[sqlite3.Row]:
    database = sqlite3.connect(folder / "crm.sqlite")
    database.row_factory = sqlite3.Row
    found = database.execute("SELECT * FROM persons ORDER BY id").fetchall()
    database.close()
    return found


def staff(folder: Path) -> list[Event]:
    return list(LdapConnector(LdapSettings(ldif=str(folder / "staff.ldif"))).read(None))


def test_the_same_bytes_every_time_and_quickly(folder: Path, tmp_path: Path) -> None:
    began = time.perf_counter()
    command = [sys.executable, samples.__file__, str(tmp_path / "new" / "folder")]
    subprocess.run(command, check=True, timeout=30, stdout=subprocess.DEVNULL, env={"PYTHONHASHSEED": "7"})
    assert time.perf_counter() - began < 10  # about half a second on a quiet machine
    for name in ("customers.csv", "crm.sqlite", "staff.ldif"):
        assert (tmp_path / "new" / "folder" / name).read_bytes() == (folder / name).read_bytes()
    samples.make(folder)
    assert len(crm(folder)) == 703, "a second run replaces"


def test_how_many(folder: Path) -> None:
    assert len(rows(folder)) == 1004
    assert len({row["Kundennummer"] for row in rows(folder)} - {""}) == 1002
    events = staff(folder)
    assert len({event.key for event in events if isinstance(event, Upsert)}) == 301
    assert events[-2] == Snapshot(complete=True)
    assert len(events) == 303, "no bad record"


def test_every_number_is_valid_and_where_there_are_fictional_ones_fictional() -> None:
    dice, mobiles = Dice(samples.SEED), Mobiles()
    employers = companies(dice)
    everybody = [*fixed_people(), *people(dice, employers, mobiles, 1400), *samples.staff(dice, mobiles)]
    numbers = [company.switchboard() for company in employers]
    numbers += [number for person in everybody for number in (person.work, person.mobile) if number]
    for number in numbers:
        parsed = phonenumbers.parse(number.e164)
        assert phonenumbers.is_valid_number(parsed), number.e164
        assert phonenumbers.region_code_for_number(parsed) == number.country
        assert re.fullmatch(FICTIONAL.get(number.country, ".*"), number.e164), number.e164
    personal = [number for person in everybody for number in (person.work, person.mobile) if number]
    assert len({number.e164 for number in personal}) == len(personal), "nobody shares a number"


def test_the_documented_rows(folder: Path) -> None:
    found = {row["Telefon"] or row["Zentrale"]: row for row in rows(folder) if row["Firma"] == MUELLER.name}
    gross = found["089/999985-12"]
    assert (gross["Vorname"], gross["Nachname"]) == ("Jürgen", "Groß")
    assert found["089/999985-0"]["Nachname"] == ""
    assert len(found) > 5, "several people share the trunk"


def test_some_people_are_in_two_sources(folder: Path) -> None:
    customers = rows(folder)
    mails = {row["E-Mail"] for row in customers} & {row["email"] for row in crm(folder)}
    assert len(mails) > 80
    assert "juergen.gross@mueller-maschinenbau.example" in mails

    def digits(text: str | None) -> str:
        return "".join(filter(str.isdigit, text or ""))[-8:]

    mobiles = {digits(row["Mobil"]) for row in customers} & {digits(row["mobile_phone"]) for row in crm(folder)}
    assert len(mobiles - {""}) > 10


def test_notations_are_as_messy_as_in_life(folder: Path) -> None:
    text = (folder / "customers.csv").read_bytes().decode("cp1252")
    for notation in (r";089/\d+-\d\d;", r"\+49 \(0\)\d+ ", r";0049", r"Durchwahl \d\d", r"\+49\(\d+\)", r"tel:\+"):
        assert re.search(notation, text), notation
    for letters in ("ß", "Öztürk", "Siân"):
        assert letters in text
    names = {row["last_name"] for row in crm(folder)}
    assert any("ł" in name or "ř" in name or "ż" in name for name in names)
    raw = {phone for e in staff(folder) if isinstance(e, Upsert) for phone in e.record.get("telephoneNumber", ())}
    assert any(re.fullmatch(r"-\d{3}", phone) for phone in raw)
    assert any(re.fullmatch(r"Durchwahl \d{3}", phone) for phone in raw)


def test_every_check_that_an_admin_can_mend_has_an_example(folder: Path, tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "data")
    line.ok("init")
    settings = {
        "customers": ("csv", f"path={folder / 'customers.csv'}", "key=Kundennummer"),
        "crm": ("odbc", f"url=sqlite:///{folder / 'crm.sqlite'}", "table=persons"),
    }
    for name, (kind, *values) in settings.items():
        options = [word for value in values for word in ("--set", value)]
        line.ok("source", "add", name, "--type", kind, *options, "--country", "DE")
    line.ok("sync")
    line.ok("grant", "add", "customers", "--group", "all")
    line.ok("grant", "add", "crm", "--group", "all", "--fields", "name")
    found = {one["check"]: one["count"] for one in line.ok("quality")["findings"]}
    assert found == {
        "stale_sources": 0, "bad_records": 2, "nobody_may_see": 0, "unseen_fields": 3, "missing_location": 2,
        "unparsable_numbers": 2, "suspicious_numbers": 3, "shared_numbers": 1, "duplicates": 1, "no_name": 1,
        "no_number": 2,
    }  # fmt: skip


def test_the_demo_users_are_colleagues(folder: Path) -> None:
    mapping = load("connectors.ldap")
    contacts = [apply(mapping, event.record) for event in staff(folder) if isinstance(event, Upsert)]
    anna = next(contact for contact in contacts if contact.emails[0].address == "anna@nordlicht.example")
    assert (anna.display_name, anna.phones[0].raw) == ("Anna Sommer", "040/66969-101")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["a", "b"], ["/dev/null/x"]])
def test_wrong_calls_end_with_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        samples.main(arguments)
    assert isinstance(ended.value.code, str)
