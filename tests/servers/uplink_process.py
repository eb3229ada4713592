"""A directory's uplink as a process of its own: the real one over a store on disk, with made-up persons.

Run as a program by `UplinkProcess`: `python -m tests.servers.uplink_process FOLDER DELAY PROXY CA_FILE`.
"""

import asyncio
import contextlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.demo.program import Program
from directory_server.directory.person_json import person_json
from directory_server.fronts.uplink import outbound, tenant
from directory_server.fronts.uplink.proxy import Login
from directory_server.fronts.uplink.uplink import Uplink
from directory_server.store.database import Database
from directory_server.vault.vault import Vault
from relay_cloud.wire import es256
from tests.fakes.uplinked import API, TAB, TID, FakeView, person
from tests.servers.relay import Relay

READY_S = 20.0


def _open(folder: Path) -> Database:
    return Database.open(folder / "contactory.sqlite", Vault((folder / "master").read_bytes()))


class UplinkProcess:
    """Registered at `issuer`'s registrar, dials `relay`; each search takes `delay` seconds.

    `proxy` and `ca_file` are as in the settings, `login` is kept for the proxy, `direct` names what it is not for.
    """

    def __init__(
        self,
        folder: Path,
        issuer: Relay,
        relay: str,
        authority: str,
        *,
        delay: float = 0.05,
        proxy: str = "",
        login: Login | None = None,
        ca_file: Path | None = None,
        direct: str = "",
    ) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "master").write_bytes(bytes(range(32)))
        database = _open(folder)
        registered = tenant.Tenant(
            tid=TID,
            relay=relay,
            registrar=issuer.url,
            authority=authority,
            client_id="admin",
            epoch=1,
            credential=issuer.credential(TID, tenant.identity_key(database), 1),
            audiences=tenant.names_of_audience(API),
            clients=frozenset((TAB,)),
            service_key=es256.to_jwk(issuer.service_key.public_key()),
        )
        tenant.save(database, registered)
        if login is not None:
            outbound.save(database, login)
        database.close()
        command: list[str | Path] = [sys.executable, "-m", "tests.servers.uplink_process", str(folder), str(delay)]
        command += [proxy, str(ca_file or "")]
        self.program = Program("uplink", command, folder / "uplink.log", {"NO_PROXY": direct})
        self._lines = folder / "lines"

    def start(self) -> Self:
        """Start; `lines` says how many lines are open."""
        self._lines.write_text("")
        self.program.start()
        return self

    @property
    def pid(self) -> int:
        """The process."""
        assert self.program.process
        return self.program.process.pid

    def lines(self) -> list[str]:
        """Return the states of its lines."""
        return self._lines.read_text().split()

    def connected(self, count: int, seconds: float = READY_S) -> None:
        """Wait until so many lines are open."""
        end = time.monotonic() + seconds
        while sum(state in ("connected", "polling") for state in self.lines()) != count:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.lines()} instead of {count} lines: {self.program.tail()}")
            time.sleep(0.02)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.program.stop()


async def _main(folder: Path, delay: float, proxy: str, ca_file: str) -> None:
    database = _open(folder)
    uplink = Uplink(
        database,
        outbound=outbound.Outbound(proxy, Path(ca_file) if ca_file else None, lambda: outbound.load(database)),
        views=lambda oid, groups: FakeView([person(1, "Müller, Jörg")], delay),  # type: ignore[arg-type,return-value] # fake
        ages=lambda: {"Kunden": 60},
        render=person_json,
        version="test",
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    )
    await uplink.start()
    told = ""
    while True:
        states = " ".join(line.state for line in uplink.status())
        if states != told:
            told = states
            (folder / "lines").write_text(states)
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Path(sys.argv[1]), float(sys.argv[2]), *sys.argv[3:]))
