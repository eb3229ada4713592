"""How things are measured: CPU of a thread, wall time, CPU and memory of whole processes, percentiles."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

Ask = Callable[[str], object]
_WARM = 20
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds; `asked` queries were timed."""

    p50: float
    p95: float
    p99: float
    mean: float
    asked: int

    def __str__(self) -> str:
        return f"{self.p50:8.2f}/{self.p99:8.2f}"


def times(spent_ms: Iterable[float]) -> Times:
    """Return the percentiles of these times."""
    ordered = sorted(spent_ms)

    def at(share: float) -> float:
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    return Times(at(0.5), at(0.95), at(0.99), sum(ordered) / len(ordered), len(ordered))


def timed(ask: Ask, texts: list[str], *, clock: Callable[[], int] = time.thread_time_ns, budget_s: float = 60) -> Times:
    """Ask every text once, after a few to warm up; stop when the budget is spent, but not before 20 were timed."""
    end = time.monotonic() + budget_s
    for text in texts[:_WARM]:
        ask(text)
        if time.monotonic() > end:
            break
    end = time.monotonic() + budget_s
    spent = []
    for text in texts:
        start = clock()
        ask(text)
        spent.append((clock() - start) / 1e6)
        if len(spent) >= _LEAST and time.monotonic() > end:
            break
    return times(spent)


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
    files = (inner for path in paths for inner in ((path,) if path.is_file() else path.rglob("*")))
    return sum(file.stat().st_size for file in files if file.is_file())
