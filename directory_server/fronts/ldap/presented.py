"""The certificate that clients are presented: exchanged while serving, for new handshakes only."""

import logging
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from directory_server.fronts.ldap import certificate
from directory_server.fronts.ldap.certificate import CertificateError, Pair
from directory_server.store.errors import Busy

Files: TypeAlias = tuple[Path, Path]

_LOG = logging.getLogger(__name__)
_FAULT_AGAIN = timedelta(hours=1)
_EXPIRY_AGAIN = timedelta(days=1)


class _Exchangeable(ssl.SSLContext):
    """Makes each connection by the context that is `current` then.

    asyncio and uvloop make the TLS of an accepted connection by `wrap_bio` and nothing else. So a pair is served as it
    was tested, in one assignment, and what runs over the one before goes on. An SNI callback would do too, but a client
    whose name is not ASCII makes it write a traceback; loading into the same context would read the files twice.
    """

    current: ssl.SSLContext

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self.current.wrap_bio(incoming, outgoing, server_side, server_hostname, session)


class Presented:
    """Holds the pair that `files()` names and takes up what changes there; CertificateError if there is none at first.

    `files()` returns certificate and key file, and may renew them. `now` is the wall clock in UTC. `context` is for
    listeners and StartTLS alike, and stays the same object when the pair changes. Of several processes one is
    `telling` the log.
    """

    def __init__(self, files: Callable[[], Files], now: Callable[[], datetime], *, telling: bool = True) -> None:
        self._files = files
        self._now = now
        self._telling = telling
        paths = self._paths()
        self._seen = _state(paths)
        self._pair = certificate.load(*paths)
        self._broken: object = None
        self._told: tuple[str, datetime] | None = None
        self._warned: datetime | None = None
        self.context = _Exchangeable(ssl.PROTOCOL_TLS_SERVER)
        self.context.current = self._pair.context

    @property
    def file(self) -> Path:
        """The certificate file."""
        return self._pair.file

    @property
    def ends(self) -> datetime:
        """When the certificate in use expires."""
        return self._pair.ends

    def check(self, *, asked: bool = False) -> None:
        """Look at the files and exchange the pair if they changed and serve; never raises.

        What does not serve leaves the old pair in use. A warning says so once it was seen twice, because a certificate
        is often written before its key (at once if `asked`), and again every hour; 30 days before the end of the pair
        in use one comes every day.
        """
        try:
            paths = self._paths()
            state = _state(paths)
            if state != self._seen:
                self._exchange(certificate.load(*paths))
                self._seen = state
            self._broken = self._told = None
        except CertificateError as error:
            self._complain(str(error), asked=asked)
        self._warn_of_end()

    def _paths(self) -> Files:
        try:
            return self._files()
        except (OSError, Busy) as error:
            raise CertificateError(f"the self-signed certificate cannot be renewed: {error}") from error

    def _exchange(self, fresh: Pair) -> None:
        now = self._now()
        if self._pair.ends > now and not fresh.begins <= now < fresh.ends:
            raise CertificateError(f"certificate {fresh.file} is valid from {fresh.begins:%F} to {fresh.ends:%F} only")
        self._pair = fresh
        self.context.current = fresh.context
        self._warned = None
        if self._telling:
            _LOG.info("TLS certificate exchanged", extra={"file": str(fresh.file), "expires": f"{fresh.ends:%F}"})

    def _complain(self, reason: str, *, asked: bool) -> None:
        first, self._broken = reason != self._broken, reason
        now = self._now()
        again = self._told is None or self._told[0] != reason or now - self._told[1] >= _FAULT_AGAIN
        if self._telling and again and (asked or not first):
            self._told = reason, now
            _LOG.warning(
                "the TLS certificate was changed but does not serve, the one before stays in use; "
                "put a certificate and the key that fits it into the files",
                extra={"file": str(self._pair.file), "error": reason},
            )

    def _warn_of_end(self) -> None:
        now = self._now()
        due = self._warned is None or now - self._warned >= _EXPIRY_AGAIN
        if self._telling and due and self._pair.ends - now < certificate.WARN_BEFORE:
            self._warned = now
            _LOG.warning(
                "the TLS certificate expires soon or has expired; replace certificate and key in their files, "
                "they are taken up without a restart",
                extra={"file": str(self._pair.file), "expires": f"{self._pair.ends:%F}"},
            )


def _state(files: Files) -> object:
    """Return what changes whenever a file is written or replaced, links included."""
    found = []
    for file in files:
        try:
            there = file.stat()
            found.append((str(file), there.st_ino, there.st_mtime_ns, there.st_size))
        except OSError as error:
            found.append((str(file), 0, 0, error.errno or 0))
    return tuple(found)
