"""Microsoft 365 Agents Playground as a real Teams client, driven over HTTP, in a mount namespace of its own.

There `login.microsoftonline.com` is our `Channel`, so that what it sends carries a signed channel token. Needs root.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
import pytest

from tests.servers.channel import NAME, Channel

FOLDER = Path(__file__).parent / "playground"
CLI = FOLDER / "node_modules/@microsoft/m365agentsplayground/cli.js"
INSTALL = Path(__file__).parents[2] / "deploy/install/node"
START_SECONDS = 30.0


def install() -> None:
    """Install the locked npm packages of this folder once; skips the test where there is no npm."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    subprocess.run([INSTALL, FOLDER], check=True, capture_output=True, text=True, timeout=300)


class AgentsPlayground:
    """One Playground for one bot, asking as one user (object id `oid`) in the channel's tenant."""

    def __init__(self, folder: Path, channel: Channel, bot_url: str, port: int, oid: UUID) -> None:
        self._folder = folder
        self._channel = channel
        self._bot_url = bot_url
        self._oid = oid
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "playground.log"
        self.recording = folder / "recording.log"
        channel.service_url = f"http://localhost:{port}/_connector"

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            pytest.skip("a mount namespace for the Playground needs root")
        if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
            pytest.skip("this root may not make a mount namespace")
        install()
        config = self._folder / "playground.yml"
        config.write_text(json.dumps(self._config()))
        hosts = self._folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{self._channel.address} {NAME}\n")
        start = ["node", CLI, "start", "-e", self._bot_url, "-c", "msteams", "-p", str(self._port)]
        start += ["--disable-telemetry", "--enable-events-recording", "--service-url", self._channel.service_url]
        start += ["--client-id", self._channel.bot, "--client-secret", "s", "--tenant-id", self._channel.tenant]
        command = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts, *start]
        environment = {
            **os.environ,
            "TEAMSAPPTESTER_BROWSER": "none",
            "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(config),
            "M365_AGENTS_PLAYGROUND_LOGFILE": str(self.log),
            "M365_AGENTS_PLAYGROUND_RECORDING_FILE": str(self.recording),
            "NODE_EXTRA_CA_CERTS": str(self._channel.ca_file),
        }
        with (self._folder / "playground.out").open("wb") as out:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def search(self, text: str, *, count: int = 25) -> tuple[dict[str, Any], float]:
        """Search with the message extension; return the bot's result, as the Playground checked it, and seconds."""
        value = {
            "commandId": "searchContacts",
            "parameters": [{"name": "text", "value": text}],
            "queryOptions": {"skip": 0, "count": count},
            "commandContext": "compose",
        }
        return self._invoke("composeExtension/query", value)

    def press(self, message: str, verb: str, data: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """Press a button (`Action.Execute`) on the card of the bot's message with this id."""
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        return self._invoke("adaptiveCard/action", {"action": action, "trigger": "manual"}, replyToId=message)

    def _invoke(self, name: str, value: dict[str, Any], **more: str) -> tuple[dict[str, Any], float]:
        message = {"name": name, "value": value, "from": {"id": "29:asker"}, "conversation": {"id": "chat-1"}, **more}
        started = time.monotonic()
        response = httpx.post(f"{self.url}/_conversation/v1/invoke", json=message, timeout=20)
        assert response.status_code == 200, (response.status_code, response.text)
        return response.json(), time.monotonic() - started

    def say(self, text: str, seconds: float = 10) -> dict[str, Any]:
        """Write to the bot and return its next message."""
        before = len(self.replies())
        message = {"type": "text", "text": text, "textFormat": "plain", "from": {"id": "29:asker"}}
        address = f"{self.url}/_conversation/v1/conversations/chat-1/messages"
        response = httpx.post(address, json=message, timeout=20)
        assert response.status_code < 300, (response.status_code, response.text)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            replies = self.replies()
            if len(replies) > before:
                return replies[before]
            time.sleep(0.05)
        raise AssertionError(f"no reply: {self._tail()}")

    def replies(self) -> list[dict[str, Any]]:
        """Return the messages the Playground has accepted from the bot (its token checked), from its recording."""
        if not self.recording.exists():
            return []
        events = [json.loads(part) for part in self.recording.read_text().split("\n---\n") if part.strip()]
        sent = [event for event in events if event["direction"].startswith("User Application")]
        return [{**event["request"]["body"], "id": event["messageId"]} for event in sent]

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/_internal/v1/testConfig", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the Playground did not start: {self._tail()}")

    def _tail(self) -> str:
        files = (self._folder / "playground.out", self.log)
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in files if file.exists())

    def _config(self) -> dict[str, Any]:
        return {
            "version": "0.1.1",
            "tenantId": self._channel.tenant,
            "bot": {"id": self._channel.bot, "name": "Contactory"},
            "currentUser": _user("29:asker", self._oid),
            "users": [_user(f"29:other{number}", UUID(int=number)) for number in range(1, 6)],
            "personalChat": {"id": "chat-1"},
            "groupChat": {"id": "chat-2", "name": "Group"},
            "team": {"id": "team-1", "name": "Team", "aadGroupId": str(UUID(int=9)), "channels": []},
        }


def _user(name: str, oid: UUID) -> dict[str, str]:
    address = f"{name.removeprefix('29:')}@example.com"
    return {
        "id": name,
        "name": name,
        "userPrincipleName": address,
        "aadObjectId": str(oid),
        "givenName": name,
        "surname": "User",
        "email": address,
    }
