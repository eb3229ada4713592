"""The other side of a bus: what this relay does for those that ask over its lines."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from uuid import UUID

from nats.aio.msg import Msg

from relay_cloud.bus import carried
from relay_cloud.bus.bus import Line
from relay_cloud.bus.carried import Kind
from relay_cloud.bus.held import HeldLines
from relay_cloud.bus.remote import Reporter
from relay_cloud.bus.subscriptions import Subscriptions
from relay_cloud.outcomes import Outcome
from relay_cloud.wire.envelope import Malformed, Request, decode_request

log = logging.getLogger("relay_cloud.bus")


class Holder:
    """Listens for the tenants whose lines are `held`, and carries what comes.

    `old` says that what comes now waited while this process stood still: who asked has long asked others.
    `superseded(tid, epoch)` is called when a line of a higher epoch than known here is open elsewhere.
    """

    def __init__(
        self,
        held: HeldLines,
        subscriptions: Subscriptions,
        publish: Callable[[str, bytes], None],
        *,
        old: Callable[[], bool],
        superseded: Callable[[UUID, int], None],
    ) -> None:
        self._held = held
        self._subscriptions = subscriptions
        self._publish = publish
        self._old = old
        self._superseded = superseded
        self._served: dict[UUID, set[str]] = {}

    def follow(self, tid: UUID) -> None:
        """Listen for what the tenant's lines here can serve."""
        lines = self._held.of(tid)
        keys = {carried.requests(tid, kid) for line in lines if line.keys is not None for kid in line.kids}
        wanted = keys | ({carried.everybody(tid)} if lines else set())
        had = self._served.pop(tid, set())
        if wanted:
            self._served[tid] = wanted
        for subject in had - wanted:
            self._subscriptions.drop(subject)
        for subject in wanted - had:
            if subject in keys:
                self._subscriptions.want(subject, self._on_request, carried.QUEUE)
            else:
                self._subscriptions.want(subject, self._on_everybody)

    def withdraw(self) -> None:
        """Listen for nothing."""
        for tid in tuple(self._served):
            for subject in self._served.pop(tid):
                self._subscriptions.drop(subject)

    def announce(self, tid: UUID) -> None:
        """Tell the others which registration of the tenant is here."""
        self._publish(carried.everybody(tid), carried.epoch(self._held.newest_epoch(tid)))

    async def _on_request(self, message: Msg) -> None:
        if self._old():
            return
        with checked():
            request = decode_request(message.data)
            line = self._held.choose(request.tid, request.kid)
            if line is None:
                self._refuse(message.reply, Outcome.UNKNOWN_KEY)
            elif line.exchange.suspect:
                self._refuse(message.reply, Outcome.LINE_LOST)
            else:
                self._carry(line, request, message.data, message.reply, again=False)

    async def _on_everybody(self, message: Msg) -> None:
        with checked():
            kind, content = carried.decode_everybody(message.data)
            tid = UUID(hex=message.subject.rpartition(".")[2])
            if kind is Kind.EPOCH:
                self._compare(tid, int.from_bytes(content, "big"))
            elif self._old():
                return
            elif kind is Kind.AGAIN:
                self._again(decode_request(content), content, message.reply)
            else:
                line = self._held.published(tid)
                if line is not None and line.keys is not None:
                    self._publish(message.reply, line.keys)

    def _again(self, request: Request, message: bytes, reply: str) -> None:
        fit = self._held.others(request.tid, request.kid, None)
        free = [line for line in fit if not line.exchange.carries(request.rid)]
        if free:
            self._carry(min(free, key=lambda line: line.exchange.suspect), request, message, reply, again=True)
        elif not fit:
            self._refuse(reply, Outcome.UNKNOWN_KEY)

    def _carry(self, line: Line, request: Request, message: bytes, reply: str, *, again: bool) -> None:
        reporter = Reporter(lambda said: self._publish(reply, said.encode()), request.deadline_ms / 1000)
        reporter.end = lambda: line.exchange.forget(request.rid, reporter)
        line.exchange.ask(request.rid, message, reporter, again=again)

    def _refuse(self, reply: str, outcome: Outcome) -> None:
        self._publish(reply, carried.failed(outcome, confirmed=False).encode())

    def _compare(self, tid: UUID, epoch: int) -> None:
        here = self._held.newest_epoch(tid)
        if epoch > here:
            self._superseded(tid, epoch)
        elif epoch < here:
            self.announce(tid)


@contextlib.contextmanager
def checked() -> Iterator[None]:
    """Log what is no message, and go on."""
    try:
        yield
    except (Malformed, ValueError):
        log.warning("bus: a message that is none")
