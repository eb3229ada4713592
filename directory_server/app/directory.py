"""Directory: the parts of one data folder, put together."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from connectors.errors import ConnectorError
from connectors.registry import connect
from directory_server import config
from directory_server.directory.called import view_of_call
from directory_server.directory.explain import explain
from directory_server.directory.index import Index
from directory_server.directory.provenance import provenance
from directory_server.directory.quality.report import STALE_HOURS, report
from directory_server.directory.quality.report import Progress as Told
from directory_server.directory.view import View, for_admin, for_user
from directory_server.store import clients, sources
from directory_server.store.database import Database
from directory_server.store.rows import Source
from directory_server.sync.outcome import Outcome
from directory_server.sync.run import Progress, failed, synchronise
from directory_server.vault import master_key
from directory_server.vault.vault import Vault

if TYPE_CHECKING:
    from directory_server.fronts.uplink.outbound import Outbound


def now() -> datetime:
    """Return the current time in UTC: the clock that everything below takes as an argument."""
    return datetime.now(UTC)


class Directory:
    """An opened data folder; `settings` win over its file and the environment. Close it, or use it in a `with`.

    Opening waits until the index is up to date, unless for `serving`: then an index that has to be built first grows
    while it is asked, once somebody calls `index.follow`.
    """

    def __init__(
        self, data: Path, clock: Callable[[], datetime] = now, *, serving: bool = False, **settings: Any
    ) -> None:
        self.data = data
        self.clock = clock
        self.config = config.load(data, **settings)
        self.vault = Vault(master_key.load(data))
        self.database = Database.open(data / "contactory.sqlite", self.vault)
        self.index = (Index.serving if serving else Index.open)(data / "index", self.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def outbound(self) -> "Outbound":
        """The way to the relay and the identity provider."""
        from directory_server.fronts.uplink.outbound import of_settings  # late: most commands stay at home

        return of_settings(self.config, self.database)

    def close(self) -> None:
        """Close store and index."""
        self.index.close()
        self.database.close()

    def view_for_user(self, oid: str, groups: Iterable[str]) -> View:
        """Return what this user may see by the grants of their groups and of `all`."""
        return for_user(self.database, self.index, oid=oid, groups=frozenset(groups), country=self.config.country)

    def view_for_client(self, name: str, called: str = "") -> View:
        """Return what this LDAP/HTTP client may see; KeyError for an unknown client.

        With a called number, what the called user may see, if the client is answered so (see `directory.called`).
        """
        return view_of_call(self.database, self.index, clients.by_name(self.database, name), called)

    def view_for_admin(self) -> View:
        """Return a view of everything, for the command line of this machine's admin."""
        return for_admin(self.database, self.index, country=self.config.country)

    def why(
        self, text: str, *, oid: str = "", groups: Iterable[str] = (), client: str = "", limit: int = 50
    ) -> dict[str, Any]:
        """Explain a text or number as a user, a client or the admin asks it; KeyError for an unknown client."""
        everything, named = self.view_for_admin(), tuple(groups)
        view = everything
        if client:
            view = self.view_for_client(client)
        elif oid or named:
            view = self.view_for_user(oid, named)
        priorities = {source.name: source.priority for source in sources.all(self.database)}
        return explain(text, everything, view, limit, priorities)

    def provenance(self, contact_id: int) -> dict[str, Any] | None:
        """Return where a contact is from and who may see it, or None."""
        return provenance(self.database, self.view_for_admin(), contact_id)

    def quality(
        self, source: str = "", *, limit: int, stale_hours: int = STALE_HOURS, progress: Told | None = None
    ) -> dict[str, Any]:
        """Report the quality of all sources, or of one; KeyError for an unknown one."""
        return report(
            self.database,
            self.index,
            now=self.clock(),
            source=sources.by_name(self.database, source) if source else None,
            limit=limit,
            stale_hours=stale_hours,
            progress=progress,
        )

    def synchronise(
        self,
        source: Source,
        *,
        full: bool = False,
        dry_run: bool = False,
        apply_held: bool = False,
        progress: Progress | None = None,
    ) -> Outcome:
        """Run one sync of the source and let the index follow; `progress` is told how many events were read so far.

        A fault of the source or its settings is a failed outcome; `store.errors.Busy` is raised.
        """
        settings = sources.settings_of(self.database, source)
        try:
            connector = connect(source.type, settings, source.mapping)
        except ConnectorError as error:
            return failed(self.database, source, error, clock=self.clock, dry_run=dry_run)
        try:
            outcome = synchronise(
                self.database,
                source,
                connector,
                clock=self.clock,
                monotonic=time.monotonic,
                full=full,
                dry_run=dry_run,
                apply_held=apply_held,
                progress=progress,
            )
        finally:
            connector.close()
        self.index.follow()
        return outcome
