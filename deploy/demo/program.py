"""One program of the demo: a process with its log file, started, waited for and stopped."""

import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

_PORTS = range(15_000, 32_000)
_given: set[int] = set()


class DidNotStart(RuntimeError):  # noqa: N818 - said to a person
    """The program ended, or did not answer in time; the message holds the end of its log."""


class PortTaken(RuntimeError):  # noqa: N818 - said to a person
    """Another program listens on a port that we need; the message names the port."""


def free_port() -> int:
    """Return a loopback TCP port that is free now, and that no outgoing connection is given before it is used.

    Systems take those from 32768 on (Linux) or higher (RFC 6335 §6: 49152); drawn anew by every process, never twice.
    """
    while True:
        port = secrets.choice(_PORTS)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port


def require_free(ports: Mapping[str, int]) -> None:
    """Raise PortTaken unless each loopback port can be listened on."""
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortTaken(
                    f"Port {port} ({name}) is taken by another program; stop it, or use --free-ports."
                ) from error


class Program:
    """A process in its own session; `stop` ends it with SIGTERM, then SIGKILL after a grace period."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = dict(env)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; its output goes to the log file, appended."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self.env},
                start_new_session=True,
            )  # fmt: skip

    def wait_for(self, url: str, seconds: float = 30) -> None:
        """Wait until the URL answers with 200; raises DidNotStart."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.running():
                break
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback URL
                    if answer.status == 200:  # noqa: PLR2004 - HTTP
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise DidNotStart(f"{self.name} did not start:\n{self.tail()}")

    def running(self) -> bool:
        """Say whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def stop(self, grace: float = 10) -> None:
        """End the process; safe to call when it has ended already."""
        if self.process is None:
            return
        for sign, wait in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            if self.process.poll() is None:
                self.process.send_signal(sign)
                try:
                    self.process.wait(wait)
                except subprocess.TimeoutExpired:
                    continue
        self.process = None

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
