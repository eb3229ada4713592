"""Tokens: bearer tokens (RFC 6750) for the web front's API, by name. Only a hash of each is kept.

A token is 256 random bits, so that a plain SHA-256 of it cannot be searched.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, delete, insert, select

from directory_server.store import moment
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken, NotFound
from directory_server.store.schema import METADATA

PREFIX: Final = "ctd_"
"""What every token begins with, so that one that leaks is recognised."""
LONGEST: Final = 128
"""Characters of the longest text that is checked; a longer one is no token."""
_SIZE: Final = 32

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("created", Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be listed: never the token itself."""

    name: str
    created: datetime


def new_token() -> str:
    """Return a token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_SIZE)


def add(database: Database, name: str, token: str, at: datetime) -> None:
    """Keep the hash of a token; raises NameTaken."""
    row = {"name": name, "digest": _digest(token), "created": moment.to_text(at)}
    with database.write() as connection:
        if connection.execute(select(TOKENS.c.id).where(TOKENS.c.name == name)).first():
            raise NameTaken(f"a token named {name!r} exists already")
        connection.execute(insert(TOKENS).values(row))


def all(database: Database) -> list[Token]:  # noqa: A001 - `tokens.all` is how it reads
    """Return every token in order of name."""
    with database.read() as connection:
        rows = connection.execute(select(TOKENS).order_by(TOKENS.c.name)).all()
    return [Token(row.name, moment.from_text(row.created)) for row in rows]


def verify(database: Database, token: str) -> str | None:
    """Return the name of this token, or None; the time it takes tells nothing about the tokens there are."""
    if len(token) > LONGEST:
        return None
    digest = _digest(token)
    found = None
    for name, kept in database.driver().execute("SELECT name, digest FROM tokens ORDER BY id"):
        if hmac.compare_digest(kept, digest):
            found = str(name)
    return found


def remove(database: Database, name: str) -> None:
    """Forget the token: it opens nothing from now on; raises NotFound."""
    with database.write() as connection:
        if connection.execute(delete(TOKENS).where(TOKENS.c.name == name)).rowcount == 0:
            raise NotFound(f"there is no token named {name!r}")


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
