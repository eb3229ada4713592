"""What is in the memory of a running process, as a core dump would show it."""

from collections.abc import Iterator
from pathlib import Path


def memory(pid: int) -> Iterator[bytes]:
    """Yield each readable part of the memory of a child process (Linux)."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as mem:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights, *_ = line.split()
            start, end = (int(part, 16) for part in where.split("-"))
            if not rights.startswith("r"):
                continue
            try:
                mem.seek(start)
                yield mem.read(end - start)
            except (OSError, OverflowError):  # the kernel's own pages
                continue


def holds(pid: int, text: str) -> bool:
    """Whether the text is anywhere in it, in any of the forms a program keeps text in."""
    forms = [text.encode(), text.encode("utf-16-le"), text.encode("utf-32-le")]
    return any(form in part for part in memory(pid) for form in forms)
