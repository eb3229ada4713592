"""Serving: one registration at work, that is its line, its sealing keys and its answers."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.fronts.uplink.answer import NONCE_SIZE, Answerer, InThread
from directory_server.fronts.uplink.groups import RememberedGroups
from directory_server.fronts.uplink.jwks import Jwks
from directory_server.fronts.uplink.keys import SealingKeys
from directory_server.fronts.uplink.line import Line, LineState
from directory_server.fronts.uplink.operations import Operations
from directory_server.fronts.uplink.replays import Replays
from directory_server.fronts.uplink.tenant import Tenant
from directory_server.observe.status import Health, LineStatus
from relay_cloud.wire.handshake import NONCE_SIZE as HELLO_NONCE_SIZE
from relay_cloud.wire.session import DirectorySession


class Serving:
    """Answers one tenant until stopped; create it inside the event loop.

    `now` tells the time (UTC), `monotonic` seconds; `fetch` returns the JSON behind a URL or raises KeysUnavailable.
    """

    def __init__(
        self,
        tenant: Tenant,
        identity: ec.EllipticCurvePrivateKey,
        *,
        operations: Operations,
        in_thread: InThread,
        fetch: Callable[[str], Awaitable[Mapping[str, Any]]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._identity = identity
        self._now = now
        self._answerer = Answerer(
            tenant=tenant,
            keys=SealingKeys(self._unix()),
            jwks=Jwks(tenant.authority, tenant.tid, fetch, monotonic),
            groups=RememberedGroups(),
            replays=Replays(),
            operations=operations,
            in_thread=in_thread,
            clock=self._unix,
            nonce=lambda: secrets.token_bytes(NONCE_SIZE),
        )
        self._line = Line(
            tenant.relay,
            hello=self._hello,
            keys=self._document,
            answer=self._answerer.answer,
            random=secrets.SystemRandom().random,
            sleep=asyncio.sleep,
            now=now,
            monotonic=monotonic,
        )
        self._task = asyncio.create_task(self._line.run())

    def _unix(self) -> float:
        return self._now().timestamp()

    @property
    def tenant(self) -> Tenant:
        """The registration being served."""
        return self._answerer.tenant

    async def stop(self) -> None:
        """Close the line; requests in flight fail at the relay as line_lost."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def adopt(self, credential: str) -> None:
        """Go on with a renewed credential."""
        self._answerer.tenant = replace(self._answerer.tenant, credential=credential)
        await self._line.publish()

    async def rotate(self) -> None:
        """Make and publish a new sealing key if it is due."""
        if self._answerer.keys.rotate(self._unix()):
            await self._line.publish()

    def status(self) -> LineStatus:
        """Return the line for the status page."""
        health = self._line.health
        verdict = {LineState.CONNECTED: Health.GOOD, LineState.DENIED: Health.BAD}.get(health.state, Health.WARNING)
        return LineStatus(self.tenant.relay, health.state.value, health.since, verdict, health.last_error)

    def _hello(self, host: str) -> DirectorySession:
        return DirectorySession(
            credential=self.tenant.credential,
            identity=self._identity,
            host=host,
            nonce=secrets.token_bytes(HELLO_NONCE_SIZE),
        )

    def _document(self) -> dict[str, Any]:
        return self._answerer.keys.document(
            tid=self.tenant.tid,
            identity=self._identity,
            credential=self.tenant.credential,
            allow_service_end=self.tenant.allow_service_end,
        )
