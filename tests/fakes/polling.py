"""A relay's poll route over its bus, and one directory that polls it."""

import asyncio
import itertools
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.bus.bus import Asked
from relay_cloud.bus.loopback import Loopback
from relay_cloud.line_route import LineSettings
from relay_cloud.metrics import Metrics
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.poll_route import PollRoute
from relay_cloud.wire import base64url, credential, es256, frame, polling
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.frame import Keys
from relay_cloud.wire.handshake import Terms

REGISTRAR, KEY = (ec.derive_private_key(number, ec.SECP256R1()) for number in (5, 6))
TID, KID = UUID(int=3), b"k" * 8
NOW = 1_800_000_000
HOST = "relay.test"
_unique = itertools.count()


class Forwarding(Loopback):
    """Remembers what was to be brought to other relays."""

    def __init__(self) -> None:
        super().__init__()
        self.forwarded: list[tuple[str, UUID, bytes]] = []

    def forward(self, instance: str, tid: UUID, data: bytes) -> None:
        self.forwarded.append((instance, tid, data))


class Polling:
    """A relay's poll route and one directory that polls it."""

    route: PollRoute

    def __init__(self) -> None:
        self.bus = Forwarding()
        self.revoked = False
        self.metrics = Metrics()
        self.route = PollRoute(
            bus=self.bus,
            settings=LineSettings(REGISTRAR.public_key(), "here", HOST, Terms(), self.opened, lambda _: self.revoked),
            metrics=self.metrics,
            clock=lambda: NOW,
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.route), base_url=f"http://{HOST}")  # type: ignore[arg-type]

    def opened(self, tid: UUID, epoch: int) -> None:
        self.route.superseded(tid, epoch)

    async def post(self, *frames: Any, wait: int | str = 0, epoch: int = 1, **headers: str) -> httpx.Response:
        text = credential.issue(REGISTRAR, tid=TID, thumbprint=es256.thumbprint(KEY.public_key()), epoch=epoch, now=NOW)
        url = f"http://{HOST}/v1/poll"
        made = {
            "authorization": polling.authorization(text),
            "dpop": polling.proof(KEY, credential=text, url=url, unique=str(next(_unique)), now=NOW),
            polling.WAIT_HEADER: str(wait),
        }
        body = polling.batch([one if isinstance(one, bytes) else one.encode() for one in frames])
        return await self.client.post(url, content=body, headers=made | headers)

    def asking(self, number: int, seconds: float = 2) -> "asyncio.Task[Outcome]":
        rid = number.to_bytes(16, "big")
        request = Request(TID, rid, KID, int(seconds * 1000), SenderClass.TAB, b"sealed").encode()
        return asyncio.create_task(outcome(self.bus.ask(Asked(TID, rid, KID, request, seconds))))


async def outcome(work: Awaitable[bytes]) -> Outcome:
    try:
        await work
    except Failed as failed:
        return failed.outcome
    return Outcome.ANSWERED


KEYS = Keys({"opens": [base64url.encode(KID)]})


def carried(answer: httpx.Response) -> list[frame.Frame]:
    assert answer.status_code == 200, answer.text
    return [frame.decode(one) for one in polling.unbatch(answer.content)]
