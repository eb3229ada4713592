"""One sync run of one source: read, plan, guard, then change everything at once or nothing."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from itertools import islice
from typing import Final

from connectors.connector import Connector
from connectors.errors import ConnectorError, StateExpired
from connectors.events import BulkPass, Event, State, Upserts
from connectors.mapping import FieldMapping, apply
from directory_server.store import contacts, runs, sources, states
from directory_server.store.change import Change
from directory_server.store.database import Database
from directory_server.store.errors import Busy
from directory_server.store.file_lock import file_lock
from directory_server.store.rows import RunState, Source
from directory_server.store.staging import Staging, staging
from directory_server.store.states import SavedState
from directory_server.sync.guard import reason_to_hold
from directory_server.sync.outcome import Outcome
from directory_server.sync.plan import Plan
from directory_server.sync.totals import Totals

BATCH: Final = 1000
KEPT: Final = timedelta(days=30)
"""How long deleted contacts stay before they are erased."""
NO_SETTINGS: Final = ""
"""The fingerprint of no settings: a state kept under it is never continued, so the next pass reads everything."""

Progress = Callable[[int], None]


def synchronise(
    database: Database,
    source: Source,
    connector: Connector,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    full: bool = False,
    dry_run: bool = False,
    apply_held: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Run one sync and return its outcome, which is also recorded unless it is a dry run.

    A fault of the source is an outcome (`failed`), not an exception, and changes nothing. `full` reads everything,
    `apply_held` lets this one run through the guard, `progress` is told the number of events so far now and then.
    Raises `store.errors.Busy` while another run of the source is under way, and if the source is no longer as it
    was when `source` and `connector` were made.
    """
    with file_lock(database.lock_file(f"source-{source.id}"), f"another run of source {source.name!r} is under way"):
        if sources.by_id(database, source.id) != source:
            raise Busy(f"source {source.name!r} was changed or removed meanwhile; nothing was read")
        run = _Run(database, source, clock(), dry_run=dry_run, apply_held=apply_held)
        started = monotonic()

        def seconds() -> float:
            return monotonic() - started

        try:
            return run.perform(connector, seconds, progress or (lambda _: None), full=full)
        except ConnectorError as error:
            return run.failed(f"{type(error).__name__}: {error}", seconds())
        except Exception as error:
            run.failed(f"unexpected {type(error).__name__} while reading", seconds())
            raise


def failed(
    database: Database, source: Source, error: ConnectorError, *, clock: Callable[[], datetime], dry_run: bool = False
) -> Outcome:
    """Record and return the run of a source whose connector could not even be made."""
    run = _Run(database, source, clock(), dry_run=dry_run, apply_held=False)
    return run.failed(f"{type(error).__name__}: {error}", 0.0)


class _Run:
    def __init__(
        self,
        database: Database,
        source: Source,
        started: datetime,
        *,
        dry_run: bool,
        apply_held: bool,
    ) -> None:
        self._database = database
        self._source = source
        self._started = started
        self._dry_run = dry_run
        self._apply_held = apply_held

    def perform(self, connector: Connector, seconds: Callable[[], float], progress: Progress, *, full: bool) -> Outcome:
        """Run with the saved state if it may be used, else (or if the source refuses it) over everything."""
        settings = sources.fingerprint(self._database, self._source)
        mapping = mapping_fingerprint(connector.mapping)
        saved = states.of(self._database, self._source.id)
        state = saved.state if saved is not None and saved.fingerprint == settings and not full else None
        remapped = saved is not None and saved.mapping != mapping
        resync = False
        while True:
            try:
                with staging(self._database) as stage:
                    new, totals, whole = self._read(connector, stage, state, progress, remapped=remapped)
                    saved = SavedState(settings if whole else NO_SETTINGS, mapping, new)
                    return self._end(stage, saved, totals, seconds, resync=resync)
            except StateExpired:
                if state is None:
                    raise
                state, resync = None, True

    def failed(self, reason: str, seconds: float) -> Outcome:
        """Record and return a run that a fault ended."""
        live = contacts.counts(self._database).get(self._source.id, 0)
        return self._record(
            Outcome(self._source.name, RunState.FAILED, seconds, self._dry_run, unchanged=live, reason=reason)
        )

    def _read(
        self, connector: Connector, stage: Staging, state: State | None, progress: Progress, *, remapped: bool
    ) -> tuple[State, Totals, bool]:
        known = contacts.known(self._database, self._source.id)
        plan = Plan(known, partial(apply, connector.mapping), full=state is None, remapped=remapped)
        if remapped:
            _stage(stage, plan.remap(contacts.records(self._database, self._source.id)))
        events = connector.read(state)
        try:
            _stage(stage, _changes(plan, events, progress))
        finally:
            close = getattr(events, "close", None)
            if close is not None:
                close()
        new, deletions, totals = plan.finish()
        _stage(stage, deletions)
        return new, totals, plan.may_continue

    def _end(
        self, stage: Staging, saved: SavedState, totals: Totals, seconds: Callable[[], float], *, resync: bool
    ) -> Outcome:
        name, reason = self._source.name, "" if self._apply_held else reason_to_hold(totals)
        if reason:
            held = Outcome(
                name,
                RunState.HELD,
                seconds(),
                self._dry_run,
                resync,
                unchanged=totals.live,
                bad=totals.bad,
                faults=totals.faults,
                reason=reason,
                planned=totals,
            )
            return self._record(held)

        def done() -> Outcome:
            return Outcome(
                name,
                RunState.DONE,
                seconds(),
                self._dry_run,
                resync,
                created=totals.created,
                updated=totals.updated,
                unchanged=totals.unchanged,
                deleted=totals.deleted,
                bad=totals.bad,
                faults=totals.faults,
            )

        if self._dry_run:
            return done()
        with stage.apply(self._source.id, self._started) as connection:
            states.put(connection, self._source.id, saved)
            contacts.purge(connection, self._started - KEPT)
            outcome = done()
            runs.add(
                connection,
                self._source.id,
                started=self._started,
                seconds=outcome.seconds,
                state=outcome.state,
                counts=outcome.counts(),
                faults=outcome.faults,
            )
        return outcome

    def _record(self, outcome: Outcome) -> Outcome:
        if not self._dry_run:
            with self._database.write() as connection:
                runs.add(
                    connection,
                    self._source.id,
                    started=self._started,
                    seconds=outcome.seconds,
                    state=outcome.state,
                    counts=outcome.counts(),
                    reason=outcome.reason,
                    faults=outcome.faults,
                )
        return outcome


def mapping_fingerprint(mapping: FieldMapping) -> str:
    """Return a text that changes with what the mapping does."""
    return blake2b(repr(list(mapping.picks.items())).encode(), digest_size=16).hexdigest()


def _stage(stage: Staging, changes: Iterable[Change]) -> None:
    waiting = iter(changes)
    while batch := list(islice(waiting, BATCH)):
        stage.put(batch)


def _changes(plan: Plan, events: Iterator[Event], progress: Progress) -> Iterator[Change]:
    number = told = 0
    for piece in events.pieces if isinstance(events, BulkPass) else events:
        number += len(piece.keys) if isinstance(piece, Upserts) else 1
        if number // BATCH > told:
            told = number // BATCH
            progress(number)
        if isinstance(piece, Upserts):
            yield from plan.take_all(piece)
        elif change := plan.take(piece):
            yield change
