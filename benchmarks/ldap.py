"""LDAP caller lookups beside OpenLDAP, in one run: `python benchmarks/ldap.py [--contacts N] [--rounds N]`.

The front, over a store and index that the product's own commands have filled, and real slapds with 4 and 16 threads
hold the same contacts. A compiled load generator (ldap_load.c) asks them in turn, in slices, with the same pre-encoded
requests; every answer is compared with the one whose entry was checked before. Servers run on one core, the generator
on another. The machine's speed swings, so each round compares neighbouring slices, ours with the faster slapd's.

At the end a second book of as many contacts is imported by `contact-directory sync`, which gives way by itself and may
run on any core: at first beside as many look-ups as the front can answer, then beside as many as a large site has. Of
these each takes until the kernel has its answer, as the generator may have to wait for its core. A slapd is asked at
the same time: what slows it down, too, is the machine's doing.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import ldap_book
from benchmarks.bars import Bar, table
from benchmarks.ldap_load import Found, Generator, Load
from benchmarks.ldap_servers import ECDSA, RSA, Server, running
from directory_server.directory.changes import Changes

FEW, SOME, MANY = 2000, 50_000, 200_000
"""Different callers asked for: so few that they come again within seconds, more, and so many that nearly all are new to
a server that has forgotten them before each slice. Where the connection is what is measured, few are asked for."""

LARGEST = 2_000_000
"""Contacts that slapd's database has room for."""
SLICE_S = 0.8
QUIET_S = 10.0
FULL_S = 15.0
QUIET_RATE = 1000
"""Look-ups a second while contacts are imported: what a large site's calls come to, far below what the front can do."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked, and how many times as fast as slapd a release and a moonshot are; whether ours forgets before."""

    name: str
    load: Load
    bars: tuple[float, float]
    forgotten: bool = False


CASES = (
    Case("plain, 1 connection", Load(1, SOME), (1, 3)),
    *(Case(f"plain, 16, {callers:,} callers", Load(16, callers), (2.5, 4.3)) for callers in (FEW, SOME, MANY)),
    *(Case(f"plain, 128, {callers:,} callers", Load(128, callers), (2, 4.3)) for callers in (FEW, SOME, MANY)),
    Case(f"plain, 16, {MANY:,} callers, forgotten", Load(16, MANY), (2.5, 4.3), forgotten=True),
    Case(f"plain, 128, {MANY:,} callers, forgotten", Load(128, MANY), (2, 4.3), forgotten=True),
    Case("plain, 16, connect and bind each", Load(16, FEW, persistent=False), (1.8, 2.8)),
    Case("LDAPS, 16 connections", Load(16, FEW, certificate=ECDSA), (2, 3)),
    Case("LDAPS, 128 connections", Load(128, FEW, certificate=ECDSA), (2, 3)),
    *(
        Case(f"LDAPS, 16, {kind} handshake each", Load(16, FEW, persistent=False, certificate=kind), bars)
        for kind, bars in ((ECDSA, (0.85, 1.4)), (RSA, (2.2, 2.8)))
    ),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians of the rounds: ours against the faster slapd's of each round."""

    rate: float
    p99: float


def compare(
    generator: Generator, ours: Server, theirs: list[Server], case: Case, *, rounds: int, changes: Changes
) -> Compared:
    """Ask everybody in turn, each round in another order; print what came of it."""
    load = case.load
    asked = [ours, *(server for server in theirs if load.certificate in server.ports)]
    found: dict[str, list[Found]] = {server.name: [] for server in asked}
    for at in range(rounds + 1):
        for server in asked[at % len(asked) :] + asked[: at % len(asked)]:
            if case.forgotten and server is ours:
                with changes.changing():  # whatever it remembers may be wrong from now on
                    pass
            found[server.name].append(generator.ask(server, load, SLICE_S, at + 1))
    print(f"{case.name} ({rounds} rounds of {SLICE_S} s each)")
    for server in asked:
        slices = found[server.name] = found[server.name][1:]  # the first warms up
        rate, p50, p99, cpu = (statistics.median(part) for part in zip(*map(astuple, slices), strict=True))
        print(
            f"  {server.name:<10} {rate:>8.0f} req/s   p50 {p50:>6.0f} µs   p99 {p99:>6.0f} µs   CPU {cpu:>5.0f} µs"
            f"   {server.resident_mb():>5.0f} MB"
        )
    mine = found.pop(ours.name)
    best = [max(slices, key=lambda one: one.rate) for slices in zip(*found.values(), strict=True)]
    pairs = list(zip(mine, best, strict=True))
    rates = sorted(one.rate / other.rate for one, other in pairs)
    waits = statistics.median(one.p99 / other.p99 for one, other in pairs)
    rate, cpu = statistics.median(rates), statistics.median(other.cpu / one.cpu for one, other in pairs)
    print(
        f"  ratio      {rate:>8.2f} (rounds {rates[0]:.2f} to {rates[-1]:.2f})   p99 {waits:.2f}"
        f"   answers per CPU second {cpu:.2f}",
        flush=True,
    )
    return Compared(rate, waits)


def import_beside(generator: Generator, servers: list[Server], data: Path, cores: list[int], callers: int) -> list[Bar]:
    """Ask before, during and after the import of the second book; print it, return each p99 during over the calmer p99.

    The first server is ours; those that have no part in the import show what the machine alone makes of it.
    """
    full, quiet = Load(16, callers), Load(16, callers, rate=QUIET_RATE)

    def asked(load: Load, seconds: float, seed: int, until: subprocess.Popen[bytes] | None = None) -> list[Found]:
        some = servers if load.rate else servers[:1]
        with ThreadPoolExecutor(len(some)) as threads:
            return list(threads.map(lambda one: generator.ask(one, load, seconds, seed, until=until), some))

    before = asked(full, QUIET_S, 1) + asked(quiet, QUIET_S, 2)
    command = [sys.executable, "-m", "directory_server", "--data", str(data), "sync", ldap_book.SECOND, "--json"]

    def anywhere() -> None:
        os.sched_setaffinity(0, cores)

    with (data.parent / "imported").open("w+b") as output:
        importing = subprocess.Popen(command, stdout=output, cwd=Path(__file__).parents[1], preexec_fn=anywhere)  # noqa: PLW1509 - one thread
        start = time.perf_counter()
        during = asked(full, FULL_S, 3) + asked(quiet, 3600, 4, importing)
        took = time.perf_counter() - start
        output.seek(0)
        created = json.loads(output.read())["created"]
    after = asked(full, QUIET_S, 5) + asked(quiet, QUIET_S, 6)
    print(f"{created:,} contacts imported in {took:.1f} s beside look-ups of each on 16 connections")
    bars = []
    names = [f"{servers[0].name}, all it can", *(f"{server.name}, {QUIET_RATE}/s" for server in servers)]
    for name, *found in zip(names, before, during, after, strict=True):
        for when, one in zip(("before", "during", "after"), found, strict=True):
            print(f"  {name:<20} {when:<8} {one.rate:>8.0f} req/s   p50 {one.p50:>6.0f} µs   p99 {one.p99:>6.0f} µs")
        earlier, now, later = found
        bars.append(Bar(f"p99 beside an import: {name}", now.p99 / min(earlier.p99, later.p99), "x idle", 2, 1.2))
    return bars


def main() -> None:
    """Fill both servers, measure, print the bars."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--only", default="", help="cases whose name has this in it; `import` is one")
    chosen = options.parse_args()
    begun, count = time.perf_counter(), min(chosen.contacts, LARGEST)
    cores = sorted(os.sched_getaffinity(0))
    server_core, own_core = ({cores[-1]}, {cores[0]}) if len(cores) > 1 else (set(cores), set(cores))
    asked = random.Random(1).sample(range(count), min(MANY, count))
    with tempfile.TemporaryDirectory(prefix="ldap-bench-") as name:
        folder = Path(name)
        data = folder / "data"
        generator = Generator(folder)
        ldap_book.fill(data, count)
        print(f"{count:,} contacts; servers on core {server_core}, generator on {own_core}")
        with running(data, count, server_core) as (ours, theirs):
            os.sched_setaffinity(0, own_core)
            for server in (ours, theirs[0]):
                generator.learn(server, asked)
            cases = [case for case in CASES if chosen.only in case.name and case.load.callers <= len(asked)]
            bars, changes = [], Changes(data / "index" / "changes")
            for case in cases:
                found = compare(generator, ours, theirs, case, rounds=chosen.rounds, changes=changes)
                bars.append(Bar(case.name, found.rate, "x slapd", *case.bars, least=True))
                bars.append(Bar("… p99", found.p99, "x slapd's", 1, 0.5))
            if not chosen.only:  # slapd holds in memory what it was asked for
                smallest = min(server.resident_mb() for server in theirs if "" in server.ports)
                bars.append(Bar("memory", ours.resident_mb() / smallest, "x slapd's", 0.25, 0.1))
            if chosen.only in "import":
                bars += import_beside(generator, [ours, theirs[0]], data, cores, FEW)
        print(f"\n{table(bars, count)}")
    print(f"the run took {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
