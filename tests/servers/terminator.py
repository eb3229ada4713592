"""TLS in front of a server on loopback, with a certificate of its own authority, as a load balancer ends it."""

import asyncio
import contextlib
import ssl
from pathlib import Path
from typing import Any

import trustme

from tests.servers.threaded import ThreadedServer


class Terminator(ThreadedServer):
    """Passes what comes by TLS to `url` on to `backend`, a loopback port; `ca_file` is its authority."""

    def __init__(self, folder: Path, backend: int = 0) -> None:
        super().__init__()
        self.backend = backend
        self.url = f"https://127.0.0.1:{self.port}"
        self.ca_file = folder / "terminator.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._context)

    async def _start(self, **how: Any) -> None:
        await super()._start(ssl=self._context, **how)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        away: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            answers, away = await asyncio.open_connection("127.0.0.1", self.backend)
            ways = (asyncio.ensure_future(_pass(reader, away)), asyncio.ensure_future(_pass(answers, writer)))
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
        for end in (writer, away):
            if end is not None:
                end.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
