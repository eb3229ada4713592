"""Relay round trip beside a plain FastAPI POST echo, in one run: `python benchmarks/relay.py [--seconds N]`.

Client → relay → line → directory → back: with a directory that echoes, at one relay and at two over NATS (the client at
one, the line at the other), and with the real uplink that opens a sealed search, asks a real index of 2,000 contacts
and seals the answer. 4 KiB each way. Then what lines cost: idle, and when very many connect at once. Everything shares
this machine's cores, so compare CPU per request and ratios, not requests a second.
"""

import argparse
import asyncio
import multiprocessing
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response

from benchmarks.bars import Bar, table
from benchmarks.relay_echo import PAYLOAD, post, sealed_to_nobody, serve_line
from benchmarks.relay_lines import Lines, idle_lines
from connectors.contact import Contact, Phone, PhoneKind
from deploy.demo.program import free_port
from directory_server.directory.view import for_admin
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity, uplinked
from tests.fakes.world import World
from tests.servers.cluster import Cluster
from tests.servers.jwks import JwksServer
from tests.servers.relay import Relay

ONE, TWO = "relay, echoing directory", "two relays over NATS, echoing directory"
UNLIMITED: dict[str, Any] = {"tenant_rate": 1e9, "tenant_burst": 1_000_000_000}
IDLE = 2000
LEVELS = (1, 50)
OPTIONS: dict[str, Any] = {"http": "httptools", "loop": "uvloop", "access_log": False, "log_level": "warning"}


@dataclass
class Figures:
    """One measurement."""

    name: str
    concurrent: int
    requests: int
    seconds: float
    latencies: list[float]
    cpu_us: float

    def row(self, floor: float) -> str:
        """Return the printed line; `floor` is the CPU of the plain echo."""
        cuts = statistics.quantiles(self.latencies, n=100)
        return (
            f"{self.name:40} @{self.concurrent:<3} {self.requests / self.seconds:7.0f} req/s"
            f"   p50 {cuts[49] * 1e3:6.2f} ms   p99 {cuts[98] * 1e3:7.2f} ms"
            f"   {self.cpu_us:5.0f} µs CPU/request = {self.cpu_us / floor:.2f} of the echo"
        )


def cpu_of(*pids: int) -> float:
    """Return the seconds of CPU that processes have used."""
    return sum(map(_cpu, pids))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(port: int, requests: Iterator[bytes], concurrent: int, seconds: float) -> tuple[float, list[float]]:
    """Send until the time is over; returns the time taken and each latency. Any answer but 200 is an error."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (start := time.perf_counter()) < end and (request := next(requests, None)) is not None:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            body = await reader.readexactly(size)
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(f"answered {head[:20]!r} {body[:200]!r}")
            latencies.append(time.perf_counter() - start)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(concurrent)))
    return time.perf_counter() - began, latencies


async def measure(
    name: str, port: int, pids: tuple[int, ...], requests: Callable[[int], Iterator[bytes]], seconds: float
) -> list[Figures]:
    """Measure at every level, after warming up."""
    await load(port, requests(100), 4, 0.3)
    found = []
    for concurrent in LEVELS:
        before = cpu_of(*pids)
        took, latencies = await load(port, requests(concurrent), concurrent, seconds)
        cpu = (cpu_of(*pids) - before) / len(latencies) * 1e6
        found.append(Figures(name, concurrent, len(latencies), took, latencies, cpu))
    return found


def serve_echo(port: int) -> None:
    """Run a plain FastAPI echo."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type="application/octet-stream")

    uvicorn.run(app, host="127.0.0.1", port=port, **OPTIONS)


def serve_directory(relay: Relay, authority: str, identity: Identity, folder: str) -> None:
    """Run the real uplink over a real index of 2,000 contacts."""

    async def run() -> None:
        with World(Path(folder)) as world:
            source = world.source("Kunden")
            world.put(source, {str(n): contact(n) for n in range(2000)})

            def views(_: str, __: frozenset[str]) -> Any:
                return for_admin(world.database, world.index, country="DE")

            uplink_folder = Path(folder) / "uplink"
            uplink_folder.mkdir()
            identity.authority = authority
            async with uplinked(relay, uplink_folder, identity, epoch=2, views=views):
                await asyncio.Event().wait()

    asyncio.run(run())


def contact(number: int) -> Contact:
    """Return a made-up contact."""
    names = ("Müller", "Schmidt", "Weber", "Fischer", "Wagner", "Becker", "Hoffmann", "Koch")
    return Contact(
        given_name=f"Jörg{number % 97}",
        family_name=f"{names[number % 8]}{number % 211}",
        company=f"Firma {number % 50} GmbH",
        phones=(Phone(PhoneKind.WORK, f"+49 89 {100000 + number}"),),
    )


async def searches(relay: Relay, token: str, ticket: str, count: int) -> list[bytes]:
    """Seal so many searches to the real directory, once it is connected."""
    async with httpx.AsyncClient(trust_env=False) as client:
        end = End(client, relay.url, TID, relay.registrar.public_key())
        for _ in range(600):
            if (await client.get(f"{end.url}/keys")).is_success and (await end.fetch_keys()).sequence:
                break
            await asyncio.sleep(0.05)
        body = {"text": "jörg12 müller", "limit": 10}
        return [post(f"/v1/t/{TID}", end.sealed("search", body, token=token)[0].encode(), ticket) for _ in range(count)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="time per measurement")
    seconds = parser.parse_args().seconds
    processes = multiprocessing.get_context("fork")
    port = free_port()
    echo = processes.Process(target=serve_echo, args=(port,), daemon=True)
    echo.start()
    wait_for(port)
    payload = cycle([post("/echo", secrets.token_bytes(PAYLOAD))])
    rows = asyncio.run(measure("plain FastAPI POST echo", port, (echo.pid or 0,), lambda _: payload, seconds))
    echo.terminate()
    rows += over_nats(processes, seconds)
    with Relay(**UNLIMITED) as relay, JwksServer() as keys, tempfile.TemporaryDirectory() as folder:
        pids = (relay.pid,)
        private = (relay.folder / "ticket.pem").read_bytes()
        arguments = (relay.url, relay.credential(TID, relay.ticket_key), private)
        line = processes.Process(target=serve_line, args=arguments, daemon=True)
        line.start()
        wait_for_line(relay)
        ticket = relay.ticket(TID)
        rows += asyncio.run(measure(ONE, relay.port, pids, sealed_to_nobody(ticket), seconds))
        line.terminate()
        identity = Identity()
        keys.document = identity.jwks()
        directory = processes.Process(
            target=serve_directory, args=(relay, keys.authority, identity, folder), daemon=True
        )
        directory.start()
        wait_for_line(relay, "2")
        identity.authority = keys.authority
        sealed = iter(asyncio.run(searches(relay, identity.token(), ticket, int(2000 * seconds))))
        rows += asyncio.run(
            measure("relay, sealed search (2,000 contacts)", relay.port, pids, lambda _: sealed, seconds)
        )
        directory.terminate()
    for row in rows:
        print(row.row(next(floor.cpu_us for floor in rows if floor.concurrent == row.concurrent)))
    lines = idle_lines(IDLE)
    print(lines)
    print(table(bars(rows, lines), 1_000_000))


def bars(rows: list[Figures], lines: Lines) -> list[Bar]:
    """Return what is wanted of a relay."""
    found = {(row.name, row.concurrent): row for row in rows}
    alone, nats = found[ONE, 50], found[TWO, 50]
    added = statistics.median(found[ONE, 1].latencies) - statistics.median(rows[0].latencies)
    return [
        Bar("CPU a request, one relay, 50 at once", alone.cpu_us, "µs", 100, 60),
        Bar("CPU a request, two relays and NATS, 50 at once", nats.cpu_us, "µs", 200, 120),
        Bar("added latency p50, unloaded, one relay", added * 1e3, "ms", 0.5, 0.2),
        Bar("memory of an idle line", lines.kib_each, "KiB", 24, 20),
        Bar("lines that connect, a second and core", lines.connects, "/s", 1000, 3000, least=True),
    ]


def over_nats(processes: Any, seconds: float) -> list[Figures]:
    """Measure two relays: the client is at one, the line at the other; CPU of both and of NATS together."""
    with Cluster(2, **UNLIMITED) as cluster:
        entry, holder = cluster.relays
        private = (entry.folder / "ticket.pem").read_bytes()
        credential = entry.credential(TID, entry.ticket_key)
        host = cluster.url.removeprefix("http://")
        line = processes.Process(target=serve_line, args=(holder.url, credential, private, host), daemon=True)
        line.start()
        wait_for_line(holder)
        pids = (entry.pid, holder.pid, cluster.nats.pid)
        rows = asyncio.run(measure(TWO, entry.port, pids, sealed_to_nobody(entry.ticket(TID)), seconds))
        line.terminate()
        return rows


def wait_for(port: int) -> None:
    """Wait until something answers on the port."""
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return


def wait_for_line(relay: Relay, handshakes: str = "1") -> None:
    """Wait until a directory is connected for the so-manieth time."""
    for _ in range(600):
        text = relay.metrics()
        if f'result="ok"}} {handshakes}' in text and "contact_relay_lines 1" in text:
            time.sleep(0.2)
            return
        time.sleep(0.05)
    raise RuntimeError("no directory connected")


if __name__ == "__main__":
    main()
