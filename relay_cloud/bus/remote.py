"""Tries that run at other relays: how they report to the relay that asked, and what it makes of many reports."""

import asyncio
from collections.abc import Callable

from relay_cloud.asking import ACK_S, Asking
from relay_cloud.bus.carried import Said, Verdict, failed
from relay_cloud.outcomes import Outcome


class Reporter:
    """Reports one try of another relay's request back to it; implements `asking.Sink`.

    `say` sends one report; `end` is called once, when the try has ended or its time is over.
    """

    def __init__(self, say: Callable[[Said], None], left_s: float) -> None:
        self._say = say
        self._confirmed = False
        self.end: Callable[[], None] | None = None
        self._deadline = asyncio.get_running_loop().call_later(left_s, self._over)

    def acked(self) -> None:
        """Tell that a directory has received the request."""
        self._confirmed = True
        self._say(Said(Verdict.ACK))

    def answered(self, response: bytes) -> None:
        """Tell the answer."""
        self._say(Said(Verdict.ANSWER, response))
        self._over()

    def failed(self, outcome: Outcome) -> None:
        """Tell that this try ended without one."""
        self._say(failed(outcome, confirmed=self._confirmed))
        self._over()

    def _over(self) -> None:
        self._deadline.cancel()
        end, self.end = self.end, None
        if end is not None:
            end()


class Broadcast:
    """The second round of a request: one try for whoever asks, any number of relays that may take it.

    Nobody knows how many there are. It has failed once none that confirmed the request still works on it and all
    others have had their time to; `alone` says that the first round found nobody, so that the first refusal is the
    whole truth. While the bus is `shaky`, silence means nothing.
    """

    def __init__(self, asking: Asking, *, alone: bool, shaky: Callable[[], bool]) -> None:
        self._asking = asking
        self._alone = alone
        self._shaky = shaky
        self._working = 0
        self._settled = False
        self._outcome = Outcome.LINE_LOST
        asking.begin()
        self._timer = asyncio.get_running_loop().call_later(ACK_S, self._silent)

    def hear(self, said: Said) -> None:
        """Take what one relay says."""
        if said.verdict is Verdict.ACK:
            self._working += 1
            self._asking.acked()
        elif said.verdict is Verdict.ANSWER:
            self._timer.cancel()
            self._asking.answered(said.content)
        else:
            self._refused(said)

    def nobody(self, outcome: Outcome) -> None:
        """Take that no other relay holds a line of the tenant; `outcome` is what that means if nobody else does."""
        if self._alone:
            self._outcome = outcome
        self._settle()

    def close(self) -> None:
        """Take no more notice."""
        self._timer.cancel()

    def _refused(self, said: Said) -> None:
        if said.verdict is Verdict.FAILED:
            self._working -= 1
        if said.outcome is not Outcome.LINE_LOST:
            self._outcome = said.outcome
        if self._alone and said.verdict is Verdict.NOT_TAKEN:
            self._settled = True
        self._look()

    def _silent(self) -> None:
        if self._shaky():
            self._timer = asyncio.get_running_loop().call_later(ACK_S, self._silent)
        else:
            self._settle()

    def _settle(self) -> None:
        self._settled = True
        self._look()

    def _look(self) -> None:
        if self._settled and self._working <= 0:
            self._timer.cancel()
            self._asking.failed(self._outcome)
