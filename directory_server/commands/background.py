"""Background: commands that work for long and that nobody waits for as somebody waits for a call to ring."""

import os
from contextlib import suppress
from typing import Final

LOWEST: Final = 19
"""Niceness (nice(1)) of such a command where the system has nothing that gives way further."""


def give_way() -> None:
    """Let this thread, and what it starts, have only what others leave of the processors; for good.

    Calls that ring are answered by another process of this machine, and it must not wait for its turn: on Linux whoever
    wakes up takes the place of an idle-class thread at once (sched(7)), of a nice one only at the end of its slice.
    """
    with suppress(AttributeError, PermissionError):  # another system, or a container that forbids it
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        return
    with suppress(AttributeError):
        os.nice(LOWEST)
