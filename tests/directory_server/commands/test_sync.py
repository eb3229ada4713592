import sqlite3

import pytest

from directory_server.app import Directory
from directory_server.store.file_lock import file_lock
from tests.directory_server.commands.conftest import write

KEYS = {
    "source",
    "created",
    "updated",
    "unchanged",
    "deleted",
    "bad",
    "held",
    "seconds",
    "contacts_per_second",
    "reason",
}


def test_one_source_prints_one_object(line, customers):
    first, again = line.ok("sync"), line.ok("sync", "customers")
    assert first.keys() >= KEYS
    assert (first["source"], first["created"], first["held"]) == ("customers", 20, False)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 20)


def test_several_sources_print_a_list(line, people, customers):
    line.ok("source", "add", "more", "--type", "csv", "--set", f"path={people}")
    assert [result["source"] for result in line.ok("sync")] == ["customers", "more"]
    assert [result["source"] for result in line.ok("sync", "more", "customers", "more")] == ["more", "customers"]
    assert line.ok("sync", "more")["source"] == "more"


def test_people_see_a_table(line, customers):
    ran = line.run("sync")
    header, row = ran.out.splitlines()
    assert header.split() == ["source", "created", "updated", "unchanged", "deleted", "bad", "seconds", "state"]
    assert row.split()[:6] == ["customers", "20", "0", "0", "0", "0"]
    assert ran.err == ""


def test_a_held_run_exits_3_and_is_applied_once(line, people, customers):
    line.ok("sync")
    write(people, 5)
    dry = line.run("sync", "--dry-run", "--json")
    held = line.run("sync", "--json")
    assert (dry.code, held.code) == (3, 3)
    assert (held.json()["held"], held.json()["deleted"], held.json()["planned"]["deleted"]) == (True, 0, 15)
    assert "15 of 20 contacts would be deleted" in held.json()["reason"]
    assert "15 of 20" in line.run("sync").out
    assert line.ok("status")["contacts"] == 20
    assert line.ok("sync", "--apply-held")["deleted"] == 15
    assert line.ok("sync")["deleted"] == 0
    assert line.ok("status")["contacts"] == 5


def test_a_dry_run_changes_nothing(line, customers):
    result = line.ok("sync", "--dry-run", "--full")
    assert (result["created"], result["dry_run"]) == (20, True)
    assert line.ok("status")["contacts"] == 0
    assert "(dry run)" in line.run("sync", "--dry-run").out


def test_a_fault_of_a_source_is_told_and_the_others_run(line, people, customers):
    line.ok("source", "add", "gone", "--type", "csv", "--set", "path=/nowhere/x.csv")
    ran = line.run("sync", "--json")
    good, bad = ran.json()
    assert ran.code == 1
    assert good["created"] == 20
    assert bad["error"].startswith("SourceGone: ")
    assert "/nowhere/x.csv" in bad["error"]
    plain = line.run("sync")
    assert (plain.code, plain.err) == (1, "")
    assert "SourceGone" in plain.out
    assert line.ok("status")["sources"][1]["last_run"]["state"] == "failed"


def test_settings_that_no_longer_hold_are_a_failed_run(line, customers):
    with Directory(line.data) as directory, directory.database.write() as connection:
        connection.exec_driver_sql("UPDATE sources SET settings = '{}'")
    ran = line.run("sync", "--json")
    assert (ran.code, ran.json()["state"]) == (1, "failed")
    assert ran.json()["error"] == "ConfigInvalid: setting 'path' is missing"


def test_a_run_under_way_is_told(line, customers):
    with file_lock(line.data / "locks" / f"source-{customers['id']}.lock", "x"):
        ran = line.run("sync", "--json")
        assert (ran.code, ran.json()["error"]) == (1, "another run of source 'customers' is under way")
        assert "under way" in line.refused("source", "remove", "customers")


def test_a_broken_connector_is_no_traceback(line, customers, monkeypatch):
    def broken(*_, **__):
        raise KeyError("personal data")

    monkeypatch.setattr("connectors.csv_file.connector.CsvConnector.read", broken)
    ran = line.run("sync", "--json")
    assert (ran.code, ran.json()["state"]) == (1, "failed")
    assert "KeyError" in ran.json()["error"]
    assert "personal data" not in ran.out + ran.err


def test_a_full_disk_is_called_one(line, customers, monkeypatch):
    def full(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("directory_server.store.staging.Staging.put", full)
    ran = line.run("sync", "--json")
    assert (ran.code, ran.json()["state"]) == (1, "failed")
    assert ran.json()["error"] == "the store or the index cannot be used: database or disk is full"


@pytest.mark.parametrize(("words", "message"), [([], "no source yet"), (["nix"], "no source named 'nix'")])
def test_nothing_to_read_is_an_error(line, words, message):
    assert message in line.refused("sync", *words)


def test_what_was_read_is_found(line, customers):
    line.ok("sync")
    with Directory(line.data) as directory:
        (listing,) = directory.view_for_admin().lookup("0049 89 1234 7").listings
    assert listing.contact.given_name == "Änne7"
