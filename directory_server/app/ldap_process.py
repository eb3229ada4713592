"""The LDAP front of one process: of this one, or of a worker that the parent handed its sockets."""

import asyncio
import contextlib
import gc
import logging
import multiprocessing
import sys
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from directory_server.app.directory import Directory
from directory_server.app.ldap_counts import Held, LdapCounts
from directory_server.app.ldap_listener import Listeners
from directory_server.app.signals import Signals
from directory_server.config import Config
from directory_server.fronts.ldap import certificate
from directory_server.fronts.ldap.certificate import CertificateError
from directory_server.fronts.ldap.presented import Files, Presented
from directory_server.fronts.ldap.server import Address, LdapFront, ListenError
from directory_server.observe import logs
from directory_server.store import clients
from directory_server.store.rows import Client

READY = b"listens"

log = logging.getLogger(__name__)


class NotAnAddress(ValueError):  # noqa: N818 - named as the admin reads it
    """A setting is no host:port; the message names the setting."""


def address(name: str, text: str) -> Address | None:
    """Return host and port of a `host:port` setting, None for an empty one; raises NotAnAddress."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the highest TCP port
        raise NotAnAddress(f"{name}: {text!r} is not host:port")
    return host.strip("[]"), int(port)


def addresses(settings: Config) -> dict[str, Address]:
    """Return where LDAP is to be served, by "ldap" and "ldaps"; raises NotAnAddress."""
    wanted = {name: address(name, getattr(settings, name)) for name in ("ldap", "ldaps")}
    return {name: where for name, where in wanted.items() if where}


def presented(directory: Directory, *, telling: bool = True) -> Presented | None:
    """Return the certificate of this directory's settings, None if nothing needs one; raises CertificateError."""
    settings = directory.config
    wanted = (address(name, getattr(settings, name)) for name in ("ldaps", "ldap", "https"))
    where = next((one for one in wanted if one), None)
    if where is None:
        return None

    def files() -> Files:
        if settings.tls_certificate and settings.tls_key:
            return settings.tls_certificate, settings.tls_key
        return certificate.self_signed(directory.data / "tls", where[0], directory.clock())

    return Presented(files, directory.clock, telling=telling)


def front(
    directory: Directory,
    tls: Presented | None,
    counts: LdapCounts,
    listeners: Listeners | None = None,
) -> LdapFront:
    """Return the LDAP front of this directory's settings, not started; `listeners` as in LdapFront."""
    settings = directory.config

    def watch() -> None:
        counts.look(made)
        if tls:
            tls.check()

    def verify_again(name: str, password: str, address: str) -> Client | None:
        return clients.verify_again(directory.database, name, password, address, time.monotonic())

    made = LdapFront(
        ldap=address("ldap", settings.ldap),
        ldaps=address("ldaps", settings.ldaps),
        tls=tls.context if tls else None,
        suffix=settings.suffix,
        verify=counts.checked(lambda *asked: clients.verify(directory.database, *asked)),
        verify_again=counts.checked_again(verify_again),
        views=directory.view_for_client,
        known_by=lambda address: clients.known_by(directory.database, address),
        clock=time.monotonic,
        listeners=listeners,
        watch=watch,
    )
    return made


def serve(data: Path, settings: dict[str, Any], listeners: Listeners, ready: Connection, counted: Held) -> None:
    """Serve as a worker process until a signal or the parent's end; say READY through `ready` once it listens.

    Counts into `counted`.
    """
    logs.start()
    try:
        with Directory(data, serving=True, **settings) as directory:
            run(_until_stopped(directory, listeners, ready, LdapCounts(counted)))
    except (ListenError, CertificateError) as error:
        log.error("an LDAP process cannot start", extra={"error": str(error)})  # noqa: TRY400 - said for the admin
        sys.exit(1)


async def _until_stopped(directory: Directory, listeners: Listeners, ready: Connection, counts: LdapCounts) -> None:
    signals = Signals(led=True)
    tls = presented(directory, telling=False)
    signals.listen(partial(tls.check, asked=True) if tls else lambda: None)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A parent that was killed must not leave workers behind that hold its addresses.
        asyncio.get_running_loop().add_reader(parent.sentinel, signals.hurry)
    serving = front(directory, tls, counts, listeners)
    await serving.start()
    settled()
    with contextlib.suppress(OSError):  # a parent that stops meanwhile no longer wants to know
        ready.send_bytes(READY)
    try:
        await signals.stopped.wait()
    finally:
        await serving.stop(directory.config.drain_seconds, signals.hurried)


def settled() -> None:
    """Take what is there for good out of the garbage collector's sight: it looks at all of it while phones ring."""
    gc.collect()
    gc.freeze()


def run(work: Any) -> None:
    """Run a coroutine on the platform's fastest event loop."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)
    else:
        uvloop.run(work)
