"""A real `contact-relay registrar serve` process for a relay that holds its public key only."""

import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from deploy.demo.program import Program, free_port
from tests.servers.relay import Relay


class RegistrarProcess:
    """The registrar whose public key `relay` trusts; administrators sign in at `authority`."""

    def __init__(self, relay: Relay, authority: str, client_id: str, **settings: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="registrar-")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.config = Path(self._folder.name) / "registrar.toml"
        values = {
            "listen": f"127.0.0.1:{port}",
            "private_key": relay.folder / "registrar.pem",
            "authority": authority,
            "client_id": client_id,
            "service_key": relay.folder / "service.pem.pub",
            **settings,
        }
        self.config.write_text("".join(f"{name} = '{value}'\n" for name, value in values.items()))
        command = [sys.executable, "-m", "relay_cloud", "registrar", "serve", "--config", self.config]
        self._program = Program("registrar", command, self.config.with_suffix(".log"), {})

    def output(self) -> str:
        """Return everything it wrote."""
        return self._program.log.read_text(encoding="utf-8")

    def metrics(self) -> str:
        """Return its metrics page."""
        return httpx.get(f"{self.url}/metrics", timeout=5).raise_for_status().text

    def __enter__(self) -> Self:
        self._program.start()
        self._program.wait_for(f"{self.url}/readyz")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.stop()
        self._folder.cleanup()
