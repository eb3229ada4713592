import subprocess
import sys

import pytest

from directory_server.store.errors import Busy
from directory_server.store.file_lock import file_lock


def test_a_held_lock_is_refused_and_freed_after(tmp_path):
    path = tmp_path / "locks" / "a.lock"
    with (
        file_lock(path, "somebody is at it"),
        pytest.raises(Busy, match="somebody is at it"),
        file_lock(path, "somebody is at it"),
    ):
        pass
    with file_lock(path, "free again"):
        pass


def test_waiting_gets_the_lock_or_gives_up(tmp_path):
    path = tmp_path / "a.lock"
    with file_lock(path, "x", wait_s=1), pytest.raises(Busy), file_lock(path, "x", wait_s=0.05):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    path = tmp_path / "a.lock"
    code = (
        "import sys, time; from pathlib import Path; from directory_server.store.file_lock import file_lock\n"
        "with file_lock(Path(sys.argv[1]), 'x'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Busy), file_lock(path, "x"):
            pass
        process.kill()
        process.wait(10)
    with file_lock(path, "x", wait_s=5):
        pass
