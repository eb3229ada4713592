# cython: language_level=3, wraparound=False, annotation_typing=False
"""Answers given before to the same request, forgotten as soon as the directory has changed.

When a call rings, every phone of a group asks for the same caller with the same bytes; only message ids differ.
"""

from typing import Final, Protocol

MOST_BYTES: Final = 32 * 1024 * 1024
"""Bytes of all answers that a front remembers, some 35,000; its clients share them."""

_LONGEST_REQUEST = 512
_LONGEST_ANSWER = 16 * 1024
_OVERHEAD = 220  # of one entry here, apart from its bytes, as measured


class Changing(Protocol):
    """Something whose answers stay the same while its state does."""

    def state(self) -> object:
        """Return a token that is equal while nothing has changed; None while nobody can tell."""


class Answers:
    """Response operations by the request as sent, without its message id; MOST_BYTES at most.

    For one view and one thread. Begin every request with `known`: it looks at the state that `keep` then goes by.
    """

    def __init__(self, book: Changing) -> None:
        self._state_of = book.state
        self._state: object = None
        self._held: dict[bytes, list[bytes]] = {}
        self._older: dict[bytes, list[bytes]] = {}
        self._size = 0
        self._most = MOST_BYTES

    def limit(self, most: int) -> None:
        """Remember no more than so many bytes from now on; if it may be too much already, forget it."""
        if most < self._most and (self._older or self._size > most // 2):
            self._forget()
        self._most = most

    def _forget(self) -> None:
        self._held, self._older, self._size = {}, {}, 0

    def known(self, request: bytes) -> list[bytes] | None:
        """Return the answer to these bytes, or None if it must be worked out."""
        state = self._state_of()
        if state != self._state:
            self._forget()
            self._state = state
        found = self._held.get(request)
        if found is None and (found := self._older.get(request)) is not None:
            self._put(request, found, sum(map(len, found)))
        return found

    def keep(self, request: bytes, operations: list[bytes]) -> None:
        """Remember an answer that was worked out after `known` and before anything else was asked."""
        size = sum(map(len, operations))
        if not request or len(request) > _LONGEST_REQUEST or size > _LONGEST_ANSWER:
            return
        if self._state is None or self._state_of() != self._state:  # changed meanwhile, or nobody can tell
            return
        self._put(request, operations, size)

    def _put(self, request: bytes, operations: list[bytes], size: int) -> None:
        size += len(request) + _OVERHEAD
        if self._size + size > self._most // 2:  # what nobody has asked for since the last time goes
            self._held, self._older, self._size = {}, self._held, 0
        self._held[request] = operations
        self._size += size
