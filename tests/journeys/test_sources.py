"""From a real source to an answer: slapd to the LDAP front, PostgreSQL through ODBC to search."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.stack import CommandFailed, Stack
from tests.servers import slapd
from tests.servers.postgres import PASSWORD, Postgres

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(120)]

CLIENT_PASSWORD = "another-long-password"
PEOPLE = """
dn: uid=gross,ou=people,dc=example,dc=test
objectClass: inetOrgPerson
uid: gross
cn: Jürgen Groß
sn: Groß
givenName: Jürgen
o: Müller Maschinenbau GmbH
mail: j.gross@mueller.example
telephoneNumber: 089/999985-12

dn: uid=novak,ou=people,dc=example,dc=test
objectClass: inetOrgPerson
uid: novak
cn: Zoë Novák
sn: Novák
givenName: Zoë
telephoneNumber: +420 601 234 567
"""


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Stack]:
    """Give a directory of its own; the relay and the Teams app are not needed here."""
    with Stack(tmp_path) as stack:
        stack.prepare()
        yield stack


def ldapsearch(stack: Stack, filter_text: str, *attributes: str) -> str:
    command = ["ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-x", "-H", f"ldap://127.0.0.1:{stack.ports.ldap}"]
    command += [
        "-D",
        "cn=sbc,ou=clients,dc=contacts",
        "-w",
        CLIENT_PASSWORD,
        "-b",
        "dc=contacts",
        filter_text,
        *attributes,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


def add_staff(stack: Stack, server: slapd.Slapd) -> None:
    settings = {
        "host": "127.0.0.1", "port": server.port, "base": server.people_dn,
        "user": server.reader_dn, "password": server.reader_password,
    }  # fmt: skip
    options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    stack.command("source", "add", "staff", "--type", "ldap", *options, "--country", "DE", "--area", "89")


def test_slapd_to_ldap_answer(serving: Stack) -> None:
    with slapd.running(PEOPLE) as server:
        add_staff(serving, server)
        assert serving.command("sync")["created"] == 2
    # The source is gone now; the directory answers all the same.
    serving.command(
        "client", "add", "sbc", "--preset", "audiocodes", "--sources", "staff", "--fields", "name,business",
        "--password-stdin", stdin=CLIENT_PASSWORD + "\n",
    )  # fmt: skip
    serving.directory.start()
    serving.directory.wait_for(f"http://127.0.0.1:{serving.ports.web}/healthz")

    answer = ldapsearch(serving, "(telephoneNumber=00498999998512)", "sn", "telephoneNumber")
    assert "sn:: R3Jvw58=" in answer  # Groß
    assert "telephoneNumber: 00498999998512" in answer
    assert "telephoneNumber: +420601234567" in ldapsearch(serving, "(telephoneNumber=+420601234567)", "telephoneNumber")
    assert ldapsearch(serving, "(telephoneNumber=004989999999)", "sn") == ""


def test_a_source_that_dies_costs_freshness_not_answers(serving: Stack) -> None:
    with slapd.running(PEOPLE) as server:
        add_staff(serving, server)
        serving.command("sync")
    with pytest.raises(CommandFailed) as failed:
        serving.command("sync")
    assert "Unreachable" in str(failed.value) or "answer" in str(failed.value)
    assert "Traceback" not in str(failed.value)
    assert [hit["display_name"] for hit in serving.command("search", "novak")["hits"]] == ["Zoë Novák"]


def test_postgresql_through_odbc_to_search(serving: Stack) -> None:
    with Postgres() as server:
        server.sql(
            "create table persons (id int primary key, given_name text, family_name text, company text, phone text)"
        )
        server.sql("insert into persons values (1, 'Jürgen', 'Groß', 'Müller Maschinenbau GmbH', '089/999985-12')")
        server.sql("insert into persons values (2, 'Zoë', 'Novák', 'Hřiště a.s.', '+420 601 234 567')")
        serving.command(
            "source", "add", "crm", "--type", "odbc", "--set", f"connection={server.odbc(password='')}",
            "--set", "password=@-", "--set", "table=persons", "--country", "DE", "--area", "89", stdin=PASSWORD + "\n",
        )  # fmt: skip
        assert serving.command("sync")["created"] == 2
        server.sql("update persons set family_name = 'Größer' where id = 1")
        assert serving.command("sync")["updated"] == 1
    found = serving.command("search", "juergen groesser")["hits"]
    assert [(hit["source"], hit["key"], hit["display_name"]) for hit in found] == [("crm", "1", "Jürgen Größer")]
    assert found[0]["numbers"][0]["e164"] == "+498999998512"
    called = serving.command("lookup", "0049 89 999985-12")
    assert [hit["key"] for hit in called["hits"]] == ["1"]
    assert called["approximate"] is False


def test_a_taken_port_is_named(serving: Stack) -> None:
    with socket.create_server(("127.0.0.1", serving.ports.ldap)):
        serving.directory.start()
        assert serving.directory.process is not None
        assert serving.directory.process.wait(20) == 1
    log = serving.directory.tail()
    assert f"Error: ldap cannot listen on 127.0.0.1:{serving.ports.ldap}: " in log
    assert "Traceback" not in log
