"""What a search engine promises; the index keeps contacts and numbers, an engine finds contacts by words."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from directory_server.directory.document import Document
from directory_server.directory.listing import Match
from directory_server.directory.query import Query
from directory_server.directory.scope import Scope


@dataclass(frozen=True, slots=True)
class Hit:
    """A found document: its row number (see `tables`) and why it was found."""

    row: int
    match: Match


@dataclass(frozen=True, slots=True)
class Found:
    """At most as many hits as asked for, best first; `more` tells that there are others."""

    hits: tuple[Hit, ...]
    more: bool


class Engine(Protocol):
    """A way to find documents. It works within the index file's connection and transaction."""

    def update(self, connection: sqlite3.Connection, removed: Sequence[Document], added: Sequence[Document]) -> None:
        """Take documents out (exactly as they were added) and put documents in."""
        ...

    def optimize(self, connection: sqlite3.Connection) -> None:
        """Tidy up after many changes."""
        ...

    def search(
        self, connection: sqlite3.Connection, query: Query, scope: Scope, priorities: Mapping[int, int], limit: int
    ) -> Found:
        """Find documents of which every term matches something the scope may read.

        Nothing outside the scope may influence hits, order or `more`.
        """
        ...
