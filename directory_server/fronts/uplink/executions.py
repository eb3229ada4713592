"""Executions by request id: each request is executed once, whoever carries it and however often.

A relay that hears nothing sends the same request over another line, and says so: both get the answer of the one
execution. The same id in any other way, or with anything else in it, is a replay and refused.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias

from relay_cloud.wire.envelope import Request
from relay_cloud.wire.frame import Refused, ResponseFrame

WINDOW_S = 120
"""A request's `iat` may differ from our clock by this many seconds."""
KEPT_S = 300
"""Longer than twice the window, after which `iat` alone refuses the request."""
MAX_ENTRIES = 100_000
MAX_ANSWERS_BYTES = 16 * 1024 * 1024
"""Answers kept for a second carrier; beyond, the oldest are forgotten."""

Frame: TypeAlias = ResponseFrame | Refused | None
"""What goes back over the line; None for nothing, when its time is over."""


@dataclass(slots=True)
class _Execution:
    since: float
    content: bytes
    task: asyncio.Task[Frame] | None = None


class Executions:
    """Remembers request ids for five minutes, answers until the request's own deadline; times are Unix seconds."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, _Execution] = OrderedDict()
        self._answers: OrderedDict[bytes, int] = OrderedDict()
        self._size = 0

    def running(self, request: Request) -> "asyncio.Task[Frame] | None":
        """Return the execution of this very request, if there is one whose answer is still there."""
        known = self._known.get(request.rid)
        return known.task if known is not None and known.content == _content(request) else None

    def first(self, request: Request, now: float) -> bool:
        """Note the id; False if it was noted before."""
        self._forget(now)
        if request.rid in self._known:
            return False
        self._known[request.rid] = _Execution(now, _content(request))
        return True

    def full(self, now: float) -> bool:
        """Say whether no more requests may be executed until older ids expire."""
        self._forget(now)
        return len(self._known) >= MAX_ENTRIES

    def start(self, request: Request, work: Coroutine[Any, Any, Frame]) -> "asyncio.Task[Frame]":
        """Execute a noted request; the task outlives whoever waits for it (shield it)."""
        rid = request.rid
        task = self._known[rid].task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda done: self._keep(rid, done))
        asyncio.get_running_loop().call_later(request.deadline_ms / 1000, self._drop, rid)
        return task

    def close(self) -> None:
        """End what is being executed."""
        for known in self._known.values():
            if known.task is not None:
                known.task.cancel()

    def _keep(self, rid: bytes, task: "asyncio.Task[Frame]") -> None:
        known = self._known.get(rid)
        if known is None or known.task is not task:
            return
        frame = None if task.cancelled() or task.exception() else task.result()
        size = len(frame.message) if isinstance(frame, ResponseFrame) else 0
        self._answers[rid] = size
        self._size += size
        while self._size > MAX_ANSWERS_BYTES:
            self._drop(next(iter(self._answers)))

    def _drop(self, rid: bytes) -> None:
        """Forget an answer, not that there was one."""
        self._size -= self._answers.pop(rid, 0)
        known = self._known.get(rid)
        if known is not None:
            known.task = None

    def _forget(self, now: float) -> None:
        while self._known:
            rid, oldest = next(iter(self._known.items()))
            if now - oldest.since < KEPT_S:
                return
            self._drop(rid)
            del self._known[rid]


def _content(request: Request) -> bytes:
    # Without the deadline, of which less is left for a second carrier.
    return blake2b(request.kid + bytes((request.sender,)) + request.sealed, digest_size=16).digest()
