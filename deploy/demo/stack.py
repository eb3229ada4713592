"""Stack: the whole product on one machine, as processes on loopback; the demo and the journeys run it alike."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from deploy.demo import tenant
from deploy.demo.program import DidNotStart, Program, free_port

BIN = Path(sys.executable).parent
ISSUER = Path(__file__).with_name("issuer.py")


class CommandFailed(RuntimeError):  # noqa: N818 - said to a person
    """A command of ours ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of the stack."""

    issuer: int = 8470
    relay: int = 8480
    registrar: int = 8485
    teams: int = 8490
    web: int = 8400
    ldap: int = 3389
    ldaps: int = 3636

    @classmethod
    def free(cls) -> Self:
        """Return ports that are free now."""
        return cls(*(free_port() for _ in range(7)))

    def as_dict(self) -> dict[str, int]:
        """Return the ports by name."""
        return asdict(self)


class Stack:
    """Issuer, registrar, relay, directory and Teams backend in one folder; a second start goes on with what is there.

    `environment` is added to every process, `teams_settings` to the Teams backend's settings.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        teams_settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.ports = ports or Ports.free()
        self.data = folder / "directory"
        self._environment = dict(environment or {})
        self._teams_settings = dict(teams_settings or {})
        listen = f"127.0.0.1:{self.ports.issuer}"
        users = ["--users", folder / "users.json", "--state", folder / "issuer"]
        self.issuer = self._program("issuer", [sys.executable, ISSUER, "--listen", listen, *users], {})
        self.registrar = self._program(
            "registrar", [BIN / "contact-relay", "registrar", "serve"], self._registrar_settings()
        )
        self.relay = self._program("relay", [BIN / "contact-relay", "serve"], self._relay_settings())
        self.teams = self._program("teams", [BIN / "contact-teams", "serve"], self._teams_environment())
        self.directory = self._program("directory", self._serve_command(), {"CONTACTORY_DRAIN_SECONDS": "0"})

    @property
    def authority(self) -> str:
        """Base URL of the identity issuer."""
        return f"http://127.0.0.1:{self.ports.issuer}"

    @property
    def relay_url(self) -> str:
        """Base URL of the relay."""
        return f"http://127.0.0.1:{self.ports.relay}"

    @property
    def registrar_url(self) -> str:
        """Base URL of the registrar."""
        return f"http://127.0.0.1:{self.ports.registrar}"

    @property
    def tab_url(self) -> str:
        """Address of the tab."""
        return f"http://127.0.0.1:{self.ports.teams}/tab/"

    def prepare(self) -> bool:
        """Make keys, users file and data folder; return True if the data folder is new."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "issuer").mkdir(exist_ok=True)
        (self.folder / "users.json").write_text(json.dumps(tenant.users(self.tab_url)))
        if not (self.folder / "registrar.pem").exists():
            self._run([BIN / "contact-relay", "registrar", "key", self.folder / "registrar.pem"])
        if not (self.folder / "teams" / "ticket_key.pem").exists():
            self._run([BIN / "contact-teams", "keys", self.folder / "teams"])
        if (self.data / "contactory.sqlite").exists():
            return False
        self.command("init")
        return True

    def start(self) -> None:
        """Start the processes and register the tenant if it is not; raises program.DidNotStart."""
        self.issuer.start()
        self.registrar.start()
        self.relay.start()
        self.teams.start()
        self.issuer.wait_for(f"{self.authority}/common/discovery/v2.0/keys")
        self.registrar.wait_for(f"{self.registrar_url}/readyz")
        self.relay.wait_for(f"{self.relay_url}/healthz")
        if not self.registered():
            self.register()
        self.directory.start()
        self.directory.wait_for(f"http://127.0.0.1:{self.ports.web}/healthz")
        self.teams.wait_for(f"http://127.0.0.1:{self.ports.teams}/healthz")
        self.wait_for_line()

    def require_running(self) -> None:
        """Raise DidNotStart, with the end of its log, if one of the processes has ended."""
        for program in (self.issuer, self.registrar, self.relay, self.teams, self.directory):
            if not program.running():
                raise DidNotStart(f"{program.name} ended:\n{program.tail()}")

    def stop(self) -> None:
        """Stop all processes, the askers first."""
        for program in (self.teams, self.directory, self.relay, self.registrar, self.issuer):
            program.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self, *arguments: str | Path, stdin: str = "") -> Any:
        """Run a `contact-directory` command on the data folder; return its JSON. Raises CommandFailed."""
        output = self._run([BIN / "contact-directory", "--data", self.data, *arguments, "--json"], stdin)
        return json.loads(output) if output.strip() else None

    def registered(self) -> bool:
        """Say whether the directory holds a registration for this stack's relay."""
        try:
            return bool(self.command("tenant", "status")["relay"] == self.relay_url)
        except CommandFailed:
            return False

    def register(self) -> None:
        """Register the tenant: the administrator signs in by the real flow, with a script in the browser's place."""
        command = [
            BIN / "contact-directory", "--data", self.data, "tenant", "register", "--relay", self.relay_url,
            "--registrar", self.registrar_url, "--authority", self.authority, "--client-id", tenant.ADMINISTRATION,
            "--login-hint", "admin@nordlicht.example", "--audience", tenant.API, "--client", tenant.TAB,
        ]  # fmt: skip
        process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with process:
            announced = process.stderr.readline() if process.stderr else ""
            if "http" in announced:
                address = announced[announced.index("http") :].strip()
                with urllib.request.urlopen(f"{address}&prompt=none", timeout=15):  # noqa: S310 - our own issuer
                    pass
            output, errors = process.communicate(timeout=30)
        if process.returncode:
            raise CommandFailed(f"tenant register: {announced}{errors}{output}")

    def status(self) -> dict[str, Any]:
        """Return what the status page shows."""
        with urllib.request.urlopen(self.status_url().replace("/status?", "/status.json?"), timeout=10) as answer:  # noqa: S310 - our own server
            values: dict[str, Any] = json.load(answer)
            return values

    def status_url(self) -> str:
        """Return the address of the status page, as the directory printed it at its start."""
        lines = self.directory.log.read_text().splitlines()
        return next(line.split()[1] for line in reversed(lines) if line.startswith("status "))

    def wait_for_line(self) -> None:
        """Wait until the directory's line to the relay stands."""
        self.relay.wait_for(f"{self.relay_url}/v1/t/{tenant.TENANT}/keys")

    def _program(self, name: str, command: list[Any], settings: Mapping[str, str]) -> Program:
        return Program(name, command, self.folder / f"{name}.log", {**self._environment, **settings})

    def _serve_command(self) -> list[Any]:
        fronts = {"--web": self.ports.web, "--ldap": self.ports.ldap, "--ldaps": self.ports.ldaps}
        listen = [word for option, port in fronts.items() for word in (option, f"127.0.0.1:{port}")]
        return [BIN / "contact-directory", "--data", self.data, "serve", *listen]

    def _registrar_settings(self) -> dict[str, str]:
        settings = {
            "listen": f"127.0.0.1:{self.ports.registrar}",
            "private_key": self.folder / "registrar.pem",
            "authority": self.authority,
            "client_id": tenant.ADMINISTRATION,
            "service_key": self.folder / "teams" / "service_key.pem.pub",
        }
        return {f"CONTACTORY_REGISTRAR_{name.upper()}": str(value) for name, value in settings.items()}

    def _relay_settings(self) -> dict[str, str]:
        settings = {
            "listen": f"127.0.0.1:{self.ports.relay}",
            "public_url": self.relay_url,
            "registrar_key": self.folder / "registrar.pem.pub",
            "ticket_key": self.folder / "teams" / "ticket_key.pem.pub",
        }
        return {f"CONTACTORY_RELAY_{name.upper()}": str(value) for name, value in settings.items()}

    def _teams_environment(self) -> dict[str, str]:
        settings = {
            "listen": f"127.0.0.1:{self.ports.teams}",
            "relay": self.relay_url,
            "authority": self.authority,
            "tenant": tenant.TENANT,
            "api_client_id": tenant.API,
            "tab_client_id": tenant.TAB,
            "ticket_key": self.folder / "teams" / "ticket_key.pem",
            "service_key": self.folder / "teams" / "service_key.pem",
            "registrar_key": self.folder / "registrar.pem.pub",
            "tab_url": self.tab_url,
            **self._teams_settings,
        }
        return {f"CONTACTORY_TEAMS_{name.upper()}": str(value) for name, value in settings.items()}

    def _run(self, command: list[Any], stdin: str = "") -> str:
        done = subprocess.run(
            [str(part) for part in command], input=stdin, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            words = " ".join(str(part) for part in command[3:6])
            raise CommandFailed(f"{words}: {done.stdout}{done.stderr}".strip())
        return done.stdout
