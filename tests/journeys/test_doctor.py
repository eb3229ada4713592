"""`doctor` on the running product: nothing to say when all is well, the right word for each fault."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.stack import BIN, Stack
from tests.servers.stack import filled

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(120)]


def doctor(stack: Stack) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    fronts = {"WEB": stack.ports.web, "LDAP": stack.ports.ldap, "LDAPS": stack.ports.ldaps}
    done = subprocess.run(
        [BIN / "contact-directory", "--data", stack.data, "doctor", "--json"],
        env={f"CONTACTORY_{name}": f"127.0.0.1:{port}" for name, port in fronts.items()},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(done.stdout):
        found.setdefault(finding["check"], []).append(finding)
    return done.returncode, found


def test_doctor_finds_nothing_then_names_each_fault(tmp_path: Path) -> None:
    with filled(Stack(tmp_path)) as stack:
        stack.start()
        code, found = doctor(stack)
        assert code == 0
        assert {finding["health"] for findings in found.values() for finding in findings} == {"good"}
        assert {"data folder", "disk", "index", "source customers", "web", "ldap", "ldaps", "line"} <= set(found)

        shutil.move(stack.folder / "service.csv", stack.folder / "elsewhere.csv")
        stack.data.chmod(0o755)
        stack.directory.stop()
        code, found = doctor(stack)
    assert code == 1
    assert found["data folder"][0]["health"] == "warning"
    assert "0700" in found["data folder"][0]["advice"]
    assert found["source service"][0]["detail"].startswith("SourceGone: ")
    assert found["source service"][0]["advice"] == "check its name."
    assert found["source customers"][0]["health"] == "good"
    for front in ("web", "ldap", "ldaps"):
        assert found[front][0]["health"] == "bad"
        assert found[front][0]["advice"] == "contact-directory serve"
    assert found["line"][0]["health"] == "bad"


def test_doctor_says_what_is_not_set_up(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.prepare()
    file = tmp_path / "people.csv"
    file.write_text("id;name\n1;Groß\n")
    stack.command("source", "add", "people", "--type", "csv", "--set", f"path={file}")
    code, found = doctor(stack)
    assert code == 1
    assert [finding["detail"] for finding in found["source people"]][1:] == [
        "never read", "granted to no group: Teams users do not see it",
    ]  # fmt: skip
    assert found["line"][0]["advice"] == "contact-directory tenant register"
