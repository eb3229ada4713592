import pytest

from tests.fakes.command_line import CommandLine

ROWS = "id;given_name;family_name;company;business_phone\n"


def write(path, count):
    """Write a CSV of `count` people."""
    lines = [f"{number};Änne{number};Müller;Acme;089/1234-{number}\n" for number in range(count)]
    path.write_text(ROWS + "".join(lines), encoding="utf-8")


@pytest.fixture
def people(tmp_path):
    """Return a CSV file of 20 people."""
    path = tmp_path / "people.csv"
    write(path, 20)
    return path


@pytest.fixture
def line(tmp_path):
    """Return a command line on a fresh data folder."""
    made = CommandLine(tmp_path / "data")
    made.ok("init")
    return made


@pytest.fixture
def customers(line, people):
    """Return the added source `customers`."""
    return line.ok("source", "add", "customers", "--type", "csv", "--set", f"path={people}")
