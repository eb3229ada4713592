"""The parent's end of the child process: started with an order, read with a deadline, killed when in doubt."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any

from connectors.errors import PartialRead, Unreachable
from connectors.odbc.faults import Fault, classified

_ROOT = Path(__file__).resolve().parents[2]  # the folder that holds the package `connectors`
_AHEAD = 4  # messages read before they are asked for
_GRACE = 5.0  # seconds for a process to end, and for its answer to come beyond the database's own time-outs


class Child:
    """One order in one process; `secrets` never appear in its errors."""

    def __init__(self, order: dict[str, Any], secrets: tuple[str, ...], timeout: float) -> None:
        self._secrets = secrets
        self._timeout = timeout
        self._started = False
        self._closed = False
        self._messages: Queue[bytes] = Queue(_AHEAD)
        path = os.pathsep.join((str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "connectors.odbc.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a driver may print what must not be logged
            env={**os.environ, "PYTHONPATH": path},
        )
        self._reader = Thread(target=self._listen, daemon=True)
        self._reader.start()
        try:
            if self._process.stdin:
                self._process.stdin.write(json.dumps(order).encode() + b"\n")
                self._process.stdin.flush()
        except OSError as error:
            self.close()
            raise Unreachable("the process for database drivers could not be started") from error

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield the answers; returns only after the child's own word that it is at the end.

        Raises what the database said, Unreachable or PartialRead when the process died or kept silent.
        """
        received = 0
        while True:
            try:
                line = self._messages.get(timeout=self._timeout + _GRACE)
            except Empty:
                raise self._broken(f"sent nothing for {self._timeout:.0f} seconds (setting 'timeout')") from None
            if not line.endswith(b"\n"):
                raise self._broken(self._death())
            message: dict[str, Any] = json.loads(line)
            if "fault" in message:
                raise classified(Fault(**message["fault"]), self._secrets)
            if "end" in message:
                if message["end"] != received:
                    raise PartialRead(f"{received} of {message['end']} rows arrived from the database driver's process")
                return
            self._started = self._started or "rows" in message
            received += len(message.get("rows", ())) + ("container" in message)
            yield message

    def close(self) -> None:
        """Kill the process and wait for it; may be called twice. A read under way ends as broken."""
        self._closed = True
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(_GRACE)
        while not self._messages.empty():
            self._messages.get_nowait()
        self._messages.put(b"")  # whoever still reads learns that it is over
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _listen(self) -> None:
        while self._process.stdout and not self._closed:
            line = self._process.stdout.readline()
            while not self._closed:
                try:
                    self._messages.put(line, timeout=0.2)
                except Full:
                    continue
                break
            if not line.endswith(b"\n"):
                return

    def _death(self) -> str:
        try:
            code = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return "closed its line to us"
        return f"was ended by signal {-code}; the driver has crashed" if code < 0 else f"ended with code {code}"

    def _broken(self, what: str) -> PartialRead | Unreachable:
        kind = PartialRead if self._started else Unreachable
        return kind(f"the process for the database driver {what}")
