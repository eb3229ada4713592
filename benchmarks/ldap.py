"""LDAP caller lookups beside OpenLDAP, in one run: `python benchmarks/ldap.py [--contacts N] [--rounds N]`.

The front, in a process of its own over a real store and index, and a real slapd (`loglevel 0`, equality index) hold
the same contacts. One closed-loop load generator (epoll, one request outstanding on every connection) asks them in
turn, in slices, with the same pre-encoded requests; every answer is compared with the one whose entry was checked
before. Servers run on one core, the generator on another. The machine's speed swings, so compare neighbouring slices.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import select
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

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
CALLERS = (2000, 50_000)
"""Different numbers asked: so few that they come again within seconds, and so many that nearly each one is new."""

SLICE_S = 0.6
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


@dataclass
class Peer:
    """A server under test and what was measured of it."""

    name: str
    address: tuple[str, int]
    user: str
    password: str
    pid: int
    requests: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def cpu(self) -> float:
        """Return the CPU seconds its process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> socket.socket:
        """Return a bound connection."""
        wire = socket.create_connection(self.address)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sendall(bind(self.user, self.password))
        if whole(wire)[-7:] != b"\x0a\x01\x00\x04\x00\x04\x00":
            raise SystemExit(f"{self.name} refused the bind")
        return wire

    def learn(self, asked: list[int]) -> None:
        """Ask everything once, check each answer, and remember it."""
        with self.connect() as wire:
            for place, at in enumerate(asked):
                request = search(1000 + place, number(at))
                wire.sendall(request)
                answer = whole(wire)
                wanted = ber.encode_text(name(at)), ber.encode_text(number(at)), b"\x0a\x01\x00\x04\x00\x04\x00"
                if any(part not in answer for part in wanted) or answer.count(b"displayName") != 1:
                    raise SystemExit(f"{self.name} answered {number(at)} wrongly")
                self.requests.append(request)
                self.answers.append(answer)


def run_slice(peer: Peer, wires: list[socket.socket], generator: random.Random, seconds: float, callers: int) -> None:
    """Keep one request outstanding on every connection for a while, for one of the first `callers` numbers learnt."""
    poll = select.epoll()
    pending: dict[int, tuple[socket.socket, int, bytes, float]] = {}
    clock = time.perf_counter
    requests, answers, latencies = peer.requests, peer.answers, []
    used = peer.cpu()
    start = clock()
    end = start + seconds
    for wire in wires:
        poll.register(wire.fileno(), select.EPOLLIN)
        at = generator.randrange(callers)
        pending[wire.fileno()] = (wire, at, b"", clock())
        wire.send(requests[at])
    while pending:
        for number_, _ in poll.poll():
            wire, at, held, sent = pending[number_]
            data = held + wire.recv(65536)
            if len(data) < len(answers[at]):
                pending[number_] = (wire, at, data, sent)
                continue
            now = clock()
            if data != answers[at]:
                raise SystemExit(f"{peer.name} gave a wrong answer")
            latencies.append(now - sent)
            if now >= end:
                del pending[number_]
                continue
            at = int(generator.random() * callers)
            pending[number_] = (wire, at, b"", now)
            wire.send(requests[at])
    poll.close()
    peer.rates.append(len(latencies) / (clock() - start))
    peer.latencies += latencies
    peer.cpu_s += peer.cpu() - used


def measure(ours: Peer, theirs: Peer, connections: int, rounds: int, callers: int) -> float:
    """Ask both in alternating slices, print what came of it, and return the ratio."""
    generator = random.Random(connections)
    wires = {peer.name: [peer.connect() for _ in range(connections)] for peer in (ours, theirs)}
    for peer in (ours, theirs):
        peer.rates, peer.latencies, peer.cpu_s = [], [], 0.0
        run_slice(peer, wires[peer.name], generator, SLICE_S, callers)
        peer.rates, peer.latencies, peer.cpu_s = [], [], 0.0
    for at in range(rounds):
        for peer in (ours, theirs) if at % 2 == 0 else (theirs, ours):
            run_slice(peer, wires[peer.name], generator, SLICE_S, callers)
    for held in wires.values():
        for wire in held:
            wire.close()
    print(f"{connections} connections, {callers} callers, {rounds} rounds of {SLICE_S} s each")
    for peer in (ours, theirs):
        cuts = statistics.quantiles(peer.latencies, n=100)
        print(
            f"  {peer.name:<10} {statistics.median(peer.rates):>8.0f} req/s   p50 {cuts[49] * 1e6:>6.0f} µs"
            f"   p99 {cuts[98] * 1e6:>6.0f} µs   CPU {peer.cpu_s / len(peer.latencies) * 1e6:>4.0f} µs each"
            f"   {len(peer.latencies)} answers, all right"
        )
    ratios = sorted(mine / other for mine, other in zip(ours.rates, theirs.rates, strict=True))
    ratio = statistics.median(ratios)
    print(f"  ratio      {ratio:>8.2f} times slapd   (rounds {ratios[0]:.2f} to {ratios[-1]:.2f})")
    return ratio


def main() -> None:
    """Fill both servers, then measure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--contacts", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--connections", type=int, nargs="+", default=[16, 128])
    options.add_argument("--threads", type=int, default=4, help="slapd's; 4 and 16 are the usual best")
    chosen = options.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    server_core, own_core = ({cores[-1]}, {cores[0]}) if len(cores) > 1 else (set(cores), set(cores))
    asked = random.Random(1).sample(range(chosen.contacts), min(max(CALLERS), chosen.contacts))
    with tempfile.TemporaryDirectory(prefix="ldap-bench-") as folder:
        start = time.perf_counter()
        fill(Path(folder), chosen.contacts)
        filled = time.perf_counter()
        slapd = Slapd(suffix=SUFFIX, anonymous=False, global_extra=f"loglevel 0\nthreads {chosen.threads}")
        slapd.load(ldif(chosen.contacts))
        print(
            f"{chosen.contacts} contacts: ours stored and indexed in {filled - start:.1f} s,"
            f" slapd loaded in {time.perf_counter() - filled:.1f} s"
        )
        context: Any = multiprocessing.get_context("spawn")
        pipe, far = context.Pipe()
        process = context.Process(target=serve, args=(Path(folder), far, server_core))
        process.start()
        os.sched_setaffinity(0, server_core)  # inherited by slapd
        with slapd:
            os.sched_setaffinity(0, own_core)
            slapd_pid = slapd.process.pid if slapd.process else 0
            ours = Peer("contactory", pipe.recv(), "sbc", PASSWORD, process.pid)
            theirs = Peer("slapd", ("127.0.0.1", slapd.port), slapd.reader_dn, slapd.reader_password, slapd_pid)
            for peer in (ours, theirs):
                peer.learn(asked)
            ratios = [
                (connections, callers, measure(ours, theirs, connections, chosen.rounds, callers))
                for connections in chosen.connections
                for callers in sorted({min(number_, len(asked)) for number_ in CALLERS})
            ]
        print("\nconnections  callers  times slapd")
        for connections, callers, ratio in ratios:
            print(f"{connections:>11}{callers:>9}{ratio:>13.2f}")
        pipe.send(None)
        process.join(10)


if __name__ == "__main__":
    main()
