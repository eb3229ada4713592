"""How far the sealing keys have come, as the store remembers it: clients refuse to go back."""

from directory_server.store import settings
from directory_server.store.database import Database

PUBLISHED = "sealing_sequence"
REPLACED = "sealing_replaced"


def published(database: Database) -> int:
    """Return the highest sequence that may have been published, 0 before the first."""
    return int(settings.get(database, PUBLISHED) or 0)


def keep(database: Database, sequence: int) -> None:
    """Remember a sequence; do so before it is published."""
    settings.put(database, PUBLISHED, sequence)


def replaced(database: Database) -> int:
    """Return the sequence up to which keys are to be replaced."""
    return int(settings.get(database, REPLACED) or 0)


def replace(database: Database) -> None:
    """Have the running server make new keys; one that does not run makes new ones at its start anyway."""
    settings.put(database, REPLACED, published(database))
