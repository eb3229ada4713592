"""Dependencies point one way: the contracts of pyproject.toml hold, and cover every package."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_teams_app_contract_lists_every_module_it_must_not_import() -> None:
    """The contract is a list of what is forbidden, so a new module must be added to it."""
    text = (ROOT / "pyproject.toml").read_text()
    contract = text.split('name = "teams_app speaks protocol and wire only"')[1].split("[[")[0]
    for package, allowed in (("directory_server", {"protocol"}), ("relay_cloud", {"wire"})):
        for path in (ROOT / package).iterdir():
            module = path.stem
            if path.suffix not in {"", ".py"} or module.startswith("_") or module in allowed:
                continue
            assert f'"{package}.{module}"' in contract, f"{package}.{module} is missing from the contract"
