"""LDAP counts: what the LDAP front of one process does, in memory that its parent may read as well."""

import multiprocessing
import threading
from collections.abc import Callable, MutableSequence
from typing import TypeAlias

from directory_server.observe.status import LdapActivity
from directory_server.store.rows import Client

Held: TypeAlias = MutableSequence[int]
Verify: TypeAlias = Callable[[str, str, str], Client | None]

_CONNECTIONS, _RIGHT, _WRONG = range(3)


def shared() -> Held:
    """Return zeros that a parent hands to the process it starts, and reads while that one counts."""
    held: Held = multiprocessing.get_context("spawn").RawArray("q", 3)
    return held


class LdapCounts:
    """Counts into `held`, of which this process is the only writer; without it, for itself."""

    def __init__(self, held: Held | None = None) -> None:
        self._held = held if held is not None else [0, 0, 0]
        self._lock = threading.Lock()

    @property
    def activity(self) -> LdapActivity:
        """The counts of now; the connections are those that `connected` was told last."""
        return LdapActivity(*self._held)

    def connected(self, connections: int) -> None:
        """Remember how many connections are open."""
        self._held[_CONNECTIONS] = connections

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
