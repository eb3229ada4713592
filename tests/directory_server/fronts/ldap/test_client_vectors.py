"""Every filter of tests/vectors/ldap-clients.tsv, sent by a real client to a running front."""

import re
import subprocess
from collections.abc import Iterator

import ldap3
import pytest

from directory_server.store.rows import Location
from tests.fakes.ldap_samples import SPELLINGS, fill
from tests.fakes.ldap_vectors import IN_PORTLAND, LETTERS, expected, rows
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

# With a direct dial behind a hyphen these are an unknown extension of Example GmbH, which is shown on purpose.
ONE_DIGIT_TOO_MANY = {
    "(|(telephoneNumber=0049301234567890)(mobile=0049301234567890))",
    "(|(telephoneNumber=+49301234567890)(mobile=+49301234567890))",
}


@pytest.fixture(scope="module", params=SPELLINGS)
def asking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict]]:
    with World(tmp_path_factory.mktemp("world")) as world:
        sources = fill(world, request.param)
        with RunningFront(world) as running:
            running.add_client("sbc", sources)
            running.add_client("portland", sources, location=Location("US"))
            server = ldap3.Server(*running.address, get_info=ldap3.NONE)
            options = {"password": PASSWORD, "auto_bind": True, "check_names": False}
            connections = {name: ldap3.Connection(server, name, **options) for name in ("sbc", "portland")}
            yield request.param, connections
            for connection in connections.values():
                connection.unbind()


def ask_libldap(connection: ldap3.Connection, text: str) -> tuple[int, str]:
    url = f"ldap://{connection.server.host}:{connection.server.port}"
    command = ["ldapsearch", "-LLL", "-x", "-H", url, "-D", connection.user, "-w", PASSWORD, "-b", "dc=contacts"]
    done = subprocess.run([*command, text, "uid"], capture_output=True, text=True, check=False, timeout=10)
    letters = {"1": "E", "2": "J", "3": "S"}
    return done.returncode, "".join(letters[uid] for uid in re.findall(r"^uid: (\d+)$", done.stdout, re.MULTILINE))


def ask(connection: ldap3.Connection, text: str, base: str = "dc=contacts") -> tuple[int, str]:
    if text in ("(&)", "(|)"):  # ldap3 cannot write them
        return ask_libldap(connection, text)
    connection.search(base, text, ldap3.SUBTREE, attributes=["sn", "uid"], size_limit=50)
    found = sorted(LETTERS[entry["attributes"]["sn"][0]] for entry in connection.response if entry["attributes"]["sn"])
    return connection.result["result"], "".join(found)


@pytest.mark.server
@pytest.mark.parametrize(("text", "expectation"), list(rows()))
def test_filter(asking: tuple[str, dict], text: str, expectation: str) -> None:
    spelling, connections = asking
    if text in ONE_DIGIT_TOO_MANY and spelling == "hyphen":
        pytest.skip("a hyphen makes it an extension of a known company")
    connection = connections["portland" if text in IN_PORTLAND else "sbc"]
    assert ask(connection, text) == (0, expected(text, expectation))
    if "base " in expectation and "base =" not in expectation:
        assert ask(connection, text, base="") == (0, expected(text, expectation))


@pytest.mark.server
@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("(telephoneNumber=+4930123456789)", "telephoneNumber", "+4930123456789"),
        ("(telephoneNumber=004930123456789)", "telephoneNumber", "004930123456789"),
        ("(telephoneNumber=030123456789)", "telephoneNumber", "030123456789"),
        ("(telephoneNumber=+49 (0)30 123456-789)", "telephoneNumber", "+49 (0)30 123456-789"),
        ("(telephoneNumber=030/123456789)", "telephoneNumber", "030/123456789"),
        ("(|(telephoneNumber=4930123456789)(mobile=4930123456789))", "telephoneNumber", "4930123456789"),
        ("(searchNumber=004930123456789)", "telephoneNumber", "004930123456789"),
        ("(msRTCSIP-Line=tel:+4930123456789)", "msRTCSIP-Line", "tel:+4930123456789"),
        ("(telephoneNumber=030123*)", "telephoneNumber", "030123456789"),
        ("(telephoneNumber=+493012*)", "telephoneNumber", "+4930123456789"),
        ("(telephoneNumber=0*3*0*1*2*3*4*5*6*7*8*9)", "telephoneNumber", "030123456789"),
        ("(sn=Mustermann)", "telephoneNumber", "+4930123456789"),
        ("(telephoneNumber=030123456789)", "mobile", "+491701234567"),
        ("(mobile=01701234567)", "mobile", "01701234567"),
    ],
)
def test_numbers_come_back_in_the_notation_they_were_asked_in(
    asking: tuple[str, dict], text: str, attribute: str, value: str
) -> None:
    connection = asking[1]["sbc"]
    connection.search("dc=contacts", text.replace("(0)", "\\280\\29"), attributes=[attribute])
    assert [entry["attributes"][attribute] for entry in connection.response] == [[value]]


@pytest.mark.server
def test_the_star_form_gives_back_the_asked_digits(asking: tuple[str, dict]) -> None:
    connection = asking[1]["portland"]
    connection.search("dc=contacts", "(telephoneNumber=5*0*3*8*2*3*4*5*6*7)", attributes=["telephoneNumber"])
    assert connection.response[0]["attributes"]["telephoneNumber"] == ["5038234567"]
