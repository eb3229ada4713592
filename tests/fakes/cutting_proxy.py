"""A TCP proxy on loopback that cuts the connection after a number of bytes from the server."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class CuttingProxy:
    """Forwards to 127.0.0.1:`port`; after `limit` bytes of answers (all connections together) it drops both sides.

    `answered` counts the bytes passed on, so that a first run without a limit tells where to cut.
    """

    def __init__(self, port: int, limit: int | None = None) -> None:
        self._target = port
        self.limit = limit
        self.answered = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for opened in self._sockets:
            _drop(opened)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
                server.settimeout(None)
                self._sockets += [client, server]
                for source, sink, answers in ((client, server, False), (server, client, True)):
                    thread = threading.Thread(target=self._pump, args=(source, sink, answers), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answers and self.limit is not None:
                    data = data[: self.limit - self.answered]
                self.answered += len(data) if answers else 0
                sink.sendall(data)
                if answers and self.limit is not None and self.answered >= self.limit:
                    break
        _drop(source)
        _drop(sink)


def _drop(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)
    opened.close()
