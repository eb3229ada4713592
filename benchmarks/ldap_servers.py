"""The servers that benchmarks/ldap.py asks: the front in a process of its own, and slapd with 4 and 16 threads.

All stand on one core. slapd runs with `loglevel 0`, mdb and equality indexes; both pairs, one with an ECDSA P-256
certificate and one with RSA-2048, read one database. Our front presents the same two certificates.
"""

import asyncio
import contextlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import trustme
import uvloop

from benchmarks.ldap_book import CLIENT, PASSWORD, SUFFIX, ldif
from directory_server.app.ldap_process import settled
from directory_server.directory.view import for_client
from directory_server.fronts.ldap.presented import Files, Presented
from directory_server.fronts.ldap.server import LdapFront
from directory_server.store import clients
from tests.fakes.world import World
from tests.servers.slapd import Slapd

ECDSA, RSA = "ECDSA", "RSA"
KINDS = {ECDSA: trustme.KeyType.ECDSA, RSA: trustme.KeyType.RSA}
THREADS = (4, 16)


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test: its process, how to bind, and its ports by certificate, "" for that without TLS."""

    name: str
    pid: int
    user: str
    password: str
    ports: dict[str, int]

    def cpu(self) -> float:
        """Return the CPU seconds its process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Return the megabytes its process holds in memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextlib.contextmanager
def running(data: Path, count: int, cores: set[int]) -> Iterator[tuple[Server, list[Server]]]:
    """Run ours over the data folder and every slapd over so many contacts, all on these cores."""
    own = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        first: Slapd | None = None
        slapds: dict[tuple[int, str], Slapd] = {}
        for kind, key_type in KINDS.items():
            for threads in THREADS:
                lines = f"loglevel 0\nthreads {threads}"
                made = Slapd(suffix=SUFFIX, tls=True, key_type=key_type, global_extra=lines, beside=first)
                stack.callback(made.close)
                if first is None:
                    first = made
                    first.load(ldif(count))
                slapds[threads, kind] = made
        os.sched_setaffinity(0, cores)  # inherited
        for slapd in slapds.values():
            slapd.start()
        ours = stack.enter_context(_front(data, {kind: slapds[THREADS[0], kind].folder for kind in KINDS}))
        os.sched_setaffinity(0, own)
        yield ours, [_server(slapd, *which) for which, slapd in slapds.items()]


def _server(slapd: Slapd, threads: int, kind: str) -> Server:
    ports = {kind: slapd.tls_port} | ({"": slapd.port} if kind == ECDSA else {})
    pid = slapd.process.pid if slapd.process else 0
    return Server(f"slapd-{threads}", pid, slapd.reader_dn, slapd.reader_password, ports)


@contextlib.contextmanager
def _front(data: Path, folders: dict[str, Path]) -> Iterator[Server]:
    context: Any = multiprocessing.get_context("spawn")
    pipe, far = context.Pipe()
    process = context.Process(target=_serve, args=(data, folders, far))
    process.start()
    try:
        yield Server("contactory", process.pid, CLIENT, PASSWORD, pipe.recv())
    finally:
        pipe.send(None)
        process.join(10)


def _serve(data: Path, folders: dict[str, Path], pipe: Pipe) -> None:
    """Serve until the pipe says so; `folders` hold a certificate each."""

    async def until_told() -> None:
        with World(data) as world:
            fronts = {kind: _made(world, folder, plain=kind == ECDSA) for kind, folder in folders.items()}
            for front in fronts.values():
                await front.start()
            settled()
            ports = {kind: front.addresses["ldaps"][1] for kind, front in fronts.items()}
            pipe.send(ports | {"": fronts[ECDSA].addresses["ldap"][1]})
            await asyncio.to_thread(pipe.recv)
            for front in fronts.values():
                await front.stop()

    uvloop.run(until_told())


def _made(world: World, folder: Path, *, plain: bool) -> LdapFront:
    files: Files = folder / "cert.pem", folder / "key.pem"
    presented = Presented(lambda: files, lambda: datetime.now(UTC))
    return LdapFront(
        ldap=("127.0.0.1", 0) if plain else None,
        ldaps=("127.0.0.1", 0),
        tls=presented.context,
        suffix=SUFFIX,
        verify=lambda *asked: clients.verify(world.database, *asked),
        verify_again=lambda *asked: clients.verify_again(world.database, *asked, time.monotonic()),
        views=lambda name: for_client(world.database, world.index, clients.by_name(world.database, name)),
        known_by=lambda address: clients.known_by(world.database, address),
        clock=time.monotonic,
        watch=presented.check,
    )
