"""`contact-directory serve` as a process, with or without workers."""

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from deploy.demo.program import Program
from deploy.demo.stack import BIN
from tests.fakes import ldap_oracle as oracle
from tests.fakes.command_line import CommandLine
from tests.servers.stack import CLIENT_PASSWORD, CUSTOMERS


def ldap_processes(parent: int) -> set[int]:
    """Return the ids of the processes of a server that serve LDAP."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    ids = {int(word) for listed in children for word in listed.read_text().split()}
    return {one for one in ids if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}


class Served:
    """`contact-directory serve` on free ports over one small source, with the client `sbc`."""

    def __init__(self, folder: Path, **settings: object) -> None:
        line = CommandLine(folder / "data")
        line.ok("init")
        (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
        line.ok("source", "add", "customers", "--type", "csv", "--set", f"path={folder / 'customers.csv'}")
        line.ok("sync")
        added = ("--preset", "audiocodes", "--sources", "customers", "--password-stdin")
        line.ok("client", "add", "sbc", *added, given=CLIENT_PASSWORD + "\n")
        listen = [word for front in ("--web", "--ldap", "--ldaps") for word in (front, "127.0.0.1:0")]
        environment = {f"CONTACTORY_{name.upper()}": str(value) for name, value in settings.items()}
        command = [BIN / "contact-directory", "--data", line.data, "serve", *listen]
        self.program = Program("serve", command, folder / "serve.log", environment)

    def __enter__(self) -> Self:
        self.program.start()
        self.until(lambda: "status " in self.program.log.read_text())
        # The kernel spreads connections over the workers: each gets some.
        self.until(lambda: all(self.answers() for _ in range(12)))
        return self

    def __exit__(self, *_: object) -> None:
        if self.program.process and self.program.running():
            self.program.process.send_signal(signal.SIGINT)
            self.program.process.wait(15)
        self.program.stop()

    @property
    def ldap(self) -> int:
        """Return the port of LDAP."""
        return self._port("ldap")

    @property
    def ldaps(self) -> int:
        """Return the port of LDAPS."""
        return self._port("ldaps")

    def _port(self, front: str) -> int:
        lines = self.program.log.read_text().splitlines()
        return next(int(line.rpartition(":")[2]) for line in lines if line.startswith(f"{front} "))

    def until(self, said: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not said():
            assert self.program.running(), self.program.tail()
            assert time.monotonic() < end, self.program.tail()
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ldap), timeout=5) as wire:
                wire.sendall(oracle.bind(1, "sbc", CLIENT_PASSWORD))
                return bool(wire.recv(100))
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        assert self.program.process
        self.program.process.send_signal(number)

    def workers(self) -> set[int]:
        """Return the ids of the processes that serve LDAP."""
        assert self.program.process
        return ldap_processes(self.program.process.pid)
