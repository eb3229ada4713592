"""Credentials: which client a bind name means, and the tree that client sees."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from directory_server.fronts.ldap import answers, dn, kept
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.search import Tree
from directory_server.fronts.ldap.shares import share
from directory_server.store.rows import Client

Verify: TypeAlias = Callable[[str, str, str], Client | None]
Views: TypeAlias = Callable[[str], Book]

_CLIENTS = (("ou", "clients"),)
_VIEW_SECONDS = 5.0
_LONGEST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class _Held:
    """A client's tree, since when, and the client if it is tied to addresses, with those found to be its own or not."""

    tree: Tree
    since: float
    tied: Client | None
    addresses: dict[str, bool] = field(default_factory=dict)

    def admits(self, address: str) -> bool:
        """Return whether the client may still ask from this address."""
        if self.tied is None:
            return True
        if address not in self.addresses:
            self.addresses[address] = self.tied.may_ask_from(address)
        return self.addresses[address]


class Credentials:
    """Asks `verify(name, password, address)` and `views(name)`; a view is asked for anew after five seconds.

    `verify_again` is asked the same, tells at once and may know nobody: None does not mean that the password is wrong.
    So a change of what a client may see reaches connections that stay bound for days. `views` raises KeyError for a
    client that is gone.
    """

    def __init__(  # noqa: PLR0917 - what clients are known by
        self,
        suffix: str,
        verify: Verify,
        verify_again: Verify,
        views: Views,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._suffix = suffix
        self._verify_again = verify_again
        self._base = dn.parse(suffix)
        self._verify = verify
        self._views = views
        self._limits = limits
        self._clock = clock
        self._trees: dict[tuple[str, bool, bool], _Held] = {}

    def verify(self, name: str, password: bytes, address: str) -> Client | None:
        """Return the client that binds as its bare name or as `cn=<name>,ou=clients,<suffix>`; None if wrong.

        `address` is the IP address it asks from. Takes its time.
        """
        return self._found(self._verify, name, password, address)

    def verify_again(self, name: str, password: bytes, address: str) -> Client | None:
        """Return the client as `verify` does, at once; None, too, where only `verify` can tell."""
        return self._found(self._verify_again, name, password, address)

    def _found(self, verify: Verify, name: str, password: bytes, address: str) -> Client | None:
        plain, base = _client_name(name)
        if not plain:
            return None
        try:
            client = verify(plain, password.decode(), address)
        except UnicodeDecodeError:
            return None
        if client is None:
            return None
        suffix = client.base_dn or self._suffix
        if base is not None and base not in (self._base, dn.parse(suffix)):
            return None
        return client

    def account(self, name: str) -> str:
        """Return the client's name that a bind name means, alike for all ways to write it, whether it exists or not."""
        return _client_name(name)[0].casefold()

    def authorisation(self, client: Client) -> str:
        """Return what WhoAmI says (RFC 4513 §5.2.1.8)."""
        return f"dn:cn={dn.escape(client.name)},ou=clients,{client.base_dn or self._suffix}"

    def tree(self, client: str, address: str, *, can_start_tls: bool, secure: bool) -> Tree | None:
        """Return the tree as this client sees it now, or as anyone does for "".

        None for a client that is gone or may not ask from this address any more.
        """
        now = self._clock()
        wanted = client, can_start_tls, secure
        held = self._trees.get(wanted)
        if held is None or now - held.since >= _VIEW_SECONDS:
            try:
                book = self._views(client) if client else None
            except KeyError:
                self._trees.pop(wanted, None)
                self._share()
                return None
            shown_to = book.client if book else None
            suffix = (shown_to.base_dn if shown_to else "") or self._suffix
            tree = held.tree if held is not None else None
            if tree is None or not _is_still(tree, book, suffix):
                tree = Tree(suffix, book, self._limits, can_start_tls, secure)
            tied = shown_to if shown_to and shown_to.addresses else None
            fresh = held is None or held.tree is not tree
            held = self._trees[wanted] = _Held(tree, now, tied)
            if fresh:
                self._share()
        return held.tree if held.tied is None or held.admits(address) else None

    def _share(self) -> None:
        trees = [held.tree for held in self._trees.values()]
        share(answers.MOST_BYTES, [tree.answers for tree in trees if tree.answers])
        share(kept.MOST_BYTES, [tree.callers for tree in trees if tree.callers])


def _client_name(name: str) -> tuple[str, dn.Dn | None]:
    """Return the client's name and the suffix it was given under; phones send plain names, even with `=`."""
    return _short_client_name(name) if len(name) <= _LONGEST_REMEMBERED else _parsed_client_name(name)


def _parsed_client_name(name: str) -> tuple[str, dn.Dn | None]:
    try:
        parsed = dn.parse(name)
    except dn.DnSyntaxError:
        return name, None
    if len(parsed) > len(_CLIENTS) and parsed[1] == _CLIENTS and parsed[0][0][0] == "cn" and len(parsed[0]) == 1:
        return dn.first_value(name), parsed[2:]
    return name, None


_short_client_name = lru_cache(maxsize=1024)(_parsed_client_name)


def _is_still(tree: Tree, book: Book | None, suffix: str) -> bool:
    """Whether what a tree remembers stays true in this view."""
    return tree.suffix == suffix and tree.book is not None and book is not None and tree.book.facts == book.facts
