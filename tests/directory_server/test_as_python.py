"""Everything that is compiled works as Python, too."""

import subprocess
import sys

import pytest

from tests.fakes import as_python

TESTS = (
    "tests/directory_server/directory/words/test_cards.py",
    "tests/directory_server/directory/test_changes.py",
    "tests/directory_server/directory/test_snapshots.py",
    "tests/directory_server/directory/test_glance.py",
    "tests/directory_server/directory/test_sole.py",
    "tests/directory_server/fronts/ldap/test_answers.py",
    "tests/directory_server/fronts/ldap/test_asked.py",
    "tests/directory_server/fronts/ldap/test_caller.py",
    "tests/directory_server/fronts/ldap/test_kept.py",
    "tests/directory_server/fronts/ldap/test_lane.py",
    "tests/directory_server/fronts/ldap/test_plan.py",
    "tests/directory_server/fronts/ldap/test_response.py",
    "tests/directory_server/fronts/ldap/test_room.py",
    "tests/directory_server/fronts/ldap/test_server.py",
    "tests/directory_server/fronts/ldap/test_shortcut.py",
    "tests/directory_server/fronts/ldap/test_straight.py",
    "tests/directory_server/fronts/ldap/test_straight_entries.py",
    "tests/properties/test_straight.py",
)


@pytest.mark.timeout(300)
def test_they_work_as_python() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.fakes.all_as_python", "-m", "not long", *TESTS]
    done = subprocess.run(command, cwd=as_python.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
