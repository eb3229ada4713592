"""One request on its way to its tenant's directory: several tries at most, exactly one outcome.

The request goes out once. If no directory says that it has it within half a second, or the line it went over breaks, it
goes out once more, with the same request id, over everything else that reaches the tenant: the directory executes it
once and answers whoever asks. The first answer wins; an error counts only when no other try runs. A directory that
says it is busy, or that the request is wrong, is believed: asking again would only add to its load.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from relay_cloud.outcomes import Failed, Outcome

ACK_S = 0.5
"""A directory that has a request says so within this time."""

WORTH_ANOTHER_TRY = frozenset({Outcome.LINE_LOST, Outcome.NO_DIRECTORY})


class Sink(Protocol):
    """Whom a try reports to; `answered` or `failed` ends it."""

    def acked(self) -> None:
        """Tell that a directory has received the request."""

    def answered(self, response: bytes) -> None:
        """Tell the answer."""

    def failed(self, outcome: Outcome) -> None:
        """Tell that this try ended without one."""


class Asking:
    """Waits for the outcome of one request; implements `Sink` for each of its tries.

    `again` sends the request once more to whatever may still answer, calls `begin` for each try that adds, and is
    called at most once. Make it in the event loop.
    """

    def __init__(self, again: Callable[["Asking"], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[bytes] = self._loop.create_future()
        self._again: Callable[[Asking], None] | None = again
        self._running = 0
        self._heard = False
        self._error = Outcome.NO_DIRECTORY
        self.hedged = False

    def begin(self) -> None:
        """Count a try that will report here."""
        self._running += 1

    @property
    def done(self) -> bool:
        """Whether the outcome is known."""
        return self._future.done()

    def acked(self) -> None:
        """Tell that a directory has received the request."""
        self._heard = True

    def answered(self, response: bytes) -> None:
        """Tell the answer: it ends the request, whatever else still runs."""
        if not self._future.done():
            self._future.set_result(response)

    def failed(self, outcome: Outcome) -> None:
        """Tell that one try ended without an answer."""
        self._running -= 1
        if self._error in WORTH_ANOTHER_TRY and outcome is not Outcome.NO_DIRECTORY:
            self._error = outcome  # what says more wins
        if outcome in WORTH_ANOTHER_TRY:
            self.once_more()
        if self._running <= 0:
            self._fail(self._error)

    async def outcome(self, timeout_s: float) -> bytes:
        """Return the answer; raises Failed with the one outcome, DEADLINE after `timeout_s` at the latest."""
        deadline = self._loop.call_later(timeout_s, self._fail, Outcome.DEADLINE)
        silence = self._loop.call_later(ACK_S, self._silent)
        try:
            return await self._future
        finally:
            deadline.cancel()
            silence.cancel()

    def _silent(self) -> None:
        if not self._heard:
            self.once_more()

    def once_more(self) -> None:
        """Send the request again, unless that was done or the outcome is known."""
        again, self._again = self._again, None
        if again is not None and not self._future.done():
            before = self._running
            again(self)
            self.hedged = self._running > before

    def _fail(self, outcome: Outcome) -> None:
        if not self._future.done():
            self._future.set_exception(Failed(outcome))
