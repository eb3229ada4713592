"""The one growing row of changes: each change to a contact takes the next number."""

from sqlalchemy import Column, Connection, Integer, Table

from directory_server.store.database import Database, driver_of
from directory_server.store.schema import METADATA

SEQUENCE = Table(
    "sequence",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("purged", Integer, nullable=False),
)
"""One row: the last number given, and the highest number of a contact that was purged."""


def reserve(connection: Connection, count: int) -> int:
    """Take `count` numbers within a writing transaction and return the one before the first."""
    driver = driver_of(connection)
    driver.execute("UPDATE sequence SET last = last + ? WHERE id = 1", (count,))
    (last,) = driver.execute("SELECT last FROM sequence WHERE id = 1").fetchone()
    return int(last) - count


def last(database: Database) -> int:
    """Return the last number given; 0 before the first change."""
    (number,) = database.driver().execute("SELECT last FROM sequence WHERE id = 1").fetchone()
    return int(number)


def purged(database: Database) -> int:
    """Return the highest number among purged contacts: a follower that is behind it has to start anew."""
    (number,) = database.driver().execute("SELECT purged FROM sequence WHERE id = 1").fetchone()
    return int(number)
