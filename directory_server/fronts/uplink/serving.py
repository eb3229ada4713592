"""Serving: one registration at work, that is its line, its sealing keys and its answers."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.fronts.uplink.answer import NONCE_SIZE, Answerer, InThread
from directory_server.fronts.uplink.dial import Way
from directory_server.fronts.uplink.executions import Executions
from directory_server.fronts.uplink.groups import RememberedGroups
from directory_server.fronts.uplink.instances import Instances
from directory_server.fronts.uplink.jwks import Jwks
from directory_server.fronts.uplink.keys import SealingKeys
from directory_server.fronts.uplink.line import Line, LineState
from directory_server.fronts.uplink.operations import Operations
from directory_server.fronts.uplink.polls import Polls
from directory_server.fronts.uplink.probes import Probes
from directory_server.fronts.uplink.tenant import Tenant, fingerprint
from directory_server.observe.status import Health, LineStatus
from relay_cloud.wire import polling
from relay_cloud.wire.envelope import Request
from relay_cloud.wire.handshake import NONCE_SIZE as HELLO_NONCE_SIZE
from relay_cloud.wire.session import DirectorySession

LINES = 2
"""Each to another relay instance: a relay that is stopped, frozen or cut off takes nothing with it."""
_VERDICTS = {
    LineState.CONNECTED: Health.GOOD,
    LineState.POLLING: Health.GOOD,
    LineState.SPARE: Health.GOOD,
    LineState.DENIED: Health.BAD,
}


class Serving:
    """Answers one tenant until stopped; create it inside the event loop.

    `keep` remembers a sequence of `keys` before it is published; `way` leads to the relay, `fetch` returns the JSON
    behind a URL or raises KeysUnavailable; `now` tells the time (UTC), `monotonic` seconds.
    """

    def __init__(
        self,
        tenant: Tenant,
        identity: ec.EllipticCurvePrivateKey,
        *,
        keys: SealingKeys,
        keep: Callable[[int], Awaitable[None]],
        operations: Operations,
        in_thread: InThread,
        http: httpx.AsyncClient,
        way: Way,
        fetch: Callable[[str], Awaitable[Mapping[str, Any]]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._identity = identity
        self._http = http
        self._way = way
        self._keep = keep
        self._now = now
        self._probes = Probes(secrets.token_bytes)
        self._answerer = Answerer(
            tenant=tenant,
            keys=keys,
            jwks=Jwks(tenant.authority, tenant.tid, fetch, monotonic),
            groups=RememberedGroups(),
            executions=Executions(),
            probes=self._probes,
            operations=operations,
            in_thread=in_thread,
            clock=self._unix,
            nonce=lambda: secrets.token_bytes(NONCE_SIZE),
        )
        instances = Instances()
        self._lines = [self._new_line(instances, monotonic) for _ in range(LINES)]
        self._tasks = [asyncio.create_task(line.run()) for line in self._lines]

    def _new_line(self, instances: Instances, monotonic: Callable[[], float]) -> Line:
        return Line(
            self.tenant.relay,
            hello=self._hello,
            polls=self._polls,
            keys=self._document,
            answer=self._answerer.answer,
            probe=self._probe,
            probed=self._probes.over,
            instances=instances,
            way=self._way,
            random=secrets.SystemRandom().random,
            sleep=asyncio.sleep,
            now=self._now,
            monotonic=monotonic,
        )

    def _unix(self) -> float:
        return self._now().timestamp()

    @property
    def tenant(self) -> Tenant:
        """The registration being served."""
        return self._answerer.tenant

    async def stop(self) -> None:
        """Close the lines; requests in flight fail at the relay as line_lost."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._answerer.executions.close()

    async def adopt(self, tenant: Tenant) -> None:
        """Go on with a renewed credential, or with another policy.

        A policy comes with new keys: no earlier configuration, which says otherwise, is then taken for the newest.
        """
        earlier, self._answerer.tenant = self.tenant, tenant
        if tenant.allow_service_end == earlier.allow_service_end:
            await self._publish()
        else:
            await self.rotate(self._answerer.keys.sequence)

    async def rotate(self, replaced: int) -> None:
        """Make and publish new sealing keys if they are due, or if those in use are of a sequence to be `replaced`."""
        keys, now = self._answerer.keys, self._unix()
        forced = keys.sequence <= replaced
        if forced or now >= keys.next_rotation():
            await self._keep(keys.following(now))
        if keys.rotate(now, forced=forced):
            await self._publish()

    def status(self) -> tuple[LineStatus, ...]:
        """Return the lines for the status page."""
        return tuple(self._status(line) for line in self._lines)

    def _status(self, line: Line) -> LineStatus:
        health = line.health
        verdict = _VERDICTS.get(health.state, Health.WARNING)
        known_by = fingerprint(self._identity)
        return LineStatus(self.tenant.relay, health.state.value, health.since, verdict, health.last_error, known_by)

    async def _publish(self) -> None:
        await asyncio.gather(*(line.publish() for line in self._lines))

    def _probe(self) -> Request:
        return self._probes.make(self.tenant.tid, self._answerer.keys.current[-1], self._unix())

    def _hello(self, host: str) -> DirectorySession:
        return DirectorySession(
            credential=self.tenant.credential,
            identity=self._identity,
            host=host,
            nonce=secrets.token_bytes(HELLO_NONCE_SIZE),
        )

    def _polls(self, url: str) -> Polls:
        return Polls(self._http, url, self._sign, self._answerer.answer)

    def _sign(self, url: str) -> dict[str, str]:
        credential, unique = self.tenant.credential, secrets.token_urlsafe(16)
        proof = polling.proof(self._identity, credential=credential, url=url, unique=unique, now=int(self._unix()))
        return {"Authorization": polling.authorization(credential), "DPoP": proof}

    def _document(self) -> dict[str, Any]:
        return self._answerer.keys.document(
            tid=self.tenant.tid,
            identity=self._identity,
            credential=self.tenant.credential,
            allow_service_end=self.tenant.allow_service_end,
        )
