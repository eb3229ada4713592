"""A fleet of phones from the command that adds it to the answers it gets, and what the admin changes while it runs."""

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.stack import CommandFailed, Stack

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(120)]

PEOPLE = "id;given_name;family_name;company;business_phone;mobile_phone\n" + "".join(
    f"{at};Anna{at};Abel;Acme GmbH;089 840798-{at};0171 23456{at}\n" for at in range(10, 90)
)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path) as stack:
        stack.prepare()
        file = tmp_path / "staff.csv"
        file.write_text(PEOPLE, encoding="utf-8")
        stack.command(
            "source", "add", "staff", "--type", "csv", "--set", f"path={file}", "--country", "DE", "--area", "89"
        )
        stack.command("sync")
        stack.command(
            "client", "add", "phones", "--preset", "yealink", "--sources", "staff", "--country", "DE", "--area", "89",
            "--trunk", "840798", "--extension-length", "2", "--outside-line", "0",
            "--address", "127.0.0.0/8", "--no-password", "--base-dn", "o=phones",
        )  # fmt: skip
        stack.directory.start()
        stack.directory.wait_for(f"http://127.0.0.1:{stack.ports.web}/healthz")
        yield stack


def anonymous(stack: Stack, text: str, *attributes: str) -> tuple[int, list[str]]:
    """Return the result code and the values, in order."""
    command = ["ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-x", "-H", f"ldap://127.0.0.1:{stack.ports.ldap}"]
    done = subprocess.run(
        [*command, "-b", "o=phones", text, *attributes], capture_output=True, text=True, check=False, timeout=20
    )
    return done.returncode, re.findall(r"^(?!dn:)\S+: (.*)$", done.stdout, re.MULTILINE)


def test_phones_known_by_their_address(serving: Stack) -> None:
    caller = anonymous(serving, "(telephoneNumber=+498984079812)", "displayName", "telephoneNumber", "mobile")
    assert caller == (0, ["Anna12 Abel (Acme GmbH)", "+498984079812", "0017123456" + "12"])
    assert anonymous(serving, "(givenName=anna12)", "telephoneNumber") == (0, ["12"])
    code, names = anonymous(serving, "(sn=abel*)", "displayName")
    assert (code, len(names)) == (4, 50)

    serving.command("client", "set", "phones", "--number-format", "readable", "--template", "displayName=")
    deadline = time.monotonic() + 10
    while (told := anonymous(serving, "(givenName=anna12)", "displayName", "telephoneNumber")[1])[0] != "Anna12 Abel":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert told == ["Anna12 Abel", "+49 89 840798-12"]

    with pytest.raises(CommandFailed):
        serving.command("client", "set", "phones", "--address", "")
    serving.command("client", "set", "phones", "--address", "192.0.2.0/24")
    while anonymous(serving, "(givenName=anna12)", "displayName")[0] != 50:  # insufficientAccessRights
        assert time.monotonic() < deadline + 10
        time.sleep(0.2)
