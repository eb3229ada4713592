"""A call through a real SIP proxy that asks the directory who calls, and what the called one is shown."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.program import Program, free_port
from deploy.demo.stack import BIN
from tests.fakes.command_line import CommandLine
from tests.servers.serving import ldap_processes
from tests.servers.sip import Proxy, programs

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(60)]
PASSWORD = "a-long-test-password"
PEOPLE = r"""id;given_name;family_name;company;business_phone
1;Jürgen;Müller-Groß;;030 23125-17
2;Zoë;Novák;"Büro ""O'Neil"" \ Söhne GmbH";+49 40 55501 23
3;"Anna
Via: x";Abel;;+49 40 55501 99
"""
JUERGEN = '"Jürgen Müller-Groß"'


class Directory:
    """`contact-directory serve` on ports that stay the same from one start to the next."""

    def __init__(self, folder: Path) -> None:
        line = CommandLine(folder / "data")
        line.ok("init")
        (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
        line.ok("source", "add", "staff", "--type", "csv", "--set", f"path={folder / 'people.csv'}", "--country", "DE")
        line.ok("sync")
        given = ("--preset", "audiocodes", "--sources", "staff", "--country", "DE", "--area", "30", "--password-stdin")
        line.ok("client", "add", "kamailio", *given, given=PASSWORD + "\n")
        web, ldap, ldaps = (f"127.0.0.1:{free_port()}" for _ in range(3))
        command: list[str | Path] = [BIN / "contact-directory", "--data", line.data, "serve"]
        command += ["--web", web, "--ldap", ldap, "--ldaps", ldaps]
        self.url, self.secure_url, self.authority = f"ldap://{ldap}", f"ldaps://{ldaps}", line.data / "tls" / "ldap.crt"
        # Half a second for each connection, instead of five.
        self.program = Program("serve", command, folder / "serve.log", {"CONTACTORY_DRAIN_SECONDS": "2"})
        self._ready = f"http://{web}/healthz"

    def start(self) -> None:
        self.program.start()
        self.program.wait_for(self._ready)

    def pause(self) -> None:
        assert self.program.process
        os.killpg(self.program.process.pid, signal.SIGSTOP)

    def reload(self) -> None:
        """Have every connection let go by a process that another takes the place of."""
        assert self.program.process
        before = ldap_processes(self.program.process.pid)
        self.program.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while ldap_processes(self.program.process.pid) & before:
            assert time.monotonic() < until
            time.sleep(0.05)

    def crash(self) -> None:
        """End every process of it, as a machine does that loses its power."""
        assert self.program.process
        os.killpg(self.program.process.pid, signal.SIGKILL)
        self.program.kill()

    def go_on(self) -> None:
        assert self.program.process
        os.killpg(self.program.process.pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    programs()
    running = Directory(tmp_path_factory.mktemp("directory"))
    try:
        running.start()
        yield running
    finally:
        running.program.stop()


@pytest.fixture(scope="module")
def proxy(directory: Directory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with Proxy(tmp_path_factory.mktemp("proxy"), directory.secure_url, PASSWORD, directory.authority) as running:
        yield running


def uri(number: str) -> str:
    return f"<sip:{number}@caller.example>"


@pytest.mark.parametrize("number", ["+49302312517", "0302312517", "0049302312517", "2312517"])
def test_the_called_one_sees_the_name_however_the_number_is_written(proxy: Proxy, number: str) -> None:
    call = proxy.call(uri(number))
    assert call.arrived.header("From") == f"{JUERGEN} {uri(number)};tag=1"
    assert call.seconds < 2


def test_the_name_takes_the_place_of_what_the_caller_calls_himself(proxy: Proxy) -> None:
    for said in ('"0302312517" ', "Nobody ", '"Ö \\" <sip:1@example>" '):
        assert proxy.call(said + uri("0302312517")).arrived.header("From") == f"{JUERGEN} {uri('0302312517')};tag=1"


def test_quotes_and_backslashes_of_a_name_are_escaped_and_a_line_break_adds_no_header(proxy: Proxy) -> None:
    shown = r'''"Zoë Novák (Büro \"O'Neil\" \\ Söhne GmbH)"'''
    assert proxy.call(uri("+49405550123")).arrived.header("From") == f"{shown} {uri('+49405550123')};tag=1"
    broken = proxy.call(uri("+49405550199")).arrived
    assert broken.header("From") == f'"Anna Via: x Abel" {uri("+49405550199")};tag=1'


@pytest.mark.parametrize(
    "sender",
    [uri("+498912345678"), f'"Ünbekannt" {uri("08912345678")}', uri("anonymous"), uri("%25n%25n"), uri("1)(cn=*")],
)
def test_an_unknown_caller_goes_on_unchanged(proxy: Proxy, sender: str) -> None:
    call = proxy.call(sender)
    assert call.arrived.header("From") == call.sent.header("From") == f"{sender};tag=1"


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_reload_costs_no_call_its_name(directory: Directory, tmp_path: Path, scheme: str) -> None:
    known = uri("+49302312517")
    url = directory.url if scheme == "ldap" else directory.secure_url
    with Proxy(tmp_path, url, PASSWORD, directory.authority) as proxy:
        directory.reload()
        # Each of Kamailio's processes finds its connection gone, and looks at it only when it has a question.
        for _ in range(6):
            assert proxy.call(known).arrived.header("From") == f"{JUERGEN} {known};tag=1"


def test_a_directory_that_is_down_stops_no_call_and_is_asked_again_when_it_is_back(
    proxy: Proxy, directory: Directory
) -> None:
    known = uri("+49302312517")
    directory.crash()
    try:
        calls = [proxy.call(known) for _ in range(3)]
    finally:
        directory.start()
    assert {call.arrived.header("From") for call in calls} == {f"{known};tag=1"}
    assert max(call.seconds for call in calls) < 2
    # Each of Kamailio's processes has a connection of its own.
    for _ in range(4):
        assert proxy.call(known).arrived.header("From") == f"{JUERGEN} {known};tag=1"


def test_a_directory_that_hangs_stops_no_call_and_is_asked_again_when_it_goes_on(
    directory: Directory, tmp_path: Path
) -> None:
    known = uri("+49302312517")
    with Proxy(tmp_path, directory.url, PASSWORD, directory.authority) as proxy:
        directory.pause()
        try:
            calls = [proxy.call(known) for _ in range(4)]
        finally:
            directory.go_on()
        assert {call.arrived.header("From") for call in calls} == {f"{known};tag=1"}
        # The module waits at least 2 s for an answer, once in each process, then half a second for a connection.
        assert max(call.seconds for call in calls) < 4
        assert min(call.seconds for call in calls) < 1
        for _ in range(4):
            assert proxy.call(known).arrived.header("From") == f"{JUERGEN} {known};tag=1"
