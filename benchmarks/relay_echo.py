"""A directory that sends every request back as its answer, and endless requests for it: only the relay is measured."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator

from websockets.asyncio.client import connect

from directory_server.fronts.uplink.keys import SealingKeys
from relay_cloud.wire import base64url, es256, frame
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.published import OPENS
from relay_cloud.wire.session import DirectorySession, State
from tests.fakes.uplinked import TID

PAYLOAD = 4096
KID = bytes(8)


def post(path: str, body: bytes, ticket: str = "") -> bytes:
    """Return a whole HTTP request."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ticket}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve_line(url: str, credential: str, key: bytes, host: str = "") -> None:
    """Hold a line and send every request back as its answer; `host` is what the relay is called, if not by its URL."""
    asyncio.run(hold_line(url.removeprefix("http://"), credential, key, host))


async def hold_line(where: str, credential: str, key: bytes, host: str) -> None:
    """Speak the line by hand, so that only the relay is measured."""
    identity, nonce = es256.from_private_pem(key), secrets.token_bytes(32)
    session = DirectorySession(credential=credential, identity=identity, host=host or where, nonce=nonce)
    async with connect(f"ws://{where}/v1/line", compression=None, proxy=None, max_queue=256) as socket:
        while session.state is not State.OPEN:
            for message in session.to_send():
                await socket.send(message)
            session.receive(await socket.recv(decode=False))
        document = SealingKeys(time.time()).document(
            tid=TID, identity=identity, credential=credential, allow_service_end=True
        )
        await socket.send(frame.Keys(document | {OPENS: [base64url.encode(KID)]}).encode())
        async for data in socket:
            # rid | status 0 | the rest as nonce and sealed part
            await socket.send(b"\x11" + bytes(data[18:34]) + b"\0" + bytes(data[34:]))


def sealed_to_nobody(ticket: str) -> Callable[[int], Iterator[bytes]]:
    """Return endless requests for the echoing directory, each with its own id."""
    rest = Request(TID, bytes(16), KID, 8000, SenderClass.TAB, secrets.token_bytes(PAYLOAD)).encode()

    def requests(_: int) -> Iterator[bytes]:
        while True:
            yield post(f"/v1/t/{TID}", rest[:17] + secrets.token_bytes(16) + rest[33:], ticket)

    return requests
