"""A real NATS server on a free loopback port, with the settings the relay's page asks for."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.demo.program import free_port

BINARY = shutil.which("nats-server", path="/usr/sbin:/usr/bin:/usr/local/bin") or ""
START_SECONDS = 10.0
CONFIG = """\
listen: "127.0.0.1:{port}"
ping_interval: "10s"
ping_max: 2
write_deadline: "2s"
max_payload: 256KB
lame_duck_duration: "60s"
"""


class Nats:
    """One server; `kill` and `start` keep the port. Use as a context manager."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="nats-")
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._config = Path(self._folder.name) / "nats.conf"
        self._config.write_text(CONFIG.format(port=self.port))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start and wait until it accepts."""
        self._process = subprocess.Popen(
            [BINARY, "--config", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return self
        raise RuntimeError("nats-server did not start")

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process
        return self._process.pid

    def freeze(self) -> None:
        """Stop it where it stands, until `thaw`."""
        os.kill(self.pid, signal.SIGSTOP)
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.01)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._folder.cleanup()
