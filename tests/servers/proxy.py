"""A forward HTTP proxy in a thread, of the kinds that companies run: it asks for a password, inspects, strips, buffers.

It serves `CONNECT`, requests with absolute URLs and, with `target` set, any other request as a transparent proxy does.
"""

import asyncio
import base64
import contextlib
import os
import ssl
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlsplit

import trustme

from tests.servers.threaded import ThreadedServer

Mode = Literal["open", "basic", "ntlm", "negotiate", "inspecting", "stripping", "buffering"]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

USER, PASSWORD = "CORP\\anna", "s3cret-ümlaut%"
ENDS = {"204", "304"}
"""Statuses without content."""


class Proxy(ThreadedServer):
    """One proxy at `url`; in the modes basic, ntlm and negotiate it wants USER and PASSWORD.

    inspecting: ends TLS within CONNECT with certificates of its own CA (`ca`, PEM file `ca_file`), and verifies the
    target by `trusts`. stripping: takes Upgrade out of plain requests, within CONNECT too. buffering: passes on a
    response when it has all of it, what follows a 101 too. `idle_s`: cuts what has been silent for so long.
    `targets` lists host:port of every tunnel and request let through, `asked` counts the 407 answers.
    """

    def __init__(
        self, mode: Mode = "open", *, idle_s: float | None = None, target: int | None = None, trusts: Path | None = None
    ) -> None:
        super().__init__()
        self.mode = mode
        self.target = target
        self.url = f"http://127.0.0.1:{self.port}"
        self.targets: list[str] = []
        self.asked = 0
        self.cuts = 0
        self.ca = trustme.CA()
        self._idle_s = idle_s
        self._upstream = ssl.create_default_context(cafile=trusts)
        self._folder = tempfile.TemporaryDirectory(prefix="proxy-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self.ca.cert_pem.write_to_path(self.ca_file)
        self._users = Path(self._folder.name) / "users"
        domain, _, user = USER.partition("\\")
        self._users.write_text(f"{domain}:{user}:{PASSWORD}", encoding="utf-8")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._folder.cleanup()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever breaks off, or is refused by the other's TLS, only ends this connection.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._requests(reader, writer)
        writer.close()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guard = _Guard(self.mode, self._users)
        while True:
            line, headers = await _head(reader)
            method, where, _ = line.split(" ", 2)
            said = headers.pop("proxy-authorization", "")
            if self.mode in _Guard.MODES and not (challenge := guard.judge(said)).let_in:
                self.asked += 1
                await _body(reader, headers)
                await _answer(writer, "407 Proxy Authentication Required", challenge.text)
                continue
            split = urlsplit(f"//{where}" if method == "CONNECT" else where)
            host, port = split.hostname or "127.0.0.1", split.port or (80 if split.netloc else self.target)
            self.targets.append(f"{host}:{port}")
            try:
                away = await asyncio.open_connection(host, port)
            except OSError:
                await _answer(writer, "502 Bad Gateway")
                return
            try:
                if method == "CONNECT":
                    await _send(writer, b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await self._tunnel((reader, writer), away, host)
                else:
                    path = where[where.index(split.netloc) + len(split.netloc) :] if split.netloc else where
                    await self._forward(f"{method} {path or '/'} HTTP/1.1", headers, (reader, writer), away)
            finally:
                away[1].close()
            return

    async def _tunnel(self, here: Streams, away: Streams, host: str) -> None:
        if self.mode == "inspecting":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.ca.issue_cert(host).configure_cert(context)
            await here[1].start_tls(context)
            await away[1].start_tls(self._upstream, server_hostname=host)
        if self.mode in ("stripping", "buffering"):
            line, headers = await _head(here[0])
            await self._forward(line, headers, here, away)
        else:
            await self._join(here, away)

    async def _forward(self, line: str, headers: dict[str, str], here: Streams, away: Streams) -> None:
        """Pass on requests and responses one after the other, until one side closes or upgrades."""
        while True:
            if self.mode == "stripping":
                headers = {name: value for name, value in headers.items() if name not in ("upgrade", "connection")}
            await _send(away[1], _bytes(line, headers) + await _body(here[0], headers))
            status, answered = await _head(away[0])
            code = status.split(" ")[1]
            response = _bytes(status, answered)
            if self.mode == "buffering":
                until_end = code == "101" or not _is_framed(answered)
                response += b"" if code in ENDS else await (away[0].read() if until_end else _body(away[0], answered))
                await _send(here[1], response)
            elif code == "101":
                await _send(here[1], response)
                await self._join(here, away)
                return
            else:
                await _send(here[1], response + (b"" if code in ENDS else await _body(away[0], answered)))
            line, headers = await _head(here[0])

    async def _join(self, here: Streams, away: Streams) -> None:
        """Pass bytes both ways, until one side closes or both have been silent for too long."""
        heard = self._loop.time()

        async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal heard
            with contextlib.suppress(OSError):
                while data := await reader.read(65536):
                    heard = self._loop.time()
                    await _send(writer, data)

        async def watch(idle_s: float) -> None:
            while (left := heard + idle_s - self._loop.time()) > 0:  # noqa: ASYNC110 - each byte moves the end
                await asyncio.sleep(left)
            self.cuts += 1

        tasks = [asyncio.ensure_future(copy(here[0], away[1])), asyncio.ensure_future(copy(away[0], here[1]))]
        if self._idle_s is not None:
            tasks.append(asyncio.ensure_future(watch(self._idle_s)))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()


class _Challenge:
    def __init__(self, text: str = "", *, let_in: bool = False) -> None:
        self.text = text
        self.let_in = let_in


class _Guard:
    """Judges what one connection says in Proxy-Authorization."""

    MODES = ("basic", "ntlm", "negotiate")

    def __init__(self, mode: Mode, users: Path) -> None:
        self._mode = mode
        self._users = users
        self._context: Any = None
        self._let_in = False

    def judge(self, said: str) -> _Challenge:
        scheme, _, token = said.partition(" ")
        if self._mode == "basic":
            sent = base64.b64decode(token).decode() if scheme.lower() == "basic" else ""
            return _Challenge('Basic realm="proxy"', let_in=sent == f"{USER}:{PASSWORD}")
        name = "NTLM" if self._mode == "ntlm" else "Negotiate"
        if self._let_in or scheme != name:
            return _Challenge(name, let_in=self._let_in)
        return self._step(name, base64.b64decode(token))

    def _step(self, name: str, token: bytes) -> _Challenge:
        import spnego

        os.environ["NTLM_USER_FILE"] = str(self._users)
        try:
            self._context = self._context or spnego.server(protocol=self._mode)
            answer = self._context.step(token) or b""
        except spnego.exceptions.SpnegoError:
            self._context = None
            return _Challenge(name)
        finally:
            del os.environ["NTLM_USER_FILE"]
        self._let_in = self._context.complete
        return _Challenge(f"{name} {base64.b64encode(answer).decode()}", let_in=self._let_in)


async def _head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """Return first line and headers (lower-case names); a connection that ends raises IncompleteReadError."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    return lines[0], {name.strip().lower(): value.strip() for name, value in pairs}


def _is_framed(headers: dict[str, str]) -> bool:
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "")


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", 0)))
    parts = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        parts += size + await reader.readexactly(int(size, 16) + 2)
        if int(size, 16) == 0:
            return parts


def _bytes(line: str, headers: dict[str, str]) -> bytes:
    text = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{line}\r\n{text}\r\n".encode("latin-1")


async def _answer(writer: asyncio.StreamWriter, status: str, challenge: str = "") -> None:
    body = f"<h1>{status}</h1>"
    headers = {"content-type": "text/html", "content-length": str(len(body))}
    if challenge:
        headers["proxy-authenticate"] = challenge
    await _send(writer, _bytes(f"HTTP/1.1 {status}", headers) + body.encode())


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
