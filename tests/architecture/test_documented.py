"""What an admin can set, run or watch is documented, or this fails."""

import re
from pathlib import Path

import pytest
import typer

from directory_server.__main__ import cli as directory
from directory_server.config import Config
from relay_cloud.__main__ import cli as relay
from relay_cloud.config import Config as RelayConfig
from relay_cloud.config import RegistrarConfig
from teams_app.__main__ import cli as teams
from teams_app.config import Config as TeamsConfig

DOCS = Path(__file__).parents[2] / "docs"
WEB_METRICS = "directory_server/fronts/web/metrics.py"


def commands(cli: typer.Typer, name: str) -> list[tuple[str, list[str]]]:
    """Every command with its options, as the program itself knows them."""
    found: list[tuple[str, list[str]]] = []

    def walk(command: object, path: str) -> None:
        below = getattr(command, "commands", None)
        if below is not None:
            for word, child in below.items():
                walk(child, f"{path} {word}")
            return
        options = [opt for param in command.params for opt in param.opts if opt.startswith("--") and opt != "--help"]
        found.append((path, options))

    walk(typer.main.get_command(cli), name)
    return found


ALL = [
    *commands(directory, "contact-directory"),
    *commands(relay, "contact-relay"),
    *commands(teams, "contact-teams"),
]


@pytest.mark.parametrize(("command", "options"), ALL, ids=[name for name, _ in ALL])
def test_command_and_options_are_documented(command: str, options: list[str]) -> None:
    text = (DOCS / "commands.md").read_text()
    section = re.search(rf"^### `{re.escape(command)}\b.*?(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    assert section, f"docs/commands.md has no section for {command}"
    missing = [option for option in options if f"`{option}" not in section.group()]
    assert missing == []


@pytest.mark.parametrize("config", [Config, RelayConfig, RegistrarConfig, TeamsConfig])
def test_settings_are_documented(config: type) -> None:
    text = (DOCS / "settings.md").read_text()
    assert [name for name in config.model_fields if f"`{name}`" not in text] == []


def test_metrics_are_documented() -> None:
    text = (DOCS / "metrics.md").read_text()
    assert {name for name in metrics() if f"`{name}" not in text} == set()


def test_alerts_ask_for_metrics_that_exist() -> None:
    alerts = (DOCS.parent / "deploy" / "prometheus" / "alerts.yml").read_text()
    named = set(re.findall(r"\bcontactory_[a-z_]+", alerts))
    assert named
    assert named <= metrics()


def metrics() -> set[str]:
    """Every metric that a program names in its source."""
    found = set()
    for pattern, name in (
        ("relay_cloud/**/*.py", r"\bcontact_relay_[a-z_]+"),
        (WEB_METRICS, r'"(contactory_[a-z_]+)"'),
    ):
        source = "".join(path.read_text() for path in DOCS.parent.glob(pattern))
        names = set(re.findall(name, source))
        assert names
        found |= names
    return found
