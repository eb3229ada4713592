"""What the front asks of a view: `directory.view.View` has this shape."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from directory_server.directory.glance import Glance
from directory_server.directory.listing import Listing
from directory_server.fronts.ldap.phone import Found
from directory_server.store.rows import Client, Location


class Glances(Protocol):
    """Takes glances: `directory.sole.Glances` has this shape."""

    def take(self, number: int, glance: Glance) -> bool:
        """Take the one visible contact with this packed number into a glance; False if that is not the way."""


class Book(Protocol):
    """The directory as one client may see it."""

    @property
    def location(self) -> Location:
        """The location asked numbers are read with."""

    @property
    def glances(self) -> Glances:
        """What takes the one visible contact with a number into a glance."""

    @property
    def client(self) -> Client | None:
        """The client it is shown to, whose wishes shape what is sent; None for nobody's in particular."""

    def state(self) -> object:
        """Return a token: while it stays equal, the same question gets the same answer; None while nobody can tell."""

    @property
    def facts(self) -> object:
        """What makes this view: two with equal facts give the same answers."""

    def lookup(self, number: str) -> Found:
        """Return the visible contacts a number belongs to."""

    def listings(self, text: str, limit: int) -> list[Listing]:
        """Return the visible contacts of which every word of the text begins a word, or is one."""

    def contact(self, contact_id: int) -> Listing | None:
        """Return a visible contact."""

    def all(self, after: int = 0) -> Iterator[Listing]:
        """Return every visible contact with a larger id, ordered by id."""

    def source_names(self) -> list[str]:
        """Return the visible sources."""

    @property
    def sources(self) -> Mapping[int, str]:
        """The names of the visible sources by their ids."""
