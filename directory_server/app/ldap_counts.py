"""LDAP counts: what the LDAP front of one process does, in memory that its parent may read as well."""

import multiprocessing
import threading
from collections.abc import Callable, MutableSequence
from typing import TypeAlias

from directory_server.fronts.ldap.server import LdapFront
from directory_server.observe.status import LdapActivity
from directory_server.store.rows import Client

Held: TypeAlias = MutableSequence[int]
Verify: TypeAlias = Callable[[str, str, str], Client | None]

_FRONT, _RIGHT, _WRONG = slice(4), 4, 5
_SIZE = 6


def shared() -> Held:
    """Return zeros that a parent hands to the process it starts, and reads while that one counts."""
    held: Held = multiprocessing.get_context("spawn").RawArray("q", _SIZE)
    return held


class LdapCounts:
    """Counts into `held`, of which this process is the only writer; without it, for itself."""

    def __init__(self, held: Held | None = None) -> None:
        self._held = held if held is not None else [0] * _SIZE
        self._lock = threading.Lock()

    @property
    def activity(self) -> LdapActivity:
        """The counts of now; those of the front are what `look` saw last."""
        return LdapActivity(*self._held)

    def look(self, front: LdapFront) -> None:
        """Take over what a front counts itself."""
        self._held[_FRONT] = [front.connections, front.banned, front.requests, front.faults]

    def checked(self, verify: Verify) -> Verify:
        """Return a `verify` whose outcomes are counted."""

        def counted(name: str, password: str, address: str) -> Client | None:
            client = verify(name, password, address)
            self._count(_WRONG if client is None else _RIGHT)
            return client

        return counted

    def checked_again(self, verify_again: Verify) -> Verify:
        """Return a `verify_again` whose clients are counted: where it knows none, `verify` is asked next."""

        def counted(name: str, password: str, address: str) -> Client | None:
            client = verify_again(name, password, address)
            if client is not None:
                self._count(_RIGHT)
            return client

        return counted

    def _count(self, place: int) -> None:
        with self._lock:
            self._held[place] += 1
