"""`make run` as a stranger meets it: what it prints works as it stands, Ctrl-C stops all, a second start goes on."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.demo.stack import Ports

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(180)]


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """Run the demo until everything is printed; stop it with Ctrl-C and expect a clean end."""
    command = [sys.executable, "-m", "deploy.demo.run", "--folder", folder, "--free-ports"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    printed = ""
    try:
        while process.stdout is not None and "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield printed
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def output_of(command: str) -> str:
    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True, timeout=30)
    return done.stdout


def test_what_the_demo_prints_works_and_a_second_start_goes_on(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as printed:
        assert (
            len(re.findall(r"^ +(?:Anna|Ben) \S+ +http://127\.0\.0\.1:\d+/tab/\?login_hint=", printed, re.MULTILINE))
            == 2
        )
        assert "contacts in" in printed
        ldapsearch = next(line for line in printed.splitlines() if "ldapsearch -LLL" in line)
        assert "telephoneNumber: 0049" in output_of(ldapsearch)
        lookup = next(line for line in printed.splitlines() if " lookup " in line)
        assert "Jürgen Groß" in output_of(lookup)
        status = re.search(r"http://\S+/status\?key=\S+", printed)
        assert status
        with urllib.request.urlopen(status[0].replace("/status?", "/status.json?"), timeout=10) as answer:
            facts = json.load(answer)
        assert [source["name"] for source in facts["sources"]] == ["crm", "customers", "staff"]
        assert sum(source["contacts"] for source in facts["sources"]) > 1900
        assert {part["health"] for part in facts["sources"] + facts["fronts"] + facts["lines"]} == {"good"}
    started = time.monotonic()
    with demo(tmp_path / "demo") as printed:
        assert "contacts in" not in printed
        ldapsearch = next(line for line in printed.splitlines() if "ldapsearch -LLL" in line)
        assert "telephoneNumber: 0049" in output_of(ldapsearch)
    assert time.monotonic() - started < 60


def test_a_taken_port_is_named_and_nothing_is_left_running(tmp_path: Path) -> None:
    port = Ports().relay
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", port))
            other.listen()
        except OSError:
            pass  # somebody else holds it already: just as good
        command = [sys.executable, "-m", "deploy.demo.run", "--folder", tmp_path / "demo"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Port ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "demo").exists()
