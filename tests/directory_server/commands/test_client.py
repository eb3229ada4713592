import pytest

from directory_server.app import Directory
from directory_server.store import clients

PASSWORD = "canary-client-password"


def verified(line, name, password):
    with Directory(line.data) as directory:
        return clients.verify(directory.database, name, password, "127.0.0.1") is not None


def test_a_client_is_added_with_its_password_from_standard_input(line, customers):
    options = ["--preset", "audiocodes", "--fields", "name", "--base-dn", "o=sbc", "--country", "AT", "--area", "01"]
    added = line.ok(
        "client", "add", "sbc", "--sources", "customers", *options, "--password-stdin", given=f"{PASSWORD}\n"
    )
    assert added == {
        "id": 1,
        "name": "sbc",
        "preset": "audiocodes",
        "sources": ["customers"],
        "fields": ["name"],
        "base_dn": "o=sbc",
        "bind_dn": "cn=sbc,ou=clients,o=sbc",
        "location": {"country": "AT", "area": "1", "trunk": "", "extension_length": 0, "outside_line": ""},
        "shared_numbers": "company",
        "called_view": [],
        "addresses": [],
        "known_by": "password",
        "number_format": "echo",
        "result_limit": 0,
        "templates": {"displayName": "{name} ({company})"},
    }
    assert line.ok("client", "list") == [added]
    assert "cn=sbc,ou=clients,o=sbc (audiocodes)" in line.run("client", "list").out
    assert verified(line, "sbc", PASSWORD)
    assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in line.data.glob("contactory.sqlite*"))
    line.ok("client", "remove", "sbc")
    assert line.ok("client", "list") == []
    assert "no client yet" in line.run("client", "list").out


def test_without_one_a_password_is_made_and_shown_once(line, customers):
    added = line.ok("client", "add", "sbc", "--sources", "customers")
    assert len(added["password"]) >= 20
    assert verified(line, "sbc", added["password"])
    assert (added["fields"], added["base_dn"]) == (["name", "business"], "dc=contacts")
    assert "password" not in line.ok("client", "list")[0]
    assert "shown this once" in line.run("client", "add", "two", "--sources", "customers").out


def test_what_is_wrong_is_named_and_nothing_added(line, customers):
    add = ["client", "add", "sbc", "--sources"]
    assert line.refused(*add, "customers,nix") == "there is no source named 'nix'"
    assert "empty" in line.refused(*add, "customers", "--password-stdin", given="\n")
    assert "longer" in line.refused(*add, "customers", "--password-stdin", given="x" * 1025 + "\n")
    assert line.refused("client", "remove", "nobody") == "there is no client named 'nobody'"
    assert line.ok("client", "list") == []
    line.ok(*add, "customers")
    assert "exists already" in line.refused(*add, "customers")


def test_a_client_is_changed_and_what_is_not_named_stays(line, customers):
    add = ["client", "add", "sbc", "--sources", "customers", "--shared-numbers", "company", "--area", "89"]
    added = line.ok(*add, "--password-stdin", given=f"{PASSWORD}\n")
    assert added["shared_numbers"] == "company"
    changed = line.ok("client", "set", "sbc", "--shared-numbers", "only-if-unambiguous", "--called-view", "customers")
    assert changed == added | {"shared_numbers": "only-if-unambiguous", "called_view": ["customers"]}
    assert line.ok("client", "list") == [changed]
    assert "shared numbers: only-if-unambiguous; called user by customers" in line.run("client", "list").out
    changed = line.ok("client", "set", "sbc", "--fields", "name", "--country", "AT", "--called-view", "")
    assert (changed["fields"], changed["called_view"], changed["shared_numbers"]) == (
        ["name"],
        [],
        "only-if-unambiguous",
    )
    assert (changed["location"]["country"], changed["location"]["area"]) == ("AT", "89")
    assert verified(line, "sbc", PASSWORD)
    line.ok("client", "set", "sbc", "--password-stdin", given="another\n")
    assert (verified(line, "sbc", "another"), verified(line, "sbc", PASSWORD)) == (True, False)
    assert "empty" in line.refused("client", "set", "sbc", "--password-stdin", given="\n")
    assert line.refused("client", "set", "nobody") == "there is no client named 'nobody'"
    assert line.refused("client", "set", "sbc", "--called-view", "nix") == "there is no source named 'nix'"
    for wrong in (["--sources", ","], ["--shared-numbers", "all"], ["--fields", "all"], ["--country", "xx1"]):
        assert line.run("client", "set", "sbc", *wrong).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["sbc"],
        ["sbc", "--sources", ","],
        ["a,b", "--sources", "x"],
        ["sbc", "--sources", "x", "--fields", "all"],
        ["sbc", "--sources", "x", "--shared-numbers", "first"],
        *(["sbc", "--sources", "x", "--base-dn", base] for base in ("", "garbage", "dc=a,,dc=b")),
        ["sbc", "--sources", "x", "--no-password"],
        ["sbc", "--sources", "x", "--no-password", "--address", "192.0.2.1", "--password-stdin"],
        ["sbc", "--sources", "x", "--number-format", "pretty"],
        ["sbc", "--sources", "x", "--result-limit", "-1"],
    ],
)
def test_wrong_usage_is_a_usage_error(line, words):
    assert line.run("client", "add", *words).code == 2
