"""The command: settings, port taken, keys, credentials."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from relay_cloud import config
from relay_cloud.wire import credential, es256
from tests.servers.relay import Relay

README = Path(__file__).parents[2] / "relay_cloud" / "README.md"


@pytest.fixture
def unstarted() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.close()


def contact_relay(*arguments: str | Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "relay_cloud", *map(str, arguments)],
        capture_output=True, text=True, timeout=30, check=False, env={**os.environ, **environ},
    )  # fmt: skip


def test_a_taken_port_is_said_in_one_line(unstarted: Relay) -> None:
    relay = unstarted
    with socket.create_server(("127.0.0.1", relay.port)):
        done = contact_relay("serve", "--config", relay.config)
    assert done.returncode == 1
    assert done.stderr == f"Error: cannot listen on 127.0.0.1:{relay.port}: Address already in use\n"


@pytest.mark.parametrize(
    ("line", "arguments", "environ", "said"),
    [
        ("nonsense = 1", [], {}, "nonsense"),
        ("tenant_rate = 0", [], {}, "tenant_rate"),
        ("", [], {"CONTACTORY_RELAY_PUBLIC_URL": "relay.example.com"}, "public_url"),
        ("", ["--listen", "8480"], {}, "host:port"),
        ("", ["--nats", "http://127.0.0.1"], {}, "nats"),
        ("", [], {"CONTACTORY_RELAY_NONSENSE": "1"}, "CONTACTORY_RELAY_NONSENSE"),
        ("", [], {"CONTACTORY_RELAY_TICKET_KEY": "/nowhere.pem"}, "/nowhere.pem"),
        ("", [], {"CONTACTORY_RELAY_REGISTRAR_CLIENT_ID": ""}, "registrar_client_id"),
    ],
)
def test_wrong_settings_are_named(
    unstarted: Relay, line: str, arguments: list[str], *, environ: dict[str, str], said: str
) -> None:
    relay = unstarted
    relay.config.write_text(relay.config.read_text() + line + "\n")
    done = contact_relay("serve", "--config", relay.config, *arguments, **environ)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "private_key"),
        ("client_id = 'c'\nprivate_key = '/nowhere.pem'", "/nowhere.pem"),
        ("client_id = ''\nprivate_key = '/nowhere.pem'", "client_id"),
        ("nats = 'nats://127.0.0.1'", "nats"),
    ],
)
def test_wrong_settings_of_the_registrar_are_named(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "registrar.toml"
    file.write_text(content)
    done = contact_relay("registrar", "serve", "--config", file)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert said in done.stderr


def test_registrar_keys_and_credentials(tmp_path: Path) -> None:
    file = tmp_path / "registrar.pem"
    assert contact_relay("registrar", "key", file).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = contact_relay("registrar", "key", file)
    assert (again.returncode, "exists" in again.stderr) == (1, True)
    tid = UUID(int=3)
    issued = contact_relay("registrar", "issue", file, "--tenant", str(tid), "--thumbprint", "t", "--epoch", "2")
    public = es256.from_public_pem((tmp_path / "registrar.pem.pub").read_bytes())
    checked = credential.check(issued.stdout.strip(), public, 0)
    assert (checked.tid, checked.thumbprint, checked.epoch) == (tid, "t", 2)
    wrong = contact_relay("registrar", "issue", f"{file}.pub", "--tenant", str(tid), "--thumbprint", "t")
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (1, False)


def test_every_setting_is_documented() -> None:
    text = README.read_text(encoding="utf-8")
    fields = {**config.Config.model_fields, **config.RegistrarConfig.model_fields}
    assert [name for name in fields if f"`{name}`" not in text] == []


def test_command_line_over_environment_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "relay.toml"
    file.write_text('registrar_key = "r"\nticket_key = "t"\nlisten = "127.0.0.1:1"\ntenant_rate = 7\n')
    monkeypatch.setenv("CONTACTORY_RELAY_LISTEN", "127.0.0.1:2")
    loaded = config.Config.load(file, os.environ, listen=None)
    assert (loaded.listen, loaded.tenant_rate, loaded.host) == ("127.0.0.1:2", 7, "127.0.0.1:2")
    assert config.Config.load(file, os.environ, listen="127.0.0.1:3", public_url="https://r.test/").host == "r.test"
