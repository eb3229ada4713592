import pytest

EVERY = ["name", "business", "private", "notes", "photo"]


def test_a_grant_is_added_replaced_listed_and_removed(line, customers):
    assert line.run("grant", "list").out == "There is no grant: nobody sees anything.\n"
    added = line.ok("grant", "add", "customers", "--group", "all")
    assert added == {"source": "customers", "group": "all", "fields": EVERY}
    narrow = line.ok("grant", "add", "customers", "--group", "all", "--fields", "business,name")
    assert narrow["fields"] == ["name", "business"]
    other = line.ok("grant", "add", "customers", "--group", "6f1c", "--fields", "name")
    assert line.ok("grant", "list") == [other, narrow]
    assert "all may see customers: name, business" in line.run("grant", "list").out
    line.ok("grant", "remove", "customers", "--group", " all ")
    assert line.ok("grant", "list") == [other]


def test_what_is_unknown_is_named(line, customers):
    assert line.refused("grant", "add", "nix", "--group", "all") == "there is no source named 'nix'"
    assert line.refused("grant", "remove", "nix", "--group", "all") == "there is no source named 'nix'"
    assert "is not granted to 'g'" in line.refused("grant", "remove", "customers", "--group", "g")


@pytest.mark.parametrize(
    "options", [[], ["--group", " "], ["--group", "g", "--fields", "name,x"], ["--group", "g", "--fields", ""]]
)
def test_wrong_usage_is_a_usage_error(line, customers, options):
    assert line.run("grant", "add", "customers", *options).code == 2
    assert line.ok("grant", "list") == []


def test_a_removed_source_takes_its_grants_along(line, customers):
    line.ok("grant", "add", "customers", "--group", "all")
    line.ok("source", "remove", "customers")
    assert line.ok("grant", "list") == []
