"""Where a connection leads: ODBC connection strings and database URLs taken apart (no I/O)."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)(?:;|$)")
_SERVER = ("server", "servername", "host", "hostname", "address", "addr", "data source")
_FILE = ("database", "dbq", "dbname")
_PORTS = (("postgres", 5432), ("psql", 5432), ("maria", 3306), ("mysql", 3306), ("sql server", 1433), ("mssql", 1433))
_HARMLESS = re.compile(r"[^;{}\[\]()=\s?*!@,]+")

# What a driver needs to be told so that text arrives whole and a large table is not fetched into memory at once.
_DEFAULTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("postgres", {"BoolsAsChar": "0", "UseDeclareFetch": "1", "Fetch": "500"}),
    ("psql", {"BoolsAsChar": "0", "UseDeclareFetch": "1", "Fetch": "500"}),
    ("maria", {"CHARSET": "utf8mb4"}),
    ("mysql", {"CHARSET": "utf8mb4"}),
    ("sqlite", {"NoCreat": "1"}),
)


@dataclass(frozen=True, slots=True)
class Place:
    """What can be looked at before a driver is asked: a TCP address, or a database file."""

    host: str = ""
    port: int = 0
    file: Path | None = None


def parsed(connection: str) -> dict[str, str]:
    """Return the keywords (lower case) and values of an ODBC connection string."""
    pairs = ((match[1].lower(), match[2].strip()) for match in _PAIR.finditer(connection))
    return {key: value[1:-1].replace("}}", "}") if value.startswith("{") else value for key, value in pairs}


def completed(connection: str, password: str, driver: str) -> str:
    """Return the connection string with the password and with what this driver needs, where not given already.

    `driver` is the name or file of the driver that a DSN leads to; "" where the string names it itself.
    """
    given = parsed(connection)
    added = {"PWD": password} if password and "pwd" not in given else {}
    name = (driver or given.get("driver", "")).lower()
    for part, defaults in _DEFAULTS:
        if part in name:
            added.update({key: value for key, value in defaults.items() if key.lower() not in given})
    return ";".join((connection.rstrip("; "), *(f"{key}={_quoted(value)}" for key, value in added.items())))


def _quoted(value: str) -> str:
    return value if _HARMLESS.fullmatch(value) else "{" + value.replace("}", "}}") + "}"


def place_of_connection(connection: str) -> Place:
    """Return where an ODBC connection string leads, as far as it says so itself."""
    given = parsed(connection)
    driver = given.get("driver", "").lower()
    if "sqlite" in driver:
        file = next((given[key] for key in _FILE if given.get(key)), "")
        return Place(file=Path(file)) if file and file != ":memory:" else Place()
    server = next((given[key] for key in _SERVER if given.get(key)), "").removeprefix("tcp:")
    host, comma, port = server.partition(",")
    if not host or host.startswith("/") or "\\" in host:
        return Place()
    port = port.strip() if comma else given.get("port", "")
    return Place(host.strip("[]"), int(port) if port.isdecimal() else _default_port(driver))


def place_of_url(url: str) -> Place:
    """Return where an SQLAlchemy URL leads; nothing for one that cannot be read."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return Place()
    if parts.scheme.startswith("sqlite"):
        file = unquote(parts.path.removeprefix("/"))
        return Place(file=Path(file)) if file and file != ":memory:" and not file.startswith("file:") else Place()
    return Place(host, port or _default_port(parts.scheme)) if host else Place()


def _default_port(name: str) -> int:
    return next((port for part, port in _PORTS if part in name), 0)
