"""A real `contact-relay serve` process on a free loopback port, with keys of its own in a temporary folder."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from deploy.demo.program import free_port
from relay_cloud.wire import credential, es256


def _write(folder: Path, name: str) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(private)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}.pem.pub").write_bytes(public)
    return key


class Relay:
    """One relay; `settings` go into its TOML file. `kill` and `start` keep port and keys; `output()` is all it said."""

    def __init__(self, **settings: Any) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="relay-")
        self.folder = Path(self._folder.name)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.registrar = _write(self.folder, "registrar")
        self.ticket_key = _write(self.folder, "ticket")
        self.service_key = _write(self.folder, "service")
        self._values: dict[str, Any] = {
            "listen": f"127.0.0.1:{self.port}",
            "public_url": self.url,
            "registrar_key": str(self.folder / "registrar.pem.pub"),
            "registrar_private_key": str(self.folder / "registrar.pem"),
            "ticket_key": str(self.folder / "ticket.pem.pub"),
            "service_key": str(self.folder / "service.pem.pub"),
            "registrar_client_id": "administration",
        }
        self.config = self.folder / "relay.toml"
        self.set(**settings)
        self.process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def set(self, **settings: Any) -> None:
        """Write its settings anew, for the next start; None takes one away."""
        self._values |= settings
        given = {name: value for name, value in self._values.items() if value is not None}
        lines = [f"{k} = {v!r}" if isinstance(v, str) else f"{k} = {v}" for k, v in given.items()]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def start(self) -> Self:
        """Start and wait until it is healthy."""
        self._log = (self.folder / "relay.log").open("ab")
        command = [sys.executable, "-m", "relay_cloud", "serve", "--config", str(self.config)]
        self.process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.url}/healthz", timeout=2).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.03)
            else:
                return self
        raise RuntimeError(f"relay did not start: {self.output()[-2000:]}")

    @property
    def pid(self) -> int:
        """The process."""
        assert self.process
        return self.process.pid

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        self._end(kill=True)

    def stop(self) -> None:
        """End it in order."""
        self._end(kill=False)

    def close(self) -> None:
        """End it and remove its files."""
        self.stop()
        self._folder.cleanup()

    def _end(self, *, kill: bool) -> None:
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(timeout=20)
            self.process = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def output(self) -> str:
        """Return everything it wrote to stdout and stderr."""
        return (self.folder / "relay.log").read_text(encoding="utf-8", errors="replace")

    def metrics(self) -> str:
        """Return its metrics page."""
        return httpx.get(f"{self.url}/metrics", timeout=5).raise_for_status().text

    def ticket(self, tid: UUID, cls: str = "tab", *, lives: float = 600, key: Any = None, **claims: Any) -> str:
        """Return a ticket for the tenant, as the Teams service would sign it."""
        content = {"tid": str(tid), "exp": int(time.time() + lives), "cls": cls, **claims}
        return jwt.encode(content, key or self.ticket_key, algorithm="ES256")

    def credential(self, tid: UUID, identity: ec.EllipticCurvePrivateKey, epoch: int = 1, *, age: int = 0) -> str:
        """Return a credential of this relay's registrar."""
        thumbprint = es256.thumbprint(identity.public_key())
        return credential.issue(self.registrar, tid=tid, thumbprint=thumbprint, epoch=epoch, now=int(time.time()) - age)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
