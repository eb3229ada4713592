"""Uplink: the front that answers Teams users through the relay, started and stopped by the server."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from directory_server.fronts.uplink import registration, sequence, tenant
from directory_server.fronts.uplink.keys import SealingKeys
from directory_server.fronts.uplink.operations import Ages, Operations, Render, Views
from directory_server.fronts.uplink.outbound import Outbound
from directory_server.fronts.uplink.serving import Serving
from directory_server.fronts.uplink.workers import Workers
from directory_server.observe.status import LineStatus
from directory_server.protocol.jwks import KeysUnavailable
from directory_server.store.database import Database

log = logging.getLogger("directory_server.uplink")

THREADS = 4
"""Look-ups that run side by side; what the uplink itself reads and keeps has a thread of its own."""
LOOK_S = 2.0
"""Seconds between looks at the stored registration, so that `tenant register` works without a restart."""
RETRY_RENEWAL_S = 3600.0
KEYS_S = 3.0
"""Seconds to wait for the identity provider's keys: the asker is told before the request's own deadline."""


class Uplink:
    """Answers sealed requests of the registered tenant; waits for `tenant register` before the first.

    `outbound` leads to relay and identity provider. `views` gives a user's view, `ages` the seconds since each source
    was read, `render` a person's JSON; `now` tells the time (UTC), `monotonic` seconds.
    """

    def __init__(
        self,
        database: Database,
        *,
        outbound: Outbound,
        views: Views,
        ages: Ages,
        render: Render,
        version: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._database = database
        self._outbound = outbound
        self._views = views
        self._ages = ages
        self._render = render
        self._version = version
        self._now = now
        self._monotonic = monotonic
        self._task: asyncio.Task[None] | None = None
        self._workers = Workers(THREADS, monotonic)
        self._own_thread = ThreadPoolExecutor(1, thread_name_prefix="uplink-own")
        self._serving: Serving | None = None
        self._client: httpx.AsyncClient | None = None
        self._renewal_tried: float | None = None

    async def start(self) -> None:
        """Open the line in the background, now or as soon as a tenant is registered."""
        self._client = self._outbound.client(timeout=10)
        await self._look()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Close the line; requests in flight fail at the relay as line_lost."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._serving is not None:
            await self._serving.stop()
            self._serving = None
        if self._client is not None:
            await self._client.aclose()
        self._workers.close()
        self._own_thread.shutdown(wait=False, cancel_futures=True)

    def status(self) -> tuple[LineStatus, ...]:
        """Return the lines for the status page; empty before registration."""
        return () if self._serving is None else self._serving.status()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - the line must outlive a store that is busy or broken for a while
                log.error("registration cannot be read: %s", type(error).__name__)  # noqa: TRY400 - no traceback, see status

    async def _look(self) -> None:
        """Follow the stored registration, rotate keys, renew the credential."""
        stored = await self._in_thread(lambda: tenant.load(self._database))
        serving = self._serving
        if serving is None or stored is None:
            if stored is not None:
                await self._serve(stored)
            return
        renewed = replace(serving.tenant, credential=stored.credential, allow_service_end=stored.allow_service_end)
        if stored != renewed:
            await serving.stop()
            await self._serve(stored)
            return
        if stored != serving.tenant:
            await serving.adopt(stored)
        await serving.rotate(await self._in_thread(lambda: sequence.replaced(self._database)))
        await self._renew(stored)

    async def _serve(self, stored: tenant.Tenant) -> None:
        if self._client is None:
            return
        identity = await self._in_thread(lambda: tenant.identity_key(self._database))
        self._serving = Serving(
            stored,
            identity,
            keys=await self._in_thread(self._new_keys),
            keep=lambda made: self._in_thread(lambda: sequence.keep(self._database, made)),
            operations=Operations(self._views, self._ages, self._render, tenant.fingerprint(identity), self._version),
            in_thread=self._workers.run,
            http=self._client,
            way=self._outbound.line,
            fetch=self._fetch,
            now=self._now,
            monotonic=self._monotonic,
        )

    def _new_keys(self) -> SealingKeys:
        keys = SealingKeys(self._now().timestamp(), last=sequence.published(self._database))
        sequence.keep(self._database, keys.sequence)
        return keys

    async def _renew(self, stored: tenant.Tenant) -> None:
        now, moment = self._now().timestamp(), self._monotonic()
        waiting = self._renewal_tried is not None and moment - self._renewal_tried < RETRY_RENEWAL_S
        if waiting or not registration.renewal_due(stored, now) or self._client is None or self._serving is None:
            return
        self._renewal_tried = moment
        identity = await self._in_thread(lambda: tenant.identity_key(self._database))
        try:
            renewed = await registration.renew(self._client, stored, identity, int(now))
        except registration.RegistrationFailed as error:
            log.warning("registration could not be renewed: %s", error)
            return
        await self._in_thread(lambda: self._keep(stored, renewed))

    def _keep(self, stored: tenant.Tenant, renewed: tenant.Tenant) -> None:
        if tenant.load(self._database) == stored:  # else an administrator registered anew in the meantime
            tenant.save(self._database, renewed)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._own_thread, work)

    async def _fetch(self, url: str) -> Mapping[str, Any]:
        if self._client is None:
            raise KeysUnavailable("uplink is not started")
        try:
            answer = await self._client.get(url, timeout=KEYS_S)
            answer.raise_for_status()
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise KeysUnavailable("identity provider's keys cannot be read") from error
        if not isinstance(document, dict):
            raise KeysUnavailable("identity provider's keys are malformed")
        return document
