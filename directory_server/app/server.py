"""Server: the fronts and the line of one directory, from start to stop."""

import asyncio
import contextlib
import logging
import secrets
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from directory_server.app import ldap_process, status, telephony
from directory_server.app.directory import Directory
from directory_server.app.ldap_counts import LdapCounts
from directory_server.app.ldap_listener import can_share
from directory_server.app.ldap_process import NotAnAddress
from directory_server.app.ldap_workers import LdapWorkers
from directory_server.app.questions import Questions
from directory_server.app.signals import Signals
from directory_server.directory.person_json import person_json
from directory_server.fronts.ldap.certificate import CertificateError
from directory_server.fronts.ldap.presented import Presented
from directory_server.fronts.ldap.server import LdapFront
from directory_server.fronts.uplink.outbound import TrustInvalid
from directory_server.fronts.uplink.uplink import Uplink
from directory_server.fronts.web import app as web_app
from directory_server.fronts.web.api.guard import Guard
from directory_server.observe.status import Activity
from directory_server.store import settings as stored
from directory_server.store import tokens
from directory_server.store.errors import Busy

VERSION = version("contactory")
STATUS_KEY = "status_key"
GRACE_S = 5
_FRONTS = ("web", "https", "ldap", "ldaps")

log = logging.getLogger(__name__)


class AddressTaken(RuntimeError):  # noqa: N818 - named as the admin reads it
    """A front cannot listen: the message names the address or setting and the reason."""


class Server:
    """Runs web, LDAP and uplink of a directory until SIGTERM or SIGINT."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._ldap: LdapFront | None = None
        self._ldap_counts = LdapCounts()
        self._workers: LdapWorkers | None = None
        self._certificate: Presented | None = None
        self._uplink = Uplink(
            directory.database,
            outbound=directory.outbound,
            views=directory.view_for_user,
            ages=lambda: status.ages(directory),
            render=person_json,
            version=VERSION,
            now=directory.clock,
            monotonic=time.monotonic,
        )
        self._lookups = telephony.front(directory)
        self._addresses: dict[str, str] = {}

    async def run(self, started: Callable[[dict[str, str]], None]) -> None:
        """Serve; `started` is told the addresses once everything listens. Raises AddressTaken and runs nothing."""
        signals = Signals()
        signals.listen(self._reload)
        async with contextlib.AsyncExitStack() as ldap, contextlib.AsyncExitStack() as running:
            running.callback(self._lookups.close)
            try:
                self._certificate = ldap_process.presented(self.directory)
                _ = self.directory.outbound.trust
            except (NotAnAddress, CertificateError, TrustInvalid) as error:
                raise AddressTaken(str(error)) from error
            await self._start_ldap(ldap, signals.hurried)
            # After LDAP, so that whoever waits for the web front finds both; LDAP still leaves first.
            await self._start_web(running)
            await self._start_https(running)
            running.push_async_exit(ldap.pop_all())
            await self._uplink.start()
            running.push_async_callback(self._uplink.stop)
            # A thread that ends with the process: what it has not committed by then is done the next time.
            threading.Thread(target=self._catch_up, name="index", daemon=True).start()
            listening = {name: self._addresses[name] for name in _FRONTS if name in self._addresses}
            started({**listening, "status": self.status_url()})
            await signals.stopped.wait()

    def _reload(self) -> None:
        if self._certificate:
            self._certificate.check(asked=True)
        if self._workers:
            self._workers.reload()

    def _catch_up(self) -> None:
        """Let the index take over what happened while nobody served, or grow anew if it was lost."""
        try:
            self.directory.index.follow()
        except Busy:
            log.info("another process brings the index up to date")
        except (OSError, sqlite3.Error) as error:
            log.error("the index could not be brought up to date: %s; is the disk full?", type(error).__name__)  # noqa: TRY400 - the message may name contacts

    def status(self) -> status.Status:
        """Return what the status page shows now."""
        activity = Activity(
            ldap=(self._workers or self._ldap_counts).activity,
            lookups=self._lookups.counts.sums(),
            waiting=self._lookups.waiting,
        )
        return status.current(
            self.directory,
            VERSION,
            self._fronts(),
            self._uplink.status(),
            certificate=self._certificate,
            activity=activity,
        )

    def status_url(self) -> str:
        """Return the address of the status page with its key."""
        return f"http://{self._addresses.get('web', '')}/status?key={_status_key(self.directory)}"

    def _fronts(self) -> dict[str, tuple[str, bool]]:
        ldap_runs = self._workers.running > 0 if self._workers else self._ldap is not None
        return {
            name: (self._addresses.get(name.lower(), ""), name in {"Web", "HTTPS"} or ldap_runs)
            for name in ("Web", "HTTPS", "LDAP", "LDAPS")
        }

    async def _start_web(self, running: contextlib.AsyncExitStack) -> None:
        listener = _listen("web", self.directory.config.web)
        if listener is None:
            return
        running.callback(listener.close)
        guard = Guard(lambda token: tokens.verify(self.directory.database, token), time.monotonic)
        application = web_app.create(self.status, _status_key(self.directory), (Questions(self.directory), guard))
        self._serve(telephony.Beside(self._lookups, application), listener, running)
        self._addresses["web"] = _bound(listener)

    async def _start_https(self, running: contextlib.AsyncExitStack) -> None:
        listener = _listen("https", self.directory.config.https)
        if listener is None:
            return
        running.callback(listener.close)
        if self._certificate:
            self._serve(self._lookups, listener, running, **telephony.https(self._certificate.context))
        self._addresses["https"] = _bound(listener)

    def _serve(
        self, application: ASGIApp, listener: socket.socket, running: contextlib.AsyncExitStack, **options: Any
    ) -> None:
        server = uvicorn.Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
                **telephony.proxies(self.directory),
                **options,
            )
        )
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment] # ours are set already
        task = asyncio.create_task(server.serve(sockets=[listener]))

        async def stop() -> None:
            server.should_exit = True
            await task

        running.push_async_callback(stop)

    async def _start_ldap(self, running: contextlib.AsyncExitStack, hurried: asyncio.Event) -> None:
        settings = self.directory.config
        try:
            wanted = ldap_process.addresses(settings)
            if self._certificate and wanted and settings.workers and can_share():
                # In processes of its own, where neither a search nor a report keeps a look-up waiting.
                self._workers = LdapWorkers(self.directory.data, settings, wanted, self._certificate.check)
                running.push_async_callback(self._workers.stop, hurried)
                await self._workers.start()
                addresses = self._workers.addresses
            else:
                self._ldap = ldap_process.front(self.directory, self._certificate, self._ldap_counts)
                await self._ldap.start()
                running.push_async_callback(self._ldap.stop, settings.drain_seconds, hurried)
                addresses = self._ldap.addresses
        except NotAnAddress as error:
            raise AddressTaken(str(error)) from error
        except OSError as error:
            raise AddressTaken(error.strerror) from error
        self._addresses |= {name: f"{host}:{port}" for name, (host, port) in addresses.items()}


def _listen(name: str, text: str) -> socket.socket | None:
    try:
        wanted = ldap_process.address(name, text)
    except NotAnAddress as error:
        raise AddressTaken(str(error)) from error
    if wanted is None:
        return None
    try:
        return socket.create_server(wanted, family=socket.AF_INET6 if ":" in wanted[0] else socket.AF_INET)
    except OSError as error:
        raise AddressTaken(f"{name} cannot listen on {text}: {error.strerror}") from error


def _bound(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _status_key(directory: Directory) -> str:
    """Return the key that opens the status page, made once."""
    key = stored.get(directory.database, STATUS_KEY)
    if not isinstance(key, str):
        key = secrets.token_urlsafe(24)
        stored.put(directory.database, STATUS_KEY, key)
    return key
