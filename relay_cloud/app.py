"""The relay: puts its parts together; the only file that reads clocks and makes randomness."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI

from relay_cloud.ask_route import PREFIX, AskRoute
from relay_cloud.authority import fetch
from relay_cloud.bus.bus import Bus
from relay_cloud.bus.loopback import Loopback
from relay_cloud.bus.nats import NatsBus
from relay_cloud.config import Config, RegistrarConfig
from relay_cloud.control import State, control_plane
from relay_cloud.http_answer import Receive, Scope, Send
from relay_cloud.limits import TokenBuckets
from relay_cloud.line_route import LineRoute, LineSettings
from relay_cloud.metrics import Metrics
from relay_cloud.poll_route import PollRoute
from relay_cloud.registrar import Registrar
from relay_cloud.registrar_route import registrar_application
from relay_cloud.revoked import Revoked, read
from relay_cloud.tickets import Tickets
from relay_cloud.wire import es256, polling
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.handshake import NONCE_SIZE, Terms

LINE_PATH = "/v1/line"
DRAIN_GRACE_S = 10.0
"""A directory that was told to leave has as long to do so."""
UNSUBSCRIBE_S = 0.3
"""So long other relays may still send what they sent before they knew."""


class Relay:
    """One relay instance as an ASGI application: the two hot routes in front, FastAPI for the rest."""

    def __init__(self, config: Config) -> None:
        instance = secrets.token_hex(8)
        self.bus: Bus = NatsBus(config.nats, instance, self._superseded, self._forwarded) if config.nats else Loopback()
        self.metrics = Metrics()
        self._state = State()
        # Alone, it has nowhere to send its lines to: they are closed as soon as nothing is in flight.
        self._drain = (config.drain_window, DRAIN_GRACE_S) if config.nats else (0.0, 0.0)
        self._ask = AskRoute(
            bus=self.bus,
            tickets=Tickets(es256.from_public_pem(config.ticket_key.read_bytes())),
            buckets=TokenBuckets(config.tenant_rate, config.tenant_burst),
            metrics=self.metrics,
            clock=time.time,
        )
        registrar = es256.from_public_pem(config.registrar_key.read_bytes())
        self._revoked = Revoked(partial(read, config.revocations), registrar)
        self._watched = bool(config.revocations)
        settings = LineSettings(
            registrar=registrar,
            instance=instance,
            host=config.host,
            terms=Terms(config.ping_interval, config.line_in_flight, config.line_lifetime),
            opened=self._superseded,
            revoked=self._revoked,
        )
        self._line = LineRoute(
            bus=self.bus,
            settings=settings,
            metrics=self.metrics,
            nonce=lambda: secrets.token_bytes(NONCE_SIZE),
            clock=time.time,
            random=secrets.SystemRandom().random,
        )
        self._poll = PollRoute(bus=self.bus, settings=settings, metrics=self.metrics, clock=time.time)
        self._revoked.changed = self._end_revoked
        self._control = control_plane(
            bus=self.bus,
            state=self._state,
            metrics=self.metrics,
            registrar=_registrar(config, self._revoked),
            clock=time.time,
        )

    async def _live(self, receive: Receive, send: Send) -> None:
        """Reach other relays from the start of the process to its end."""
        await receive()
        async with self._revoked if self._watched else nullcontext():
            await self.bus.start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.bus.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def drain(self) -> None:
        """Tell the load balancer, take nothing new, and let every line go at its own moment."""
        self._state.draining = True
        self.bus.withdraw()
        await asyncio.sleep(UNSUBSCRIBE_S)
        await asyncio.gather(self._line.drain(*self._drain), self._poll.drain())

    def _superseded(self, tid: UUID, epoch: int) -> None:
        self._line.superseded(tid, epoch)
        self._poll.superseded(tid, epoch)

    def _end_revoked(self) -> None:
        self._line.revoke()
        self._poll.revoke()

    def _forwarded(self, tid: UUID, data: bytes) -> None:
        self._poll.forwarded(tid, data)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection or request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._ask(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == polling.PATH:
            await self._poll(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == LINE_PATH:
            await self._line(scope, receive, send)
        else:
            await self._control(scope, receive, send)


def registrar_app(config: RegistrarConfig) -> FastAPI:
    """Return the registrar as an ASGI application of its own."""
    revoked: Revoked | None = None
    if config.revocations:
        public = es256.from_private_pem(config.private_key.read_bytes()).public_key()
        revoked = Revoked(partial(read, str(config.revocations)), public)
    registrar = _open(config.private_key, config.authority, config.client_id, config.service_key, revoked)
    return registrar_application(registrar, revoked, time.time)


def _registrar(config: Config, revoked: Callable[[Credential], bool]) -> Registrar | None:
    if config.registrar_private_key is None:
        return None
    if not config.registrar_client_id:
        raise ValueError("registrar_client_id is needed where registrar_private_key is set")
    return _open(
        config.registrar_private_key,
        config.registrar_authority,
        config.registrar_client_id,
        config.service_key,
        revoked,
    )


def _open(
    private_key: Path,
    authority: str,
    client_id: str,
    service_key: Path | None,
    revoked: Callable[[Credential], bool] | None,
) -> Registrar:
    return Registrar(
        key=es256.from_private_pem(private_key.read_bytes()),
        authority=authority.rstrip("/"),
        client_id=client_id,
        service_key=es256.from_public_pem(service_key.read_bytes()) if service_key else None,
        fetch=fetch,
        clock=time.time,
        revoked=revoked or (lambda _: False),
    )
