import pytest


@pytest.fixture
def held(line, people):
    line.ok("source", "add", "s", "--type", "csv", "--set", f"path={people}", "--extension-length", "3")
    line.ok("sync")
    return line


def test_a_number_in_any_notation_is_looked_up(held):
    found = held.ok("lookup", "0049 (0)89 1234-7")
    assert (found["e164"], found["approximate"], [hit["key"] for hit in found["hits"]]) == ("+498912347", False, ["7"])
    assert found["hits"][0].keys() == {"id", "source", "key", "display_name", "company", "numbers", "match"}
    assert held.run("lookup", "089/12347").out.startswith("+498912347: 1 person\nÄnne7 Müller (Acme)  [")


@pytest.mark.parametrize(
    ("number", "said"),
    [("030 5555555", "nobody has"), ("abc", "cannot be read as a telephone number"), ("999", "as an extension")],
)
def test_nobody_is_said_and_is_no_error(held, number, said):
    ran = held.run("lookup", number)
    assert ran.code == 0
    assert said in ran.out


def test_an_unknown_client_is_named(held):
    assert held.refused("lookup", "1", "--client", "nix") == "there is no client named 'nix'"
