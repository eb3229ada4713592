"""A real PostgreSQL on a free loopback port, with database `kontakte` and the account `app`.

A fixture for a whole session:

    @pytest.fixture(scope="session")
    def postgres():
        with Postgres() as server: yield server
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from deploy.demo.program import free_port

USER = "app"
PASSWORD = "Pg-Geheim-7"
DATABASE = "kontakte"
_ADMIN = "postgres"


def _binaries() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).parent
    pytest.skip("PostgreSQL's initdb is not installed")


class Postgres:
    """Started by `start` or `with`; as root it runs as the user postgres. Logins are checked (SCRAM)."""

    def __init__(self) -> None:
        self.port = 0
        self._folder: Path | None = None
        self._bin = Path()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._bin = _binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.port = free_port()
        secret = self._folder / "secret"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            for path in (self._folder, secret):
                shutil.chown(path, "postgres", "postgres")
        data = str(self._folder / "data")
        auth = ("-A", "scram-sha-256", "-U", _ADMIN, "--pwfile", str(secret))
        self._run("initdb", "-D", data, *auth, "-N", "-E", "UTF8", "--locale=C.UTF-8")
        self.resume()
        self._execute(_ADMIN, "postgres", f"create role {USER} login password '{PASSWORD}'")
        self._execute(_ADMIN, "postgres", f"create database {DATABASE} owner {USER}")

    def resume(self) -> None:
        """Start the server again on its old data and port."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder} -c fsync=off"
        log = str(self._folder / "log") if self._folder else ""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "-t", "30", "-l", log, "-o", options, "start")

    def kill(self) -> None:
        """End the server as a crash would, in the middle of whatever it does."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "-m", "immediate", "stop", check=False)

    def stop(self) -> None:
        if self._folder:
            self.kill()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement as `app` and commit; the rows, if it returns any."""
        return self._execute(USER, DATABASE, statement, *values)

    def odbc(self, user: str = USER, password: str = PASSWORD, port: int | None = None) -> str:
        """Return an ODBC connection string; an empty password is left out."""
        place = (
            f"DRIVER={{PostgreSQL Unicode}};SERVER=127.0.0.1;PORT={port or self.port};DATABASE={DATABASE};UID={user}"
        )
        return f"{place};PWD={password}" if password else place

    def url(self, driver: str = "postgresql+psycopg") -> str:
        """Return an SQLAlchemy URL without the password."""
        return f"{driver}://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def _execute(self, user: str, database: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        where = {"host": "127.0.0.1", "port": self.port, "dbname": database, "user": user, "password": PASSWORD}
        with psycopg.connect(**where, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if check and done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout.decode(errors='replace')}")
