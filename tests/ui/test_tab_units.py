"""The tab's own unit tests, run by Vitest."""

import subprocess
from pathlib import Path

TAB = Path(__file__).parents[2] / "teams_app" / "tab"


def test_vitest_passes() -> None:
    done = subprocess.run(["npm", "test"], cwd=TAB, capture_output=True, text=True, check=False, timeout=55)
    assert done.returncode == 0, done.stdout + done.stderr
