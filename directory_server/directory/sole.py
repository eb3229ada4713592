# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Sole: the one contact that holds a number, found in one state of the index as a scope may see it.

Most callers are known by exactly one contact; whatever else there is takes the whole way (`lookup`). Compiled where
there is a compiler (see `sole.pxd`); as Python it gives the same and is slower than `holders`.
"""

from collections.abc import Callable, Iterable
from typing import Final
from weakref import ref

import numpy as np
import numpy.typing as npt

from directory_server.directory.changes import Changes
from directory_server.directory.columns import GROUPS
from directory_server.directory.glance import Glance
from directory_server.directory.scope import Scope
from directory_server.directory.tables import SOURCE_BITS, SOURCE_MASK
from directory_server.directory.words.numbers import NumberParts
from directory_server.directory.words.pages import STEP
from directory_server.directory.words.segment_file import Damaged
from directory_server.directory.words.segments import Opened, Snapshot
from directory_server.store.rows import FieldGroup

_MASK: Final = SOURCE_MASK
_BITS: Final = SOURCE_BITS
_STEP: Final = STEP


class Part:
    """The numbers of one segment that are in one field group, and who holds them."""

    def __init__(self, opened: Opened, numbers: NumberParts, group: FieldGroup) -> None:
        segment = opened.segment
        self.group = 1 << GROUPS.index(group)
        self.keys = numbers.packed.numbers[:]
        self.fence = numbers.packed.fence
        self.docs = numbers.docs
        self.rows = segment.rows
        self.has_dead = opened.alive is not None
        self.alive = opened.alive.view("u1") if opened.alive is not None else numbers.docs.view("u1")
        self.cards = segment.cards
        if len(self.docs) != len(self.keys) or (self.has_dead and len(self.alive) != len(self.rows)):
            raise Damaged("numbers without holders")

    def place(self, key: int) -> int:
        """Return the first place of this number, -1 if it is not there."""
        block = _first(self.fence, 0, len(self.fence), key)
        end = min((block + 1) * _STEP, len(self.keys))
        at = _first(self.keys, block * _STEP, end, key)
        return at if at < end and self.keys[at] == key else -1


class Sole:
    """Finds who holds a number alone. Safe to use from several threads."""

    def __init__(self, opened: Iterable[Opened], scope: Scope) -> None:
        self._parts = [Part(one, *held) for one in opened for held in one.segment.holding]
        self._groups = {source: _bits(groups) for source, groups in scope.fields.items()}

    def find(self, number: int, glance: Glance) -> bool:
        """Take the one visible contact with this number of E.164, as `numbers.packed`, into the glance.

        Return False if there is none or several, and for a contact that is not to be read so; raise Damaged as
        `Cards.of` does.
        """
        found, row, groups, doc = None, -1, 0, 0
        for part in self._parts:
            at = part.place(number)
            if at < 0:
                continue
            count = len(part.keys)
            while at < count and part.keys[at] == number:
                held = part.docs[at]
                at += 1
                if held >= len(part.rows):
                    raise Damaged("a number of nobody")
                if part.has_dead and not part.alive[held]:
                    continue
                other = part.rows[held]
                seen = self._groups.get(int(other & _MASK), 0)
                if not seen & part.group or other == row:
                    continue
                if found is not None:
                    return False
                found, row, groups, doc = part, other, seen, held
        if found is None:
            return False
        glance.id, glance.source = int(row >> _BITS), int(row & _MASK)
        return glance.read(found.cards.of(int(doc)), groups)


class Glances:
    """Takes glances at sole contacts as a scope may see them, in the state that the index is in. For one thread.

    `at_once` is that of the index. Nothing is kept here of a state that is gone.
    """

    def __init__(self, changes: Changes, at_once: Callable[[Callable[[Snapshot], bool]], bool], scope: Scope) -> None:
        self._changes, self._at_once, self._scope = changes, at_once, scope
        self._state = 0
        self._sole: Callable[[], Sole | None] = _nobody

    def take(self, number: int, glance: Glance) -> bool:
        """Do what `Sole.find` does."""
        changes, state = self._changes, self._state
        sole = self._sole() if changes.is_still(state) else None
        if sole is not None:
            found = sole.find(number, glance)
            if changes.is_still(state):
                return found
        return self._take_anew(number, glance)

    def _take_anew(self, number: int, glance: Glance) -> bool:
        state = self._changes.look()

        def work(snapshot: Snapshot) -> bool:
            kept = snapshot.opened.kept
            sole = kept.get(self)
            if not isinstance(sole, Sole):
                sole = kept[self] = Sole(snapshot.opened, self._scope)
            if state is not None:  # of this state or a later one: an earlier one never comes again
                self._state, self._sole = state, ref(sole)
            return sole.find(number, glance)

        return self._at_once(work)


def _first(keys: npt.NDArray[np.uint64], low: int, high: int, key: int) -> int:
    """Return the first place in a run of ascending numbers that is not below this one, or that behind the run."""
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


def _nobody() -> None:
    return None


def _bits(groups: frozenset[FieldGroup]) -> int:
    return sum(1 << at for at, group in enumerate(GROUPS) if group in groups)
