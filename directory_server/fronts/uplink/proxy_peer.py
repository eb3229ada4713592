"""An HTTP proxy as we speak to it before the tunnel is open: CONNECT and its answer (RFC 9110, RFC 9112)."""

import asyncio
import base64
import os
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from directory_server.fronts.uplink.proxy import Proxy, ProxyFault, ProxyNotUnderstood, ProxyUnreachable

MAX_HEAD = 16 * 1024
MAX_BODY = 256 * 1024
RECEIVE = 4096
SUCCESS = range(200, 300)
_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})\b")


@dataclass(frozen=True)
class Answer:
    """What the proxy says to CONNECT; `closes`: not over this connection again."""

    status: int
    challenges: Sequence[str]
    closes: bool

    @property
    def opens(self) -> bool:
        """Whether the tunnel is open."""
        return self.status in SUCCESS

    def token(self, scheme: str) -> bytes:
        """Return what the challenge of this scheme carries, b"" for nothing."""
        for challenge in self.challenges:
            name, _, content = challenge.partition(" ")
            if name.lower() == scheme.lower() != "basic":
                try:
                    return base64.b64decode(content)
                except ValueError:
                    return b""
        return b""


async def reach(proxy: Proxy) -> socket.socket:
    """Return a new connection to the proxy; raises ProxyUnreachable."""
    loop = asyncio.get_running_loop()
    fault: OSError | None = None
    try:
        found = await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setblocking(False)
                await loop.sock_connect(sock, address)
            except OSError as error:
                sock.close()
                fault = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
    except socket.gaierror as error:
        fault = error
    raise ProxyUnreachable(f"proxy {proxy} cannot be reached: {fault and reason(fault)}") from fault


def reason(fault: OSError) -> str:
    """Return why a connection failed, in the operating system's words: asyncio's have the address in them."""
    own = fault.errno is None or isinstance(fault, socket.gaierror | ssl.SSLError)  # their numbers are not its
    return fault.strerror or type(fault).__name__ if own else os.strerror(fault.errno or 0)


class Peer:
    """The proxy on one connection, which `ask` opens anew where the last answer has ended it."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._socket: socket.socket | None = None
        self._received = b""

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._received = None, b""

    def release(self) -> socket.socket:
        """Return the connection, which is the caller's then."""
        if self._socket is None:
            raise self._strange("it closed the connection")
        opened, self._socket = self._socket, None
        return opened

    async def ask(self, target: str, authorization: str) -> Answer:
        """Send CONNECT and return the answer, its content thrown away; raises ProxyFault."""
        proof = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
        request = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Connection: keep-alive\r\n{proof}\r\n"
        try:
            self._socket = self._socket or await reach(self._proxy)
            await asyncio.get_running_loop().sock_sendall(self._socket, request.encode())
            answer = await self._answer()
        except ProxyFault:
            raise
        except OSError as error:
            raise ProxyUnreachable(f"proxy {self._proxy} broke off: {reason(error)}") from error
        if answer.closes:
            self.close()
        return answer

    async def _answer(self) -> Answer:
        line, *rest = (await self._until(b"\r\n\r\n")).split(b"\r\n")
        found = _STATUS.match(line)
        if found is None:
            raise self._strange("its answer is no HTTP")
        status = int(found[2])
        if status in SUCCESS:  # without content, whatever the headers say
            if self._received:
                raise self._strange("it speaks before the target does")
            return Answer(status, (), closes=False)
        named: dict[str, list[str]] = {}
        for name, _, value in (one.decode("latin-1").partition(":") for one in rest):
            named.setdefault(name.strip().lower(), []).append(value.strip())
        kept = " ".join([*named.get("connection", ()), *named.get("proxy-connection", ())]).lower()
        closes = "close" in kept or (found[1] == b"0" and "keep-alive" not in kept) or not await self._skip(named)
        return Answer(status, named.get("proxy-authenticate", ()), closes)

    async def _skip(self, named: dict[str, list[str]]) -> bool:
        """Read the content; False where only the connection's end tells where it ends."""
        if "chunked" in " ".join(named.get("transfer-encoding", ())).lower():
            while size := self._size((await self._until(b"\r\n")).partition(b";")[0], 16):
                await self._exactly(size + 2)
            await self._until(b"\r\n")
            return True
        length = named.get("content-length")
        if length is not None:
            await self._exactly(self._size(length[0].encode("latin-1"), 10))
        return length is not None

    def _size(self, digits: bytes, base: int) -> int:
        try:
            size = int(digits, base)
        except ValueError:
            size = -1
        if not 0 <= size <= MAX_BODY:
            raise self._strange("the length of its answer is wrong")
        return size

    async def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            if len(self._received) > MAX_HEAD:
                raise self._strange("its answer is too long")
            await self._receive()
        found, _, self._received = self._received.partition(end)
        return found

    async def _exactly(self, size: int) -> None:
        while len(self._received) < size:
            await self._receive()
        self._received = self._received[size:]

    async def _receive(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self._socket, RECEIVE) if self._socket else b""
        if not data:
            raise self._strange("it closed the connection")
        self._received += data

    def _strange(self, what: str) -> ProxyNotUnderstood:
        return ProxyNotUnderstood(f"{self._proxy} does not speak as an HTTP proxy does: {what}")
