"""LDAP caller lookups beside OpenLDAP, in one run: `python benchmarks/ldap.py [--contacts N] [--rounds N]`.

The front, in a process of its own over a real store and index, and a real slapd (`loglevel 0`, equality index) hold
the same contacts. A compiled load generator (ldap_load.c; one request outstanding on every connection) asks them in
turn, in slices, with the same pre-encoded requests; every answer is compared with the one whose entry was checked
before. Servers run on one core, the generator on another. The machine's speed swings, so compare neighbouring slices.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import uvloop

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.view import for_client
from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.server import LdapFront
from directory_server.store import clients
from directory_server.store.rows import Client, FieldGroup, Location
from tests.fakes.world import World
from tests.servers.slapd import Slapd

SUFFIX = "dc=contacts"
CALLERS = (2000, 50_000, 200_000)
"""Different numbers asked: so few that they come again within seconds, as many as are remembered, and so many that most
are new."""

SLICE_S = 0.8
PASSWORD = "benchmark"  # noqa: S105 - of a server that lives a minute on loopback


def number(at: int) -> str:
    """Return the number of the contact at this place."""
    return f"+4989{1_000_000 + at}"


def name(at: int) -> str:
    """Return its display name."""
    return f"Contact {at}"


def fill(folder: Path, count: int) -> None:
    """Put the contacts and one client into a store and index."""
    with World(folder) as world:
        source = world.source("people", Location("DE"))
        for start in range(0, count, 20_000):
            contacts = {
                str(at): Contact(
                    given_name="Contact", family_name=str(at), display_name=name(at), company="Example GmbH",
                    phones=(Phone(PhoneKind.WORK, number(at)),),
                )
                for at in range(start, min(start + 20_000, count))
            }  # fmt: skip
            world.put(source, contacts)
        client = Client(0, "sbc", "generic", frozenset({source.id}), frozenset(FieldGroup), "", Location("DE"))
        clients.add(world.database, client, PASSWORD)


def ldif(count: int) -> str:
    """Return the same contacts for slapd."""
    return "\n".join(
        f"dn: uid={at},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {at}\ncn: {name(at)}\nsn: {at}\n"
        f"givenName: Contact\ndisplayName: {name(at)}\no: Example GmbH\ntelephoneNumber: {number(at)}\n"
        for at in range(count)
    )


def serve(folder: Path, pipe: Pipe, core: set[int]) -> None:
    """Run the front until the pipe says so."""
    os.sched_setaffinity(0, core)

    async def until_told() -> None:
        with World(folder) as world:
            front = LdapFront(
                ldap=("127.0.0.1", 0),
                ldaps=None,
                tls=None,
                suffix=SUFFIX,
                verify=lambda *asked: clients.verify(world.database, *asked),
                verify_again=lambda *asked: clients.verify_again(world.database, *asked),
                views=lambda name: for_client(world.database, world.index, clients.by_name(world.database, name)),
                clock=time.monotonic,
            )
            await front.start()
            pipe.send(front.addresses["ldap"])
            await asyncio.to_thread(pipe.recv)
            await front.stop()

    uvloop.run(until_told())


def bind(user: str, password: str) -> bytes:
    """Return a simple bind."""
    body = ber.encode_integer(3) + ber.encode_text(user) + ber.encode_text(password, 0x80)
    return ber.encode(0x30, ber.encode_integer(1) + ber.encode(0x60, body))


def search(message_id: int, asked: str) -> bytes:
    """Return a caller lookup as a session border controller sends it."""
    assertion = ber.encode(0xA3, ber.encode_text("telephoneNumber") + ber.encode_text(asked))
    head = ber.encode_text(SUFFIX) + b"\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"
    attributes = ber.encode(0x30, ber.encode_text("displayName") + ber.encode_text("telephoneNumber"))
    body = head + assertion + attributes
    return ber.encode(0x30, ber.encode_integer(message_id) + ber.encode(0x63, body))


def whole(wire: socket.socket) -> bytes:
    """Receive messages up to the one that ends an operation."""
    data = b""
    while True:
        at = 0
        while (found := ber.header(data, at, len(data))) is not None and found[2] <= len(data):
            inner = ber.read(data, found[1], found[2])[2]
            if data[inner] in {0x61, 0x65}:
                return data
            at = found[2]
        data += wire.recv(65536)


@dataclass(frozen=True, slots=True)
class Slice:
    """What was measured of a server in one slice: answers per second, microseconds, microseconds of CPU per answer."""

    rate: float
    p50: float
    p99: float
    cpu: float


@dataclass
class Peer:
    """A server under test; `callers` is the file that the load generator reads."""

    name: str
    address: tuple[str, int]
    user: str
    password: str
    pid: int
    callers: Path

    def cpu(self) -> float:
        """Return the CPU seconds its process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Return the megabytes its process holds in memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def connect(self) -> socket.socket:
        """Return a bound connection."""
        wire = socket.create_connection(self.address)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sendall(bind(self.user, self.password))
        if whole(wire)[-7:] != b"\x0a\x01\x00\x04\x00\x04\x00":
            raise SystemExit(f"{self.name} refused the bind")
        return wire

    def learn(self, asked: list[int]) -> None:
        """Ask everything once, check each answer, and write both down for the load generator."""
        with self.connect() as wire, self.callers.open("wb") as file:
            put(file, bind(self.user, self.password))
            for place, at in enumerate(asked):
                request = search(1000 + place, number(at))
                wire.sendall(request)
                answer = whole(wire)
                wanted = ber.encode_text(name(at)), ber.encode_text(number(at)), b"\x0a\x01\x00\x04\x00\x04\x00"
                if any(part not in answer for part in wanted) or answer.count(b"displayName") != 1:
                    raise SystemExit(f"{self.name} answered {number(at)} wrongly")
                put(file, request)
                put(file, answer)

    def load(self, generator: Path, connections: int, callers: int, seed: int, *, persistent: bool) -> Slice:
        """Ask for a while."""
        numbers = (self.address[1], connections, SLICE_S, seed, callers, int(persistent))
        used = self.cpu()
        with self.callers.open("rb") as file:
            run = subprocess.run(
                [generator, *map(str, numbers)], stdin=file, capture_output=True, text=True, check=False
            )
        if run.returncode:
            raise SystemExit(f"{self.name}: {run.stderr}")
        answers, seconds, p50, _p90, p99 = map(float, run.stdout.split())
        return Slice(answers / seconds, p50, p99, (self.cpu() - used) / answers * 1e6)


def put(file: BinaryIO, data: bytes) -> None:
    """Write bytes behind their length."""
    file.write(len(data).to_bytes(4, "little") + data)


def measure(generator: Path, ours: Peer, theirs: Peer, case: tuple[int, int, bool], rounds: int) -> float:
    """Ask both in alternating slices, print what came of it, and return the ratio."""
    connections, callers, persistent = case
    found: dict[str, list[Slice]] = {peer.name: [] for peer in (ours, theirs)}
    for at in range(rounds + 1):
        for peer in (ours, theirs) if at % 2 == 0 else (theirs, ours):
            found[peer.name].append(peer.load(generator, connections, callers, at + 1, persistent=persistent))
    kind = "" if persistent else ", connect and bind for each look-up"
    print(f"{connections} connections, {callers} callers{kind}, {rounds} rounds of {SLICE_S} s each")
    for peer in (ours, theirs):
        slices = found[peer.name][1:]  # the first warms up
        rate, p50, p99, cpu = (statistics.median(part) for part in zip(*map(astuple, slices), strict=True))
        print(
            f"  {peer.name:<10} {rate:>8.0f} req/s   p50 {p50:>6.0f} µs   p99 {p99:>6.0f} µs   CPU {cpu:>4.0f} µs each"
            f"   {peer.resident_mb():>5.0f} MB"
        )
    pairs = zip(found[ours.name][1:], found[theirs.name][1:], strict=True)
    ratios = sorted(mine.rate / other.rate for mine, other in pairs)
    ratio = statistics.median(ratios)
    print(f"  ratio      {ratio:>8.2f} times slapd   (rounds {ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)
    return ratio


def main() -> None:
    """Fill both servers, then measure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--connections", type=int, nargs="+", default=[1, 16, 128])
    options.add_argument("--threads", type=int, default=4, help="slapd's; 4 and 16 are the usual best")
    chosen = options.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    server_core, own_core = ({cores[-1]}, {cores[0]}) if len(cores) > 1 else (set(cores), set(cores))
    asked = random.Random(1).sample(range(chosen.contacts), min(max(CALLERS), chosen.contacts))
    with tempfile.TemporaryDirectory(prefix="ldap-bench-") as name_:
        folder = Path(name_)
        generator = folder / "ldap_load"
        subprocess.run(["cc", "-O2", "-o", generator, Path(__file__).with_name("ldap_load.c")], check=True)
        start = time.perf_counter()
        fill(folder, chosen.contacts)
        filled = time.perf_counter()
        slapd = Slapd(suffix=SUFFIX, anonymous=False, global_extra=f"loglevel 0\nthreads {chosen.threads}")
        slapd.load(ldif(chosen.contacts))
        print(
            f"{chosen.contacts} contacts: ours stored and indexed in {filled - start:.1f} s,"
            f" slapd loaded in {time.perf_counter() - filled:.1f} s"
        )
        context: Any = multiprocessing.get_context("spawn")
        pipe, far = context.Pipe()
        process = context.Process(target=serve, args=(folder, far, server_core))
        process.start()
        os.sched_setaffinity(0, server_core)  # inherited by slapd
        with slapd:
            os.sched_setaffinity(0, own_core)
            slapd_pid = slapd.process.pid if slapd.process else 0
            there = ("127.0.0.1", slapd.port)
            ours = Peer("contactory", pipe.recv(), "sbc", PASSWORD, process.pid, folder / "ours")
            theirs = Peer("slapd", there, slapd.reader_dn, slapd.reader_password, slapd_pid, folder / "theirs")
            for peer in (ours, theirs):
                peer.learn(asked)
            several = sorted({min(number_, len(asked)) for number_ in CALLERS})
            cases = [(connections, callers, True) for connections in chosen.connections for callers in several]
            cases.append((16, several[0], False))
            ratios = [(case, measure(generator, ours, theirs, case, chosen.rounds)) for case in cases]
        print("\nconnections  callers  times slapd")
        for (connections, callers, persistent), ratio in ratios:
            print(f"{connections:>11}{callers:>9}{ratio:>13.2f}{'' if persistent else '   connect and bind each'}")
        pipe.send(None)
        process.join(10)


if __name__ == "__main__":
    main()
