"""Presets, addresses, number formats, limits and templates of clients, as the admin sets and sees them."""

import pytest

from directory_server.app import Directory
from directory_server.directory.preset import PRESETS
from directory_server.store import clients

ADD = ("client", "add", "phones", "--sources", "customers")


def known_by(line, address):
    with Directory(line.data) as directory:
        found = clients.known_by(directory.database, address)
        return found and found.name


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_gives_what_is_not_named(line, customers, name):
    added = line.ok(*ADD, "--preset", name)
    preset = PRESETS[name]
    assert added["number_format"] == preset.number_format
    assert added["result_limit"] == preset.result_limit
    assert added["shared_numbers"] == preset.shared_numbers
    assert added["templates"] == dict(preset.templates)
    assert added["fields"] == ["name", "business"]


def test_what_is_named_wins_over_the_preset(line, customers):
    options = ["--number-format", "national", "--result-limit", "7", "--shared-numbers", "only-if-unambiguous"]
    added = line.ok(*ADD, "--preset", "yealink", *options, "--template", "displayName=", "--template", "cn={sn}")
    del added["password"]
    assert (added["number_format"], added["result_limit"]) == ("national", 7)
    assert added["shared_numbers"] == "only-if-unambiguous"
    assert added["templates"] == {"cn": "{sn}"}
    assert line.ok("client", "list") == [added]


def test_a_client_keeps_its_values_when_presets_change(line, customers, monkeypatch):
    added = line.ok(*ADD, "--preset", "yealink")
    monkeypatch.setitem(PRESETS, "yealink", PRESETS["generic"])
    assert line.ok("client", "list")[0]["number_format"] == added["number_format"] == "dialable"


@pytest.mark.parametrize("command", [ADD, ("client", "set", "sbc")])
def test_an_unknown_preset_is_a_usage_error_that_lists_the_known(line, customers, command):
    line.ok("client", "add", "sbc", "--sources", "customers")
    done = line.run(*command, "--preset", "acme")
    assert done.code == 2
    assert all(name in done.err for name in PRESETS)


def test_another_preset_later_changes_how_it_is_told_but_not_what(line, customers):
    line.ok(*ADD, "--fields", "name", "--shared-numbers", "only-if-unambiguous", "--template", "cn={sn}")
    changed = line.ok("client", "set", "phones", "--preset", "snom", "--result-limit", "9")
    assert (changed["preset"], changed["number_format"], changed["result_limit"]) == ("snom", "dialable", 9)
    assert changed["templates"] == dict(PRESETS["snom"].templates)
    assert (changed["fields"], changed["shared_numbers"]) == (["name"], "only-if-unambiguous")
    same = line.ok("client", "set", "phones", "--area", "89")
    assert same == changed | {"location": changed["location"] | {"area": "89"}}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["192.0.2.7"], ["192.0.2.7"]),
        (["192.0.2.7/32", "192.0.2.7"], ["192.0.2.7"]),
        (["192.0.2.0/24, 10.1.0.0/255.255.0.0"], ["192.0.2.0/24", "10.1.0.0/16"]),
        (["2001:DB8:0::/32", "::1"], ["2001:db8::/32", "::1"]),
        (["::ffff:192.0.2.7", "::ffff:192.0.2.0/120"], ["192.0.2.7", "192.0.2.0/24"]),
    ],
)
def test_addresses_are_kept_in_their_shortest_spelling(line, customers, given, kept):
    options = [word for one in given for word in ("--address", one)]
    assert line.ok(*ADD, *options)["addresses"] == kept


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("pbx.example.com", "no IP address"),
        ("192.0.2.256", "no IP address"),
        ("192.0.2.0/33", "no IP address"),
        ("fe80::1%eth0/64", "no IP address"),
        ("192.0.2.7/24", "write 192.0.2.0/24 or 192.0.2.7"),
        ("0.0.0.0/0", "every address"),
        ("::/0", "every address"),
    ],
)
def test_a_wrong_address_is_told(line, customers, given, reason):
    done = line.run(*ADD, "--address", given)
    assert done.code == 2
    assert reason in " ".join(done.err.replace("│", " ").split())


def test_a_client_may_be_known_by_its_address_alone(line, customers):
    added = line.ok(*ADD, "--address", "192.0.2.0/24", "--no-password")
    assert "password" not in added
    assert (added["known_by"], added["addresses"]) == ("address", ["192.0.2.0/24"])
    assert known_by(line, "192.0.2.9") == "phones"
    assert "from 192.0.2.0/24 without a password" in line.run("client", "list").out
    assert "needs addresses" in line.refused("client", "set", "phones", "--address", "")
    changed = line.ok("client", "set", "phones", "--password-stdin", "--address", "", given="canary-password\n")
    assert (changed["known_by"], changed["addresses"]) == ("password", [])
    assert known_by(line, "192.0.2.9") is None
    assert "needs addresses" in line.refused("client", "set", "phones", "--no-password")
    changed = line.ok("client", "set", "phones", "--no-password", "--address", "192.0.2.9")
    assert changed["known_by"] == "address"
    assert known_by(line, "192.0.2.9") == "phones"
    assert line.ok("client", "list") == [changed]


def test_templates_are_added_changed_and_taken_away_one_by_one(line, customers):
    assert line.ok(*ADD, "--template", "commonName={sn}")["templates"] == {"cn": "{sn}"}
    changed = line.ok("client", "set", "phones", "--template", "DISPLAYNAME={name} = {number}")
    assert changed["templates"] == {"cn": "{sn}", "displayName": "{name} = {number}"}
    assert "displayName = {name} = {number}" in line.run("client", "list").out
    assert line.ok("client", "set", "phones", "--template", "cn=")["templates"] == {"displayName": "{name} = {number}"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("displayName", "ATTRIBUTE=TEXT"),
        ("displayName={firstname}", "unknown placeholder {firstname}"),
        ("displayName={metaSearchNumber}", "unknown placeholder"),
        ("displayName={objectClass}", "unknown placeholder"),
        ("displayName=Anna", "placeholder"),
        ("displayName={name", "brace"),
        ("telephoneNumber={mobile}", "no text attribute"),
        ("uid={name}", "no text attribute"),
        ("nix={name}", "no text attribute"),
        ("nix=", "no text attribute"),
    ],
)
def test_a_wrong_template_is_a_usage_error(line, customers, given, reason):
    line.ok(*ADD)
    done = line.run("client", "set", "phones", "--template", given)
    assert done.code == 2
    assert reason in " ".join(done.err.replace("│", " ").split())
    assert line.ok("client", "list")[0]["templates"] == {}


def test_the_base_dn_can_be_changed(line, customers):
    line.ok(*ADD)
    changed = line.ok("client", "set", "phones", "--base-dn", "o=phones")
    assert changed["bind_dn"] == "cn=phones,ou=clients,o=phones"
    assert line.run("client", "set", "phones", "--base-dn", "x").code == 2


def test_the_list_says_what_is_not_as_ever(line, customers):
    assert line.ok(*ADD)["result_limit"] == 0
    assert line.run("client", "list").out.strip().endswith("sees customers: name, business")
    line.ok("client", "set", "phones", "--number-format", "readable", "--result-limit", "50", "--address", "10.0.0.0/8")
    told = line.run("client", "list").out
    assert "; from 10.0.0.0/8; numbers: readable; 50 entries at most" in told
