"""What the lines of very many tenants cost a relay: memory while idle, CPU while they connect at once, and again."""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.client import ClientConnection, connect

from directory_server.fronts.uplink.keys import SealingKeys
from relay_cloud.wire import frame
from relay_cloud.wire.session import DirectorySession, State
from tests.servers.relay import Relay

AT_ONCE = 200
Tenant = tuple[ec.EllipticCurvePrivateKey, str, bytes]
"""Identity key, credential, and the KEYS frame."""


@dataclass(frozen=True)
class Lines:
    """What was measured; `cpu_us` of one connect, of the relay."""

    count: int
    kib_each: float
    cpu_us: float
    storms_mb: list[float]

    @property
    def connects(self) -> float:
        """Connects a second that one core serves."""
        return 1e6 / self.cpu_us

    def __str__(self) -> str:
        after = ", ".join(f"{mb:.0f}" for mb in self.storms_mb)
        return (
            f"{self.count} lines of as many tenants: {self.kib_each:.1f} KiB each, {self.cpu_us:.0f} µs CPU a connect;"
            f" relay's memory after each of {len(self.storms_mb)} storms: {after} MB"
        )


def idle_lines(count: int, storms: int = 4) -> Lines:
    """Connect so many lines, each with its key configuration, cut them all and connect again, some times."""
    with Relay() as relay:
        return asyncio.run(_measure(relay, count, storms))


async def _measure(relay: Relay, count: int, storms: int) -> Lines:
    tenants = list(_tenants(relay, count))
    await _cut(relay, await _connect(relay, tenants[:20]))
    empty, memory, cpu = _rss_kib(relay.pid), list[float](), list[float]()
    for _ in range(storms):
        before = _cpu_s(relay.pid)
        sockets = await _connect(relay, tenants)
        cpu.append((_cpu_s(relay.pid) - before) / count * 1e6)
        await _registered(relay, count)
        memory.append(_rss_kib(relay.pid))
        await _cut(relay, sockets)
    return Lines(count, (memory[0] - empty) / count, min(cpu), [kib / 1024 for kib in memory])


def _tenants(relay: Relay, count: int) -> Iterator[Tenant]:
    for number in range(count):
        identity, tid = ec.generate_private_key(ec.SECP256R1()), UUID(int=number)
        credential = relay.credential(tid, identity)
        document = SealingKeys(time.time()).document(
            tid=tid, identity=identity, credential=credential, allow_service_end=True
        )
        yield identity, credential, frame.Keys(document).encode()


async def _connect(relay: Relay, tenants: list[Tenant]) -> list[ClientConnection]:
    gate = asyncio.Semaphore(AT_ONCE)
    host = relay.url.removeprefix("http://")

    async def one(identity: ec.EllipticCurvePrivateKey, credential: str, keys: bytes) -> ClientConnection:
        session = DirectorySession(credential=credential, identity=identity, host=host, nonce=secrets.token_bytes(32))
        async with gate:
            socket = await connect(
                f"ws://{host}/v1/line", compression=None, proxy=None, ping_interval=None, open_timeout=60
            )
            while session.state is not State.OPEN:
                for message in session.to_send():
                    await socket.send(message)
                session.receive(await socket.recv(decode=False))
            await socket.send(keys)
        return socket

    return await asyncio.gather(*(one(*tenant) for tenant in tenants))


async def _cut(relay: Relay, sockets: list[ClientConnection]) -> None:
    for socket in sockets:
        socket.transport.abort()
    await _registered(relay, 0)


async def _registered(relay: Relay, count: int) -> None:
    """Wait until the relay holds exactly so many lines: none is forgotten, none stays behind."""
    async with asyncio.timeout(30):
        while f"contact_relay_lines {count}\n" not in await asyncio.to_thread(relay.metrics):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _rss_kib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print(idle_lines(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
