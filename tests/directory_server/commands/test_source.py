import json

import pytest

from directory_server.app import Directory
from tests.directory_server.commands.conftest import write

SECRET = "canary-password-33"


def test_a_source_is_added_listed_shown_and_removed(line, people, customers):
    assert (customers["settings"], customers["secrets"], customers["contacts"]) == ({"path": str(people)}, [], 0)
    assert line.ok("source", "list") == [customers]
    assert line.ok("source", "show", "customers") == customers
    assert "customers" in line.run("source", "list").out
    assert str(people) in line.run("source", "show", "customers").out
    line.ok("sync")
    line.ok("client", "add", "sbc", "--sources", "customers")
    with Directory(line.data) as serving:
        assert line.ok("source", "remove", "customers") == {"removed": "customers", "contacts": 20}
        assert serving.index.count() == 0
    assert "sees no source any more" in line.run("client", "list").out
    assert line.ok("source", "list") == []
    assert "no source yet" in line.run("source", "list").out


def test_the_location_is_kept_and_the_country_comes_from_the_configuration(line, people):
    (line.data / "directory.toml").write_text('country = "AT"\n')
    options = ["--area", "089", "--trunk", "12345", "--extension-length", "3", "--outside-line", "0"]
    added = line.ok("source", "add", "m", "--type", "csv", "--set", f"path={people}", *options)
    location = {"country": "AT", "area": "89", "trunk": "12345", "extension_length": 3, "outside_line": "0"}
    assert added["location"] == location
    italian = line.ok(
        "source", "add", "i", "--type", "csv", "--set", f"path={people}", "--country", "it", "--area", "06"
    )
    assert (italian["location"]["country"], italian["location"]["area"]) == ("IT", "06")


@pytest.mark.parametrize("given", [[f"password={SECRET}"], ["password=@-"]])
def test_a_secret_is_never_shown(line, given):
    settings = ["host=127.0.0.1", "user=cn=x", *given]
    words = [word for setting in settings for word in ("--set", setting)]
    added = line.run("source", "add", "ad", "--type", "ldap", *words, "--json", given=f"{SECRET}\n")
    shown = [
        added,
        line.run("source", "show", "ad"),
        line.run("source", "list", "--json"),
        line.run("source", "show", "ad", "--json"),
    ]
    assert [ran.code for ran in shown] == [0, 0, 0, 0]
    assert added.json()["secrets"] == ["password"]
    assert SECRET not in "".join(ran.out + ran.err for ran in shown)
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in line.data.glob("contactory.sqlite*"))


def test_relative_paths_become_absolute(line, people, monkeypatch):
    monkeypatch.chdir(people.parent)
    assert line.ok("source", "add", "r", "--type", "csv", "--set", "path=people.csv")["settings"]["path"] == str(people)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["--type", "nix"], "source type 'nix' is unknown"),
        (["--type", "csv"], "path"),
        (["--type", "csv", "--set", "path=/x", "--set", "colour=red"], "colour"),
        (["--type", "csv", "--set", "path"], "key=value"),
        (["--type", "csv", "--set", "path=/x", "--set", "path=/y"], "twice"),
        (["--type", "csv", "--set", "path=@-", "--set", "key=@-"], "only one"),
        (["--type", "csv", "--set", "path=@-"], "gave no value"),
        (["--type", "csv", "--set", "path=/x", "--set", "separator=long"], "separator"),
        (["--type", "csv", "--set", "path=/x", "--mapping", "/nowhere/m.toml"], "/nowhere/m.toml"),
        (["--type", "ldap", "--set", f"password={SECRET}", "--set", "port=abc"], "port"),
    ],
)
def test_wrong_settings_are_named_and_nothing_is_added(line, settings, message):
    said = line.refused("source", "add", "x", *settings)
    assert message in said
    assert SECRET not in said
    assert line.ok("source", "list") == []


@pytest.mark.parametrize(
    "option", ["--country=Germany", "--area=x", "--trunk=-5", "--extension-length=11", "--extension-length=x"]
)
def test_a_wrong_location_is_a_usage_error(line, people, option):
    assert line.run("source", "add", "x", "--type", "csv", "--set", f"path={people}", option).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["source", "show", "\udcff"],
        ["source", "add", "x", "--type", "csv", "--set", "path=/\udcff"],
        ["grant", "add", "customers", "--group", "\udcff"],
        ["client", "add", "x", "--sources", "\udcff"],
    ],
)
def test_bytes_that_are_no_text_are_refused(line, customers, words):
    assert "not UTF-8" in line.refused(*words)


@pytest.mark.parametrize("name", ["", "a,b", "a=b", " a", "a/b", "x" * 64])
def test_a_name_that_lists_could_not_carry_is_a_usage_error(line, people, name):
    assert line.run("source", "add", name, "--type", "csv", "--set", f"path={people}").code == 2


def test_a_name_is_taken_once(line, people, customers):
    assert "exists already" in line.refused("source", "add", "customers", "--type", "csv", "--set", f"path={people}")


@pytest.mark.parametrize("command", ["show", "check", "discover", "remove"])
def test_an_unknown_source_is_named(line, command):
    assert line.refused("source", command, "nix") == "there is no source named 'nix'"


def test_a_mapping_is_read_checked_and_used(line, people, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text('company = { constant = "Other" }\n')
    added = line.ok("source", "add", "m", "--type", "csv", "--set", f"path={people}", "--mapping", str(mapping))
    assert added["mapping"] == {"company": {"constant": "Other"}}
    assert line.ok("source", "check", "m")["samples"][0]["company"] == "Other"
    for wrong, message in (("nonsense_field = 1\n", "nonsense_field"), ("= broken", "m.toml")):
        mapping.write_text(wrong)
        words = ["source", "add", "n", "--type", "csv", "--set", f"path={people}", "--mapping", str(mapping)]
        assert message in line.refused(*words)


def test_check_tells_what_was_found(line, people, customers):
    result = line.ok("source", "check", "customers")
    assert (result["ok"], result["count"], len(result["samples"])) == (True, 20, 5)
    assert result["samples"][0]["given_name"] == "Änne0"
    assert "records: 20" in line.run("source", "check", "customers").out
    people.unlink()
    ran = line.run("source", "check", "customers", "--json")
    assert (ran.code, json.loads(ran.out)["kind"]) == (1, "SourceGone")
    assert str(people) in line.refused("source", "check", "customers")


def test_discover_lists_the_columns(line, people, customers):
    (table,) = line.ok("source", "discover", "customers")
    assert table["name"] == "people.csv"
    assert {"name": "company", "example": "Acme"} in table["fields"]
    assert "business_phone" in line.run("source", "discover", "customers").out
    write(people, 0)
    people.unlink()
    assert str(people) in line.refused("source", "discover", "customers")


def test_types_describe_their_settings(line):
    found = {kind["type"]: {field["name"]: field for field in kind["settings"]} for kind in line.ok("source", "types")}
    assert {"csv", "ldap"} <= found.keys()
    assert found["csv"]["path"]["required"]
    assert found["ldap"]["password"]["secret"]
    assert found["ldap"]["password"]["default"] is None
    assert "Key column" not in line.run("source", "types").out
    assert "(required)" in line.run("source", "types").out
