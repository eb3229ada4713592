"""The layout is part of the design: a new folder or a long file needs a decision, not an accident."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 300

TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "Makefile", "README.md", "benchmarks", "connectors", "deploy", "directory_server",
    "docs", "hatch_build.py", "pyproject.toml", "relay_cloud", "requirements-dev.lock", "requirements.lock", "teams_app", "tests",
}  # fmt: skip

FOLDERS = {
    "connectors": {"csv_file", "ldap", "odbc"},
    "relay_cloud": {"bus", "wire"},
    "directory_server": {
        "app", "commands", "directory", "fronts", "observe", "protocol", "store", "sync", "vault",
    },
    "directory_server/fronts": {"ldap", "telephony", "uplink", "web"},
    "directory_server/fronts/web": {"api", "locale", "static", "templates"},
    "teams_app": {"manifest", "tab"},
    "deploy": {"demo", "install", "phones", "prometheus"},
    "docs": {"decisions", "pictures"},
    "tests": {
        "architecture", "connectors", "contracts", "deploy", "directory_server", "fakes", "fuzz", "journeys", "properties",
        "relay_cloud", "servers", "teams_app", "ui", "vectors",
    },
}  # fmt: skip

# Files that lie directly in a package: its table of contents.
FILES = {
    "connectors": "connector contact errors events mapping pick registry settings straight",
    "relay_cloud": (
        "README __main__ app ask_route asking authority config control exchange http_answer limits line_route metrics"
        " outcomes poll_route polled probing registrar registrar_route revoked server tickets writer"
    ),
    "relay_cloud/wire": "base64url credential envelope es256 frame handshake polling published revocations session",
    "relay_cloud/bus": "bus carried held holder journey loopback nats outgoing pulse remote subscriptions",
    "directory_server": "__main__ config",
    "directory_server/app": "connected directory doctor ldap_counts ldap_listener ldap_process ldap_worker ldap_workers questions server signals"
    " status telephony",
    "directory_server/fronts": "",
    "directory_server/observe": "logs metrics status",
    "directory_server/protocol": "identity jwks kem keys messages padding sealing version",
    "directory_server/sync": "guard history outcome plan run totals",
    "directory_server/vault": "errors master_key vault",
    "teams_app": (
        "__main__ activity answers app bot cards config headers identity jwks keys line outcomes package pages person"
        " texts tickets"
    ),
}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
SOURCE = {".py", ".ts", ".tsx", ".css", ".html"}


def tracked() -> list[Path]:
    """Every file of the repository, new ones that are not ignored included."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [Path(line) for line in listing.splitlines() if (ROOT / line).exists()]


def test_top_level_is_as_agreed() -> None:
    assert {path.parts[0] for path in tracked()} == TOP


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_are_as_agreed(folder: str) -> None:
    parent = Path(folder)
    depth = len(parent.parts)
    below = [path for path in tracked() if path.parts[:depth] == parent.parts and len(path.parts) > depth + 1]
    assert {path.parts[depth] for path in below} <= FOLDERS[folder]


@pytest.mark.parametrize("folder", FILES)
def test_files_are_as_agreed(folder: str) -> None:
    """A new file beside these is a new noun in the package's vocabulary: name it here."""
    parent = Path(folder)
    files = {path.stem for path in tracked() if path.parent == parent} - {"__init__"}
    assert files == set(FILES[folder].split())


def test_no_file_is_longer_than_the_limit() -> None:
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in tracked() if path.suffix in SOURCE}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}


def test_nothing_is_named_for_its_vagueness() -> None:
    assert [str(path) for path in tracked() if FORBIDDEN_NAMES & {part.split(".")[0] for part in path.parts}] == []


def test_every_connector_has_the_same_files() -> None:
    for name in FOLDERS["connectors"]:
        files = {path.name for path in (ROOT / "connectors" / name).iterdir()}
        assert {"connector.py", "settings.py", "mapping.toml", "README.md"} <= files, name
