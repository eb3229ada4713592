import pytest

from directory_server.app import Directory
from directory_server.store import contacts, sources
from directory_server.store.file_lock import file_lock

SECRET = "canary-password-34"


def test_only_what_is_named_changes(line, people, customers):
    changed = line.ok("source", "set", "customers", "--set", "key=ID", "--country", "at", "--priority", "5")
    location = {**customers["location"], "country": "AT"}
    settings = {"path": str(people), "key": "ID"}
    assert changed == {**customers, "settings": settings, "location": location, "priority": 5}
    assert line.ok("source", "show", "customers") == changed
    assert line.ok("source", "set", "customers", "--unset", "key")["settings"] == {"path": str(people)}
    assert line.ok("source", "set", "customers")["location"] == location
    assert line.ok("source", "set", "customers", "--area", "089", "--extension-length", "3")["location"] == {
        **location, "area": "89", "extension_length": 3
    }  # fmt: skip
    assert line.ok("source", "set", "customers", "--area", "", "--extension-length", "0")["location"] == location


def test_a_new_location_reads_the_stored_numbers_anew(line, people, customers):
    people.write_text("id;company;business_phone\n1;Acme;4711000\n")
    line.ok("sync")
    with Directory(line.data) as serving:
        assert serving.view_for_admin().lookup("+49 89 4711000").listings == ()
        line.ok("source", "set", "customers", "--area", "89")
        assert len(serving.view_for_admin().lookup("+49 89 4711000").listings) == 1
    (hit,) = line.ok("lookup", "+49 89 4711000")["hits"]
    assert hit["numbers"] == [{"kind": "work", "raw": "4711000", "e164": "+49894711000"}]
    assert line.ok("sync")["unchanged"] == 1
    line.ok("source", "set", "customers", "--country", "AT", "--area", "1")
    assert line.ok("lookup", "+49 89 4711000")["hits"] == []
    assert len(line.ok("lookup", "+43 1 4711000")["hits"]) == 1


def test_a_new_mapping_needs_no_new_read_and_can_be_taken_back(line, customers, tmp_path):
    line.ok("sync")
    mapping = tmp_path / "m.toml"
    mapping.write_text('department = { constant = "Sales" }\n')
    said = line.run("source", "set", "customers", "--mapping", str(mapping)).out
    assert said.strip() == "Source 'customers' changed; now `sync customers`."
    assert line.ok("sync", "--apply-held")["updated"] == 20
    assert line.ok("source", "set", "customers", "--no-mapping")["mapping"] is None
    assert line.ok("sync", "--apply-held")["updated"] == 20
    assert line.run("source", "set", "customers", "--mapping", str(mapping), "--no-mapping").code == 2
    mapping.write_text("nonsense_field = 1\n")
    assert "nonsense_field" in line.refused("source", "set", "customers", "--mapping", str(mapping))
    assert line.ok("source", "show", "customers")["mapping"] is None


def test_a_new_place_is_read_whole_and_guarded(line, people, customers, tmp_path):
    line.ok("sync")
    other = tmp_path / "other.csv"
    other.write_text("id;company\n0;Acme\n")
    line.ok("source", "set", "customers", "--set", f"path={other}")
    assert line.run("sync", "--json").json()["held"]
    line.ok("source", "set", "customers", "--set", f"path={people}")
    assert line.ok("sync")["unchanged"] == 20


def test_secrets_stay_or_are_replaced_and_are_never_shown(line):
    words = ["--set", "host=127.0.0.1", "--set", "user=cn=x", "--set", f"password={SECRET}"]
    line.ok("source", "add", "ad", "--type", "ldap", *words)

    def password():
        with Directory(line.data) as directory:
            return sources.settings_of(directory.database, sources.by_name(directory.database, "ad"))["password"]

    ran = line.run("source", "set", "ad", "--set", "base=dc=x", "--json")
    assert (ran.json()["secrets"], password()) == (["password"], SECRET)
    assert SECRET not in ran.out + ran.err
    line.ok("source", "set", "ad", "--set", "password=@-", given="another\n")
    assert password() == "another"
    assert "both user and password" in line.refused("source", "set", "ad", "--unset", "password")
    with Directory(line.data) as directory, directory.database.write() as connection:
        connection.exec_driver_sql("UPDATE source_secrets SET sealed = substr(sealed, 1, 50)")
    assert "sealed secret" in line.refused("source", "set", "ad", "--set", "base=dc=y")
    line.ok("source", "set", "ad", "--set", "password=mended")
    assert password() == "mended"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nix"], "there is no source named 'nix'"),
        (["customers", "--set", "colour=red"], "setting 'colour' is unknown"),
        (["customers", "--set", "separator=long"], "separator"),
        (["customers", "--unset", "path"], "setting 'path' is missing"),
        (["customers", "--unset", "colour"], "setting 'colour' is not set"),
        (["customers", "--mapping", "/nowhere/m.toml"], "/nowhere/m.toml"),
    ],
)
def test_wrong_changes_are_named_and_change_nothing(line, customers, words, message):
    assert message in line.refused("source", "set", *words)
    assert line.ok("source", "show", "customers") == customers


def test_a_wrong_location_is_a_usage_error(line, customers):
    assert line.run("source", "set", "customers", "--country", "Germany").code == 2
    assert line.ok("source", "show", "customers") == customers


def test_a_source_being_read_is_not_changed(line, customers):
    with file_lock(line.data / "locks" / f"source-{customers['id']}.lock", "x"):
        assert "under way" in line.refused("source", "set", "customers", "--priority", "1")
    with Directory(line.data) as directory:
        assert contacts.counts(directory.database) == {}
