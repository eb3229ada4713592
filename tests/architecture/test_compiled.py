"""What is compiled is what the sources say."""

import importlib
import subprocess

import pytest

from tests.fakes import as_python


def test_they_are_as_new_as_their_sources() -> None:
    subprocess.run([as_python.ROOT / "deploy" / "install" / "distribution", "--check"], check=True)


@pytest.mark.parametrize("name", as_python.COMPILED)
def test_they_are_compiled(name: str) -> None:
    file = importlib.import_module(name).__file__
    assert file
    if file.endswith(".py"):
        pytest.skip("no compiler: gcc and python3-dev are needed")
