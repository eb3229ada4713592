"""What a command says about faults that are the admin's to mend: one sentence, no traceback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from directory_server.commands.options import data_folder, fail

if TYPE_CHECKING:
    from pydantic import ValidationError

    from directory_server.fronts.uplink.outbound import Outbound
    from directory_server.store.database import Database


@contextmanager
def faults(as_json: bool) -> Iterator[None]:
    """Turn every typed error of ours into its message and exit code 1."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read our output has gone; the command line handles it
    except Exception as error:
        found = _sentence(error)
        if found is None:
            raise
        message, kind = found
        raise fail(message, as_json, kind=kind) from None


def _sentence(error: Exception) -> tuple[str, str] | None:
    """Return what to say about an error that is the admin's to mend, and its kind; None for a fault of ours."""
    from sqlite3 import Error as DriverError
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    from connectors.errors import ConnectorError
    from directory_server.config import UnknownVariable
    from directory_server.store.errors import StoreError
    from directory_server.vault.errors import VaultError

    told: tuple[tuple[type[Any] | tuple[type[Any], ...], str, Callable[[Any], str]], ...] = (
        ((ConnectorError, StoreError, VaultError), type(error).__name__, str),
        (ValidationError, "ConfigInvalid", lambda wrong: f"configuration: {wrong_settings(wrong)}"),
        (TOMLDecodeError, "ConfigInvalid", lambda wrong: f"configuration: directory.toml is no TOML: {wrong}"),
        # A ValueError of nothing else here: only this file is read as text.
        (UnicodeDecodeError, "ConfigInvalid", lambda _: "configuration: directory.toml is not UTF-8"),
        (UnknownVariable, "ConfigInvalid", lambda wrong: f"configuration: {wrong}"),
        (DBAPIError, "StoreError", lambda wrong: f"database: {wrong.orig}"),  # the whole text holds values
        (DriverError, "StoreError", lambda wrong: f"database: {wrong}"),
        # Bytes of another encoding arrive as half characters, which no database keeps.
        (UnicodeEncodeError, "Usage", lambda _: "a word of the command is not UTF-8; check the terminal's encoding"),
        (OSError, type(error).__name__, _of_the_system),
    )
    return next(((say(error), kind) for types, kind, say in told if isinstance(error, types)), None)


def _of_the_system(error: OSError) -> str:
    """Return what the operating system says, with the file where it names one: a full disk has none."""
    said = error.strerror or str(error)
    return f"{said}: {error.filename}" if error.filename else said


@contextmanager
def opened_store(ctx: typer.Context, as_json: bool) -> Iterator["Database"]:
    """Open the store of the data folder alone, for commands that need no index; typed errors become messages."""
    from directory_server.store.database import Database
    from directory_server.vault import master_key
    from directory_server.vault.vault import Vault

    with faults(as_json):
        data: Path = data_folder(ctx)
        database = Database.open(data / "contactory.sqlite", Vault(master_key.load(data)))
        try:
            yield database
        finally:
            database.close()


@contextmanager
def opened_outbound(ctx: typer.Context, as_json: bool) -> Iterator[tuple["Database", "Outbound"]]:
    """Open the store, for commands that go out: to the relay, the registrar, the identity provider."""
    from directory_server import config
    from directory_server.fronts.uplink.outbound import TrustInvalid, of_settings

    with opened_store(ctx, as_json) as database:
        try:
            yield database, of_settings(config.load(data_folder(ctx)), database)
        except TrustInvalid as error:
            raise fail(f"configuration: {error}", as_json, kind="ConfigInvalid") from None


def wrong_settings(error: "ValidationError") -> str:
    """Return which settings are wrong and why, without their values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}" for fault in found)
