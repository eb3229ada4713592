"""Commands that give way: what takes long takes what others leave of the processors; what is waited for does not."""

import os
import subprocess
import sys
import time
from multiprocessing import Process, SimpleQueue
from pathlib import Path

import pytest

from directory_server.commands import background
from tests.directory_server.commands.conftest import write

ROOT = Path(__file__).parents[3]
IDLE = getattr(os, "SCHED_IDLE", None)

pytestmark = pytest.mark.skipif(IDLE is None, reason="this operating system knows no idle class")


def policies(line, *words):
    """Return the scheduling classes that a command was seen in."""
    command = [sys.executable, "-m", "directory_server", "--data", str(line.data), *words]
    seen = set()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
        while run.poll() is None:
            seen.add(os.sched_getscheduler(run.pid))
            time.sleep(0.001)
        assert run.returncode == 0, run.stderr.read()
    return seen


@pytest.mark.parametrize("words", [("sync",), ("index", "rebuild"), ("quality",)], ids=" ".join)
def test_what_takes_long_gives_way(line, customers, people, words):
    write(people, 5000)
    line.ok("sync")
    assert policies(line, *words) == {os.SCHED_OTHER, IDLE}


def test_what_somebody_waits_for_does_not(line, customers):
    line.ok("sync")
    assert policies(line, "lookup", "089/1234-5") == {os.SCHED_OTHER}


def refused(*_):
    raise PermissionError


def given_way(told):
    os.sched_setscheduler = refused
    background.give_way()
    told.put(os.nice(0))


def test_where_the_idle_class_is_refused_niceness_is_left():
    told = SimpleQueue()
    process = Process(target=given_way, args=(told,))
    process.start()
    assert told.get() == background.LOWEST
    process.join()
