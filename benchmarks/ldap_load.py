"""The compiled load generator (ldap_load.c) in use: what it asks, and what it found."""

import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from benchmarks import ldap_wire as wire
from benchmarks.ldap_book import SUFFIX, name, number
from benchmarks.ldap_servers import Server
from directory_server.fronts.ldap import ber


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: on how many connections, of how many different callers, whether over the same connections.

    `certificate` is "" without TLS; at `rate` 0 each connection asks as soon as it was answered, else so many are asked
    a second over all.
    """

    connections: int
    callers: int
    persistent: bool = True
    certificate: str = ""
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured: answers a second, microseconds, microseconds of CPU per answer."""

    rate: float
    p50: float
    p99: float
    cpu: float


class Generator:
    """Asks servers; `folder` takes its program and what each kind of server is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = folder / "ldap_load"
        source = Path(__file__).with_name("ldap_load.c")
        subprocess.run(["cc", "-O2", "-o", self._program, source, "-lssl", "-lcrypto"], check=True)

    def learn(self, server: Server, asked: list[int]) -> None:
        """Ask everything once, check each answer, and write both down for servers that bind as this one."""
        greeting = wire.bind(server.user, server.password)
        with (
            socket.create_connection(("127.0.0.1", server.ports[""])) as connected,
            self._callers(server).open("wb") as file,
        ):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.sendall(greeting)
            if not wire.whole(connected).endswith(wire.SUCCESS):
                raise SystemExit(f"{server.name} refused the bind")
            _put(file, greeting)
            for place, at in enumerate(asked):
                request = wire.search(1000 + place, SUFFIX, number(at))
                connected.sendall(request)
                answer = wire.whole(connected)
                wanted = ber.encode_text(name(at)), ber.encode_text(number(at)), wire.SUCCESS
                if any(part not in answer for part in wanted) or answer.count(b"displayName") != 1:
                    raise SystemExit(f"{server.name} answered {number(at)} wrongly")
                _put(file, request)
                _put(file, answer)

    def ask(
        self, server: Server, load: Load, seconds: float, seed: int, *, until: subprocess.Popen[bytes] | None = None
    ) -> Found:
        """Ask for so long, or `until` a process ends; SystemExit for an answer other than the one that was learnt."""
        port = server.ports[load.certificate]
        persistent, secure = int(load.persistent), int(bool(load.certificate))
        numbers = (port, load.connections, seconds, seed, load.callers, persistent, secure, load.rate)
        used = server.cpu()
        with self._callers(server).open("rb") as file:
            command = [str(self._program), *map(str, numbers)]
            run = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if until is not None:
            until.wait()
            run.terminate()
        output, fault = run.communicate()
        if run.returncode:
            raise SystemExit(f"{server.name}: {fault}")
        answers, took, p50, _p90, p99 = map(float, output.split())
        return Found(answers / took, p50, p99, (server.cpu() - used) / answers * 1e6)

    def _callers(self, server: Server) -> Path:
        return self._folder / f"callers of {server.user}"


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(len(data).to_bytes(4, "little") + data)
