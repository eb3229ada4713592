"""A lock between processes that the operating system frees when its holder dies."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from directory_server.store.errors import Busy

STEP_S = 0.02

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def file_lock(path: Path, busy: str, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock file; raises Busy with the sentence `busy` if another holds it longer than `wait_s` seconds."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tries = int(wait_s / STEP_S)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        while True:
            try:
                _take(file)
                break
            except OSError:
                if tries <= 0:
                    raise Busy(busy) from None
                tries -= 1
                time.sleep(STEP_S)
        yield  # closing the file frees the lock
