"""`sync` killed at any moment: the store holds the old or the new contacts whole, and the next run ends the same."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.command_line import CommandLine

ROOT = Path(__file__).parents[3]
QUESTIONS = ("anna", "müller", "acme 7", "brandnew", "schmid", "0891 17", "gone")
GIVEN = ("Anna", "Jörg", "Änne", "Karl", "Zoë")
FAMILY = ("Müller", "Schmidt", "Schmid", "Weiß", "Mueller")


def book(path, count, *, later=False):
    """Write `count` people; later every tenth is brand-new, every twentieth has changed, every 25th is gone."""
    lines = ["id;Vorname;Nachname;Firma;Telefon;Notiz\n"]
    for at in range(count):
        family = FAMILY[at % 5] + (" Brandnew" if later and at % 20 == 0 else "")
        if at % 25 or not later:
            note = "gone" if at % 25 == 0 else ""
            lines.append(f'k{at};{GIVEN[at // 5 % 5]};{family};"Acme {at % 50} GmbH";0891 {at:05}-0;{note}\n')
    lines += [f"n{at};Brandnew;Person{at};;;\n" for at in range(count // 10) if later]
    path.write_text("".join(lines), encoding="utf-8")


def made(folder, people):
    line = CommandLine(folder)
    line.ok("init")
    line.ok("source", "add", "people", "--type", "csv", "--set", f"path={people}")
    return line


def stored(line):
    """Return the contacts that are not deleted, with all that the next run compares."""
    with closing(sqlite3.connect(line.data / "contactory.sqlite")) as connection:
        rows = connection.execute(
            "SELECT key, contact, record, record_hash, contact_hash FROM contacts WHERE deleted IS NULL"
        )
        return {key: rest for key, *rest in rows}


def answers(line):
    found = {}
    for question in QUESTIONS:
        answer = line.ok("search", question, "--limit", "40")
        found[question] = [strip(hit) for hit in answer["hits"]]
    return found


def strip(value):
    """Return a hit without what tells one data folder from another: ids and moments."""
    if isinstance(value, dict):
        return {name: strip(part) for name, part in value.items() if name not in {"id", "changed", "age", "first_seen"}}
    return [strip(part) for part in value] if isinstance(value, list) else value


def start(line):
    command = [sys.executable, "-m", "directory_server", "--data", line.data, "sync", "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def undisturbed(line):
    """Sync in a process of its own and return how long that took."""
    before = time.monotonic()
    with start(line) as process:
        assert process.wait() == 0, process.stderr.read()
    return time.monotonic() - before


def killed(line, after):
    """Start a sync and kill it after this many seconds; say whether it was still running."""
    with start(line) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
        return False


def play(tmp_path, count, kills, seed):
    """Compare a data folder whose syncs are killed again and again with one whose syncs are not."""
    moments = random.Random(seed)
    people = tmp_path / "people.csv"
    book(people, count)
    calm, rough = made(tmp_path / "calm", people), made(tmp_path / "rough", people)
    states, cut = [stored(rough)], 0
    for later in (False, True):
        book(people, count, later=later)
        seconds = undisturbed(calm)
        states.append(stored(calm))
        for _ in range(kills):
            cut += killed(rough, moments.uniform(0.2, 1) * seconds)
            assert stored(rough) in states[-2:], "a killed run has changed a part"
        undisturbed(rough)
        assert stored(rough) == states[-1]
        assert answers(rough) == answers(calm)
        assert rough.ok("sync")["unchanged"] == len(states[-1])
    assert cut, "every run was over before it was killed"
    assert answers(rough)["brandnew"]
    assert not answers(rough)["gone"]


def test_a_killed_sync_changes_all_or_nothing_and_is_made_good_by_the_next(tmp_path):
    play(tmp_path, 2000, kills=3, seed=1)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_sync_of_20_000_contacts_killed_at_many_moments(tmp_path):
    play(tmp_path, 20_000, kills=15, seed=2)
