"""HTTP over sockets that somebody else opens: httpx on httpcore, whose own proxies know no NTLM and no Negotiate."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore
import httpx

from directory_server.fronts.uplink.proxy import ProxyFault

CLOSE_S = 1.0

OpenSocket = Callable[[str, str, int], Awaitable[socket.socket | None]]
"""From scheme, host and port to a socket that leads there; None: connect directly."""


class OutboundTransport(httpx.AsyncBaseTransport):
    """Sends requests of `https` and `http` over such sockets; an answer is read as a whole."""

    def __init__(self, open_socket: OpenSocket, trust: ssl.SSLContext) -> None:
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(ssl_context=trust, network_backend=_Backend(scheme, open_socket))
            for scheme in ("http", "https")
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer; raises httpx's errors: ProxyError, TimeoutException, TransportError."""
        pool = self._pools.get(request.url.scheme)
        if pool is None:
            raise httpx.UnsupportedProtocol("URL is neither http nor https")
        target = request.url
        url = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        content = await request.aread()
        sent = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=content, extensions=request.extensions
        )
        try:
            answer = await pool.handle_async_request(sent)
            try:
                body = await answer.aread()
            finally:
                await answer.aclose()
        except ProxyFault as error:
            raise httpx.ProxyError(str(error)) from error
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise httpx.TimeoutException("no answer in time") from error
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise httpx.NetworkError(str(error) or type(error).__name__) from error
        return httpx.Response(answer.status, headers=answer.headers, content=body)

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, scheme: str, open_socket: OpenSocket) -> None:
        self._scheme = scheme
        self._open_socket = open_socket

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,  # noqa: ARG002 - same
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - same
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            opened = await self._open_socket(self._scheme, host, port)
            where: dict[str, Any] = {"host": host, "port": port} if opened is None else {"sock": opened}
            return _Stream(*await asyncio.open_connection(**where))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        async with asyncio.timeout(timeout):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - same
        async with asyncio.timeout(timeout):
            self._writer.write(buffer)
            await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):  # it is gone in any case
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - same
    ) -> httpcore.AsyncNetworkStream:
        async with asyncio.timeout(timeout):
            try:
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
            except BaseException:
                self._writer.transport.abort()
                raise
        return self

    def get_extra_info(self, info: str) -> Any:
        # An idle connection that has ended must not be used again.
        return self._reader.at_eof() if info == "is_readable" else self._writer.get_extra_info(info)
