"""Plan: what a pass over a source means for its contacts. Pure: events in, changes and counts out.

Nothing of a plan may be applied before `finish` has returned: a pass without its Checkpoint was cut short.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import cached_property
from itertools import compress, islice, repeat
from typing import Final

from connectors.contact import Contact
from connectors.errors import PartialRead, StateExpired
from connectors.events import (
    BadRecord,
    Checkpoint,
    Delete,
    Event,
    LateRecord,
    Present,
    Record,
    Snapshot,
    State,
    Upsert,
    Upserts,
)
from directory_server.store.change import Change, Known
from directory_server.store.contact_json import HASH_SIZE, contact_to_json_and_fingerprint, fingerprint, record_to_json
from directory_server.sync.totals import Totals

FAULTS: Final = 20


class Fate(Enum):
    """What a pass says about one key."""

    SAME = auto()
    CREATED = auto()
    UPDATED = auto()
    DELETED = auto()


_SAME, _CREATED, _UPDATED, _DELETED = Fate  # an attribute of an Enum is slow to look up


class Plan:
    """Compares one pass with what the store knows of the source.

    `mapped` turns a record into a contact. `full` tells a pass that started without state: there a Present of an
    unknown key is a bad record, otherwise it means that state and store do not belong together (StateExpired).
    """

    def __init__(
        self, known: Mapping[str, Known], mapped: Callable[[Record], Contact], *, full: bool, remapped: bool = False
    ) -> None:
        self._known = known
        self._mapped = mapped
        self._full = full
        self._remapped = remapped
        # So many contacts, from the first on, came as they are known and in their order, before anything else came.
        self._as_known = 0
        self._in_order = not remapped
        self._next_keys, self._next_known = compress(known, known.values()), filter(None, known.values())
        self._changed: set[str] = set()  # keys with a change handed out, which a later event may have to outdo
        self._by_mapping: set[str] = set()  # keys that only the new mapping changed
        self._before: dict[str, Fate] = {}  # of keys that were seen and then deleted, in case they are spared
        self._bad = 0
        self._faults: list[str] = []
        self._complete: bool | None = None
        self._state: State | None = None

    def remap(self, records: Iterable[tuple[str, Record]]) -> Iterator[Change]:
        """Yield the changes that a new mapping makes to records read before; comes ahead of `take`."""
        for key, record in records:
            known = self._known.get(key, b"")
            change = self._compare(key, record, known[:HASH_SIZE], known)
            if change is not None and not change.quiet:
                self._by_mapping.add(key)
                self._changed.add(key)
                yield change

    def take(self, event: Event) -> Change | None:
        """Take the next event and return what to stage for it; raises StateExpired or PartialRead."""
        self._refuse_after_the_end()
        if isinstance(event, Upsert):  # almost every event is one, and a match takes longer
            key, record, version = event
            known = self._known.get(key, b"")
            if self._unchanged(key, version, known):
                self._fates[key] = _SAME
                return None
            return self._upsert(key, record, version, known)
        match event:
            case Present(key):
                self._present(key)
            case Delete(key):
                self._delete(key)
            case BadRecord(other, reason):
                self._unusable(other, reason)
            case Snapshot(complete):
                self._complete = complete and self._complete is not False
            case Checkpoint(state):
                self._state = state
        return None

    def take_all(self, upserts: Upserts) -> list[Change]:
        """Take many Upserts at once and return what to stage for them; raises PartialRead."""
        self._refuse_after_the_end()
        keys, versions = upserts.keys, upserts.versions
        if self._in_order and self._go_on_as_known(keys, versions):
            return []
        known = list(map(self._known.get, keys, repeat(b"")))
        if self._all_unchanged(keys, versions, known):  # five times as fast as one by one
            self._fates.update(dict.fromkeys(keys, _SAME))
            return []
        changes = []
        for at, (key, version, before) in enumerate(zip(keys, versions, known, strict=True)):
            if self._unchanged(key, version, before):
                self._fates[key] = _SAME
            elif change := self._upsert(key, upserts.record(at), version, before):
                changes.append(change)
        return changes

    @property
    def may_continue(self) -> bool:
        """Say whether the next pass may go on from this one's state.

        Not after an incomplete snapshot: what was gone before it would never be reported.
        """
        return self._complete is not False

    def finish(self) -> tuple[State, list[Change], Totals]:
        """Return the new state, the deletions and the totals; raises PartialRead without a Checkpoint."""
        if self._state is None:
            raise PartialRead("the source stopped before the end of its pass")
        live = len(self._known) - list(self._known.values()).count(b"")
        if self._in_order and self._as_known == live:
            return self._state, [], Totals(live, 0, 0, 0, self._bad, emptied=False, faults=tuple(self._faults))
        emptied = self._complete is True and not any(fate not in (None, _DELETED) for fate in self._fates.values())
        if self._complete:
            for key, fate in self._fates.items():
                if fate is None:
                    self._fates[key] = _DELETED
        deleted = [key for key, fate in self._fates.items() if fate is _DELETED]
        gone = {key for key in deleted if self._known.get(key)}
        # A key that came and went within this pass has a change handed out that must not be applied.
        dropped = [key for key in deleted if key in self._changed and key not in gone]
        fates = list(self._fates.values())
        totals = Totals(
            live=live,
            created=fates.count(_CREATED),
            updated=fates.count(_UPDATED) + len(self._by_mapping - gone),
            deleted=len(gone),
            bad=self._bad,
            emptied=emptied and live > 0,
            faults=tuple(self._faults),
        )
        return self._state, self._deletions((*gone, *dropped)), totals

    @cached_property
    def _fates(self) -> dict[str, Fate | None]:
        """What the pass has said about each key, None for nothing yet; only made when it says more than `_as_known`."""
        self._in_order = False
        fates: dict[str, Fate | None] = dict.fromkeys(self._known)
        fates.update(dict.fromkeys(islice(compress(self._known, self._known.values()), self._as_known), _SAME))
        return fates

    def _go_on_as_known(self, keys: list[str], versions: list[bytes]) -> bool:
        """Whether the next contacts come as they are known and in their order, too: so no key has to be looked up."""
        count = len(keys)
        self._in_order = (
            list(islice(self._next_keys, count)) == keys
            and all(versions)
            and all(map(bytes.startswith, islice(self._next_known, count), versions))
        )
        if self._in_order:
            self._as_known += count
        return self._in_order

    def _refuse_after_the_end(self) -> None:
        if self._state is not None:
            raise PartialRead("the source went on after the end of its pass")

    def _unchanged(self, key: str, version: bytes, known: Known) -> bool:
        """Whether the version alone tells that there is nothing to do."""
        return bool(version) and known.startswith(version) and not self._remapped and key not in self._changed

    def _all_unchanged(self, keys: list[str], versions: list[bytes], known: list[Known]) -> bool:
        return (
            not self._remapped
            and all(versions)
            and all(map(bytes.startswith, known, versions))
            and self._changed.isdisjoint(keys)
        )

    def _upsert(self, key: str, record: Record, version: bytes, known: Known) -> Change | None:
        try:
            change = self._compare(key, record, version, known)
        except UnicodeEncodeError:
            self._unusable(key, "a record holds text that is not Unicode")
            return None
        self._by_mapping.discard(key)
        if not known:
            self._fates[key] = _CREATED
        elif change is None or change.quiet:
            self._fates[key] = _SAME
        else:
            self._fates[key] = _UPDATED
        if change is not None:
            self._changed.add(key)
        return change

    def _compare(self, key: str, record: Record, version: bytes, known: Known) -> Change | None:
        """Return the change that makes the store hold this record, None if it does already.

        Raises UnicodeEncodeError for half a character in key or record.
        """
        if type(record) is not dict:
            record = record.make() if isinstance(record, LateRecord) else dict(record)
        text = record_to_json(record)
        record_hash = version or fingerprint(text)
        same = known.startswith(record_hash)  # never of a deleted contact, of which no hash is known
        again = key in self._changed
        if same and not self._remapped and not again:
            return None
        contact, contact_hash = contact_to_json_and_fingerprint(self._mapped(record))
        quiet = known.endswith(contact_hash)
        if quiet and same and not again:
            return None
        key.encode()
        return Change(key, contact, text, record_hash, contact_hash, quiet, again)

    def _deletions(self, keys: Iterable[str]) -> list[Change]:
        return [Change(key, None, None, None, None, again=key in self._changed) for key in keys]

    def _delete(self, key: str) -> None:
        fate = self._fates.get(key)
        if fate is not None and fate is not _DELETED:
            self._before[key] = fate
        self._fates[key] = _DELETED

    def _spare(self, key: str) -> None:
        """Keep the contact under this key as this pass has left it, also from a deletion before."""
        if self._fates.get(key) in (None, _DELETED):
            self._fates[key] = self._before.get(key, _SAME)

    def _unusable(self, key: str | None, reason: str) -> None:
        """Count a bad record; the contact known under its key stays as it was."""
        self._bad += 1
        if len(self._faults) < FAULTS:
            self._faults.append(reason)
        if key is not None:
            self._spare(key)

    def _present(self, key: str) -> None:
        if self._known.get(key) or self._fates.get(key) is not None:
            self._spare(key)
        elif self._full:
            self._unusable(None, "the source calls a record unchanged that it never sent")
        else:
            raise StateExpired("the source knows a record as unchanged that is not stored; reading everything again")
