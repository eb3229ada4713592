"""What a database driver's complaint means, by SQLSTATE and text: drivers agree on neither alone (no I/O)."""

import re
from dataclasses import dataclass

from connectors.errors import AuthFailed, ConfigInvalid, ConnectorError, PartialRead, SourceGone, Unreachable

CONFIG = "CONFIG"  # in place of an SQLSTATE: the text is already a sentence for the admin

_DRIVER = re.compile(r"can't open lib|no default driver|data source name not found|driver.* could not be loaded")
_LOGIN = re.compile(
    r"password authentication failed|authentication failed|no pg_hba\.conf|login failed|access denied for user|"
    r"no password supplied|logon denied|ora-01017|role .* does not exist|not permitted to log in|password .*expired"
)
_GONE = re.compile(
    r"no such table|relation .* does not exist|table .* doesn't exist|invalid object name|unknown database|"
    r"database .* does not exist|cannot open database|schema .* does not exist|ora-00942|not a database"
)
_DENIED = re.compile(r"permission denied|command denied|ora-01031|not authorized")
_DOWN = re.compile(
    r"connection refused|could not connect|can't connect|unable to connect|timed out|timeout|no route to host|"
    r"unreachable|could not translate host|name or service not known|server closed|"
    r"connection .*(reset|lost|closed|broken)|gone away|lost connection|terminating connection|communication link|"
    r"database is locked"
)
_STATEMENT = re.compile(r"syntax error|no such column|unknown column|column .* does not exist|invalid column name")
_DECORATION = re.compile(r"^(\[[^\]]*\]\s*)+|\s*\(\d+\)( \(SQL\w+\))?$|\s*\(SQL\w+\)$")


# Tried in this order: SQLSTATE prefixes, words, error, sentence. A refused login may come with SQLSTATE 08001.
_RULES: tuple[tuple[tuple[str, ...], re.Pattern[str], type[ConnectorError], str], ...] = (
    (("28",), _LOGIN, AuthFailed, "the database refused the login"),
    (("42P01", "42S02", "3D000", "3F000"), _GONE, SourceGone, "the place to read from is missing"),
    (("42501",), _DENIED, AuthFailed, "the database account may not read this"),
    (("08", "HYT", "57P"), _DOWN, Unreachable, "the database does not answer"),
    (("42",), _STATEMENT, ConfigInvalid, "setting 'query' or 'table'"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A complaint: while doing what (`connect`, `execute`, `fetch`), its SQLSTATE ("" if none) and its text."""

    phase: str
    state: str
    text: str
    drivers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def classified(fault: Fault, secrets: tuple[str, ...] = ()) -> ConnectorError:
    """Return the error to raise; its message holds none of `secrets`.

    The driver's own words are shown only where they name things of the schema, never where they may hold rows.
    """
    state, text = fault.state, fault.text.lower()
    if fault.phase == "fetch":
        return PartialRead(f"the database stopped before the last row{f' (SQLSTATE {state})' if state else ''}")
    said = _words(fault.text, secrets)
    if state == CONFIG:
        return ConfigInvalid(said)
    if state in {"IM002", "IM003"} or _DRIVER.search(text):
        return ConfigInvalid(
            f"setting 'connection': {said}; drivers installed: {', '.join(fault.drivers) or 'none'}; "
            f"data sources (DSN): {', '.join(fault.sources) or 'none'}"
        )
    for states, words, kind, sentence in _RULES:
        if state.startswith(states) or words.search(text):
            return kind(f"{sentence}: {said}")
    if fault.phase == "connect":
        return Unreachable(f"the database does not answer: {said}")
    return PartialRead(f"the database could not run the statement (SQLSTATE {state or 'unknown'})")


def _words(text: str, secrets: tuple[str, ...]) -> str:
    """Return the first line of a driver's text without its decoration and without secrets, at most 200 characters."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    line = text.strip().partition("\n")[0]
    while (shorter := _DECORATION.sub("", line).strip()) != line:
        line = shorter
    return line[:200].rstrip(" ;.")
