"""Admins: who may use the web pages. A new one redeems a one-time code for a password; both are kept as hashes."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Integer, Table, Text, insert, select, update

from directory_server.store import moment
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken
from directory_server.store.password import DUMMY, hash_password, matches
from directory_server.store.schema import METADATA

CODE_SIZE: Final = 10

ADMINS = Table(
    "admins",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("created", Text, nullable=False),
    Column("code", Text),
    Column("password", Text),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Admin:
    """An admin; `invited` while the one-time code has not been redeemed."""

    id: int
    name: str
    created: datetime
    invited: bool


def new_code() -> str:
    """Return a one-time code of 80 random bits, written in groups of four."""
    text = b32encode(secrets.token_bytes(CODE_SIZE)).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def invite(database: Database, name: str, code: str, at: datetime) -> None:
    """Add an admin who may sign in once with this code; raises NameTaken."""
    row = {"name": name, "created": moment.to_text(at), "code": hash_password(_plain(code))}
    with database.write() as connection:
        if connection.execute(select(ADMINS.c.id).where(ADMINS.c.name == name)).first():
            raise NameTaken(f"an admin named {name!r} exists already")
        connection.execute(insert(ADMINS).values(row))


def all(database: Database) -> list[Admin]:  # noqa: A001 - `admins.all` is how it reads
    """Return every admin in order of name."""
    with database.read() as connection:
        rows = connection.execute(select(ADMINS).order_by(ADMINS.c.name)).all()
    return [Admin(row.id, row.name, moment.from_text(row.created), row.code is not None) for row in rows]


def redeem(database: Database, name: str, code: str, password: str) -> bool:
    """Set the admin's password if the code is right, and forget the code; False after the same work if not."""
    new = hash_password(password)
    with database.write() as connection:
        row = connection.execute(select(ADMINS.c.code).where(ADMINS.c.name == name)).one_or_none()
        stored = row.code if row else None
        if not matches(_plain(code), stored or DUMMY) or stored is None:
            return False
        connection.execute(update(ADMINS).where(ADMINS.c.name == name).values(code=None, password=new))
    return True


def verify(database: Database, name: str, password: str) -> bool:
    """Return whether this admin has this password; the same work for an unknown name."""
    with database.read() as connection:
        stored = connection.execute(select(ADMINS.c.password).where(ADMINS.c.name == name)).scalar_one_or_none()
    return matches(password, stored or DUMMY) and stored is not None


def _plain(code: str) -> str:
    """Return the code as it is hashed: dashes, spaces and case do not count when somebody types it."""
    return code.replace("-", "").replace(" ", "").upper()
