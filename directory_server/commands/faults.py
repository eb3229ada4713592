"""What a command says about faults that are the admin's to mend: one sentence, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from directory_server.commands.options import data_folder, fail

if TYPE_CHECKING:
    from pydantic import ValidationError

    from directory_server.store.database import Database


@contextmanager
def faults(as_json: bool) -> Iterator[None]:
    """Turn every typed error of ours into its message and exit code 1."""
    from sqlite3 import Error as DriverError
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    from connectors.errors import ConnectorError
    from directory_server.config import UnknownVariable
    from directory_server.store.errors import StoreError
    from directory_server.vault.errors import VaultError

    try:
        yield
    except (ConnectorError, StoreError, VaultError) as error:
        raise fail(str(error), as_json, kind=type(error).__name__) from None
    except ValidationError as error:
        raise fail(f"configuration: {wrong_settings(error)}", as_json, kind="ConfigInvalid") from None
    except TOMLDecodeError as error:
        raise fail(f"configuration: directory.toml is no TOML: {error}", as_json, kind="ConfigInvalid") from None
    except DBAPIError as error:
        raise fail(f"database: {error.orig}", as_json, kind="StoreError") from None  # the whole text holds values
    except DriverError as error:
        raise fail(f"database: {error}", as_json, kind="StoreError") from None
    except UnicodeEncodeError:  # bytes of another encoding arrive as half characters, which no database keeps
        raise fail("a word of the command is not UTF-8; check the terminal's encoding", as_json) from None
    except UnicodeDecodeError:  # a ValueError of nothing else here: only this file is read as text
        raise fail("configuration: directory.toml is not UTF-8", as_json, kind="ConfigInvalid") from None
    except UnknownVariable as error:
        raise fail(f"configuration: {error}", as_json, kind="ConfigInvalid") from None
    except BrokenPipeError:
        raise  # whoever read our output has gone; the command line handles it
    except OSError as error:
        raise fail(f"{error.strerror or error}: {error.filename}", as_json, kind=type(error).__name__) from None


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


def wrong_settings(error: "ValidationError") -> str:
    """Return which settings are wrong and why, without their values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}" for fault in found)
