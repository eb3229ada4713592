"""The command: keys made once, a package written, a taken port said in one line, faulty settings without values."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from deploy.demo.program import free_port
from teams_app.__main__ import cli

IDS = 'bot_app_id = "11111111-1111-4111-8111-111111111111"\napi_client_id = "33333333-3333-4333-8333-333333333333"\n'


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(cli, [str(part) for part in arguments])
    return done.exit_code, done.output


def settings(folder: Path, more: str = "") -> Path:
    run("keys", folder / "keys")
    file = folder / "teams.toml"
    names = {"ticket_key": "ticket_key.pem", "service_key": "service_key.pem", "registrar_key": "ticket_key.pem.pub"}
    lines = [f'{name} = "{folder / "keys" / file_name}"' for name, file_name in names.items()]
    file.write_text("\n".join(lines) + f'\ntab_url = "https://tab.example/tab/"\n{more}')
    return file


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    assert run("keys", tmp_path)[0] == 0
    before = (tmp_path / "ticket_key.pem").read_bytes()
    assert (tmp_path / "service_key.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "service_key.pem.pub").read_text().startswith("-----BEGIN PUBLIC KEY-----")
    code, output = run("keys", tmp_path)
    assert (code, "exists already" in output) == (1, True)
    assert (tmp_path / "ticket_key.pem").read_bytes() == before


def test_package_and_check(tmp_path: Path) -> None:
    file = settings(tmp_path, IDS)
    assert run("package", "--config", file, "-o", tmp_path / "app.zip")[0] == 0
    assert run("check-manifest", tmp_path / "app.zip") == (0, "valid for manifest schema 1.30\n")
    assert run("check-manifest", "--config", file)[0] == 0
    code, output = run("check-manifest", file)
    assert (code, "no zip" in output) == (1, True)
    assert run("check-manifest", tmp_path / "missing.zip")[0] == 1
    assert run("package", "--config", settings(tmp_path / "bare"))[0] == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ('bot_app_secret = ["sesame"]', "bot_app_secret"),
        ("nonsense = 'sesame'", "nonsense"),
        ("broken", "configuration"),
        ("ticket_key = 5", "configuration"),
    ],
)
def test_faulty_settings_are_named_without_their_values(tmp_path: Path, more: str, named: str) -> None:
    code, output = run("serve", "--config", settings(tmp_path, more))
    assert (code, named in output, "sesame" in output, "Traceback" in output) == (2, True, False, False)


def test_faulty_keys_are_named(tmp_path: Path) -> None:
    file = settings(tmp_path)
    (tmp_path / "keys" / "service_key.pem").write_text("no key")
    code, output = run("serve", "--config", file)
    assert (code, "service_key" in output) == (2, True)
    file.write_text("")
    assert "registrar_key is not set" in run("serve", "--config", file)[1]


def test_taken_port_and_no_port(tmp_path: Path) -> None:
    file = settings(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert run("serve", "--config", file, "--listen", address) == (
            1, f"Error: cannot listen on {address}: Address already in use\n",
        )  # fmt: skip
    assert run("serve", "--config", file, "--listen", "nowhere")[0] == 2
    assert run("serve", "--config", file, "--listen", "127.0.0.1:99999")[0] == 1


@pytest.mark.server
def test_serves_until_stopped(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "teams_app",
        "serve",
        "--config",
        settings(tmp_path),
        "--listen",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ, text=True)
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "ok"}
                break
            except httpx.TransportError:
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=15)
    finally:
        process.kill()
    assert "Traceback" not in errors
