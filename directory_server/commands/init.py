"""`init`: make a data folder."""

from typing import Annotated

import typer

from directory_server.commands.faults import faults
from directory_server.commands.options import AsJson, data_folder, fail, show


def init(
    ctx: typer.Context,
    admin: Annotated[str, typer.Option(help="Name of the first admin.")] = "admin",
    as_json: AsJson = False,
) -> None:
    """Create data folder, master key and database; print the one-time code for the first admin."""
    from directory_server.app import now
    from directory_server.commands.names import checked_name
    from directory_server.store import admins
    from directory_server.store.database import Database
    from directory_server.vault import master_key
    from directory_server.vault.vault import Vault

    data = data_folder(ctx)
    checked_name(admin)
    with faults(as_json):
        if (data / master_key.FILE_NAME).exists() or (data / "contactory.sqlite").exists():
            raise fail(f"{data} is initialised already", as_json)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        database = Database.open(data / "contactory.sqlite", Vault(master_key.create(data)))
        try:
            code = admins.new_code()
            admins.invite(database, admin, code, now())
        finally:
            database.close()

    def text() -> str:
        return (
            f"Data folder {data} is ready.\n"
            f"One-time code for the admin {admin!r}: {code}\n"
            f"Keep a copy of {data / master_key.FILE_NAME} in a safe place: no backup contains it."
        )

    show({"data": str(data), "admin": admin, "code": code}, as_json, text)
