"""How things are measured: CPU of a thread, wall time, CPU and memory of whole processes, percentiles."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass
from pathlib import Path

Ask = Callable[[str], Sized]
"""Asks and returns what was found."""

WARM = 20
"""Texts that are asked first and not timed."""
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds; `asked` queries were timed, of which the share `answered` found anything."""

    p50: float
    p95: float
    p99: float
    mean: float
    asked: int
    answered: float

    def __str__(self) -> str:
        return f"{self.p50:8.2f}/{self.p99:8.2f}"


def times(spent_ms: Iterable[float], answered: float = 1) -> Times:
    """Return the percentiles of these times."""
    ordered = sorted(spent_ms)

    def at(share: float) -> float:
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    return Times(at(0.5), at(0.95), at(0.99), sum(ordered) / len(ordered), len(ordered), answered)


def timed(ask: Ask, texts: list[str], *, clock: Callable[[], int] = time.thread_time_ns, budget_s: float = 60) -> Times:
    """Ask the first WARM texts to warm up, then time every other one.

    Stops when the budget is spent, but not before 20 were timed.
    """
    end = time.monotonic() + budget_s
    for text in texts[:WARM]:
        ask(text)
        if time.monotonic() > end:
            break
    end = time.monotonic() + budget_s
    spent, answered = [], 0
    for text in texts[WARM:]:
        start = clock()
        found = ask(text)
        spent.append((clock() - start) / 1e6)
        answered += bool(found)
        if len(spent) >= _LEAST and time.monotonic() > end:
            break
    return times(spent, answered / len(spent))


def memory() -> dict[str, float]:
    """Return RssAnon, RssFile, VmRSS and VmHWM of this process in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    found = {name: rest.split()[0] for name, _, rest in (line.partition(":") for line in lines) if rest.strip()}
    return {name: int(found[name]) / 1024 for name in ("RssAnon", "RssFile", "VmRSS", "VmHWM")}


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took: wall and CPU seconds of it and all its children, and its largest resident memory in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def run(folder: Path, *arguments: str) -> Run:
    """Run `contact-directory` on a data folder in a process of its own; SystemExit with its text if it fails."""
    command = [sys.executable, "-m", "directory_server", "--data", str(folder), *arguments]
    start = time.perf_counter()
    with (folder.parent / "output").open("w+b") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[1])
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode()
    if process.returncode:
        raise SystemExit(f"contact-directory {' '.join(arguments)} failed:\n{text}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text)


def size(*paths: Path) -> int:
    """Return the bytes of files, and of all files in folders."""
    return sum(file.stat().st_size for file in _files(*paths))


def evict(*paths: Path) -> None:
    """Have the system forget what it keeps in memory of files, and of all files in folders, as after a restart."""
    for file in _files(*paths):
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _files(*paths: Path) -> Iterable[Path]:
    found = (inner for path in paths for inner in ((path,) if path.is_file() else path.rglob("*")))
    return (file for file in found if file.is_file())
