import sqlite3

import pytest

from directory_server.store.schema import REVISION


def test_an_empty_directory(line):
    value = line.ok("status")
    assert (value["data"], value["schema"], value["contacts"]) == (str(line.data), REVISION, 0)
    assert (value["sources"], value["clients"]) == ([], 0)
    assert value["fronts"] == {"web": "127.0.0.1:8400", "ldap": "127.0.0.1:3389", "ldaps": "127.0.0.1:3636"}


def test_fronts_follow_the_configuration(line):
    (line.data / "directory.toml").write_text('web = "127.0.0.1:9999"\nldaps = ""\n')
    assert line.ok("status")["fronts"] == {"web": "127.0.0.1:9999", "ldap": "127.0.0.1:3389", "ldaps": ""}
    assert "ldaps" not in line.run("status").out


def test_sources_with_their_freshness_and_last_run(line, people, customers):
    (before,) = line.ok("status")["sources"]
    assert (before["age_s"], before["last_run"]) == (None, None)
    assert "never synchronised" in line.run("status").out
    line.ok("sync")
    (after,) = line.ok("status")["sources"]
    assert 0 <= after["age_s"] < 30
    assert (after["contacts"], after["last_run"]["state"], after["last_run"]["created"]) == (20, "done", 20)
    people.unlink()
    line.run("sync")
    (failed,) = line.ok("status")["sources"]
    assert (failed["contacts"], failed["last_run"]["state"]) == (20, "failed")
    assert failed["age_s"] >= after["age_s"]
    assert "last run failed: SourceGone" in line.run("status").out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "configuration: directory.toml is not UTF-8"),
        (b"web", "configuration: directory.toml is no TOML"),
        (b"colour = 1", "configuration: colour"),
    ],
)
def test_a_broken_configuration_is_no_traceback(line, content, message):
    (line.data / "directory.toml").write_bytes(content)
    assert message in line.refused("status")
    assert message in line.refused("search", "x")


def test_a_fault_of_the_driver_is_no_traceback(line, monkeypatch):
    def broken(_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("directory_server.store.contacts.counts", broken)
    assert line.refused("status") == "database: disk I/O error"
