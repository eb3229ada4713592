"""Exploring: feeds a judge with mutated inputs for a while, and keeps those that took new ways through the code."""

import contextlib
import gc
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from types import CodeType, FrameType
from typing import Any, TypeAlias

from tests.fuzz.mutation import LONGEST, Mutator

Judge: TypeAlias = Callable[[bytes], None]
"""Looks at one input; whatever it raises is a fault."""

CPU_SECONDS = 0.25
"""Time of the processor that one input may cost, traced or not, up to the longest."""
GROWN_BYTES = 128 * 1024 * 1024
"""Memory by which the process may grow while exploring: the corpus, and caches until they are full."""
_ROUND_SHARE = 0.03
_GROWN_BLOCKS = 2000
_FRONTS = str(Path(__file__).parents[2] / "directory_server" / "fronts")


class TooSlow(BaseException):
    """An input cost more time than it may; no `except Exception` on the way keeps it."""


class Fault(AssertionError):  # noqa: N818 - named as its reader knows it
    """What a judge objected to, and how to see it again: an input too long to be printed is left in a file."""

    def __init__(self, judge: str, data: bytes, place: str, error: BaseException) -> None:
        shown = data.hex()
        if len(data) > LONGEST:
            with NamedTemporaryFile("w", prefix="input-", suffix=".hex", delete=False) as file:
                file.write(shown)
            shown = f"< {file.name}"
        again = f"python -m tests.fuzz.replay {judge} {shown}"
        super().__init__(f"{type(error).__name__}: {error}\n{place}; again by: {again}")


@dataclass(frozen=True, slots=True)
class Report:
    """What was done: inputs judged, how many of them were kept for their new ways, the slowest in CPU seconds."""

    inputs: int
    kept: int
    slowest: float


class Ways:
    """The steps from line to line that the fronts' code has ever taken."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._taken: set[int] = set()
        self._places: dict[CodeType, int] = {}
        self._last = 0

    def new(self, judge: Judge, data: bytes) -> bool:
        """Judge an input; return whether it took a step that none before did."""
        self._taken.clear()
        self._last = 0
        sys.settrace(self._call)
        try:
            judge(data)
        finally:
            sys.settrace(None)
        before = len(self._known)
        self._known |= self._taken
        return len(self._known) > before

    def _call(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        place = self._places.get(frame.f_code)
        if place is None:
            ours = frame.f_code.co_filename.startswith(_FRONTS)
            place = self._places[frame.f_code] = (len(self._places) + 1) * 1000 if ours else 0
        return self._line if place else None

    def _line(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        here = self._places[frame.f_code] + frame.f_lineno
        self._taken.add(self._last << 32 | here)
        self._last = here
        return self._line


@contextlib.contextmanager
def limited() -> Iterator[Callable[[float], None]]:
    """Give a function that raises TooSlow in this thread after so many seconds of CPU time; 0 calls it off."""

    def stop(_signal: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {CPU_SECONDS} s" + (f", in {frame.f_code.co_qualname}" if frame else ""))

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        yield _arm
    finally:
        _arm(0)
        signal.signal(signal.SIGVTALRM, before)


def _arm(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)


def explore(name: str, judge: Judge, seeds: list[bytes], seed: int, seconds: float) -> Report:
    """Judge the seeds and what mutation makes of them for so many seconds of CPU time.

    Raises Fault, and AssertionError where memory grows.
    """
    corpus = list(seeds)
    mutator = Mutator(Random(seed), corpus)
    ways = Ways() if sys.gettrace() is None else None  # who measures coverage or debugs keeps the trace
    count, slowest, begun = 0, 0.0, resident()
    gc.collect()
    gc.freeze()  # else a full collection counts for the input that meets it
    end = time.thread_time() + 0.95 * seconds
    try:
        with limited() as limit:
            while count < len(seeds) or time.thread_time() < end:
                data = seeds[count] if count < len(seeds) else mutator.next()
                count += 1
                before = time.thread_time()
                limit(CPU_SECONDS)
                with _told(name, data, f"input {count} of seed {seed}", limit):
                    if ways is None or len(data) > LONGEST:
                        judge(data)
                    elif ways.new(judge, data) and count > len(seeds):
                        corpus.append(data)
                slowest = max(slowest, time.thread_time() - before)
            _bears_repeating(name, judge, mutator, int(count * _ROUND_SHARE), limit)
    finally:
        gc.unfreeze()
    grown = resident() - begun
    assert grown < GROWN_BYTES, f"{name}: grew by {grown} bytes"
    return Report(count, len(corpus) - len(seeds), slowest)


@contextlib.contextmanager
def _told(judge: str, data: bytes, place: str, limit: Callable[[float], None]) -> Iterator[None]:
    """Make whatever a judge raises a Fault; call the limit off in any case."""
    try:
        yield
    except BaseException as error:
        limit(0)
        raise Fault(judge, data, place, error) from error
    limit(0)


def resident() -> int:
    """Return the most bytes of memory that this process ever held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _bears_repeating(name: str, judge: Judge, mutator: Mutator, inputs: int, limit: Callable[[float], None]) -> None:
    """Nothing of an input stays behind: the third round leaves no more than the second did."""
    left = []
    for _ in range(3):
        for _ in range(inputs):
            data = mutator.next()
            limit(CPU_SECONDS)
            with _told(name, data, "one of those that leave nothing behind", limit):
                judge(data)
        _empty_caches()
        gc.collect()
        left.append(sys.getallocatedblocks())
    assert left[2] - left[1] < _GROWN_BLOCKS, f"blocks left after each round: {left}"


def _empty_caches() -> None:
    for cache in gc.get_objects():
        if isinstance(cache, _lru_cache_wrapper) and str(cache.__module__).startswith("directory_server.fronts"):
            assert cache.cache_info().maxsize is not None, f"{cache.__module__}.{cache.__qualname__} knows no limit"
            cache.cache_clear()
