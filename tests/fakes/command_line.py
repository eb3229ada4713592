"""`contact-directory` run in this process, as a test's hand on the command line."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from typer.testing import CliRunner

from directory_server.__main__ import cli


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    fault: BaseException | None

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    data: Path

    def run(self, *words: str, given: str | None = None) -> Ran:
        """Run one command; an exception that would be a traceback fails the test."""
        with patch("directory_server.commands.background.give_way"):  # for good, and this process has more to do
            result = CliRunner().invoke(cli, ["--data", str(self.data), *words], input=given)
        fault = result.exception
        if fault is not None and not isinstance(fault, SystemExit):
            raise fault
        return Ran(result.exit_code, result.stdout, result.stderr, fault)

    def ok(self, *words: str, given: str | None = None) -> Any:
        """Run a command that must succeed and return its JSON."""
        ran = self.run(*words, "--json", given=given)
        assert ran.code == 0, ran
        return ran.json()

    def refused(self, *words: str, given: str | None = None) -> str:
        """Run a command that must fail, both ways, and return its message."""
        plain = self.run(*words, given=given)
        assert plain.code == 1, plain
        assert plain.err.startswith("Error: "), plain
        assert "Traceback" not in plain.out + plain.err
        spoken = self.run(*words, "--json", given=given)
        assert spoken.code == 1, spoken
        message: str = spoken.json()["error"]
        assert message in plain.err
        return message
