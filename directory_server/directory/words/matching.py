"""Matching: which documents of a segment match one term of a query, and how well."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from directory_server.directory import nicknames
from directory_server.directory.columns import CUSTOM, DIGITS, NAME, NAMED, TEXT, Column
from directory_server.directory.query import Term
from directory_server.directory.ranking import Rank
from directory_server.directory.words.arrays import EMPTY, Ids, distinct
from directory_server.directory.words.batch import ENTRY_BITS, ENTRY_MASK
from directory_server.directory.words.grade import grade
from directory_server.directory.words.group import Group, Truth, by_grade, given, resolved
from directory_server.directory.words.near import INITIALS, joined, near
from directory_server.directory.words.numbers import EXTENSION
from directory_server.directory.words.segment import Segment
from directory_server.directory.words.spelling import TAG, initial, raw_of


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a term may go: the columns it may match in, and what may stand for its word.

    `near` opens infixes, sounds and typos, `initials` reads a word as the first letters of a name; `several` tells that
    other terms must match too.
    """

    columns: frozenset[int]
    near: bool = False
    several: bool = False
    initials: bool = False


Chosen = tuple[Rank, int, bool, Ids, frozenset[int] | None]
"""Entries that stand for a word: class, how far off, written otherwise, entries, the only columns they may stand in."""


def groups(segment: Segment, term: Term, reach: Reach) -> list[Group]:
    """Return what matches a term."""
    at = term.columns & reach.columns
    if term.whole and len(term.words) > 1 and not term.tagged:
        return _phrase(segment, term, at)
    found: list[Group] = []
    if term.international or term.digits:
        found += _numbers(segment, term, at)
    if len(term.words) == 1:
        found += _word(segment, term, term.words[0], at, reach)
    elif term.words:
        found += _all_words(segment, term, at)
    if term.tagged and CUSTOM.at in reach.columns:
        tagged = TAG + term.tagged
        found += _runs(segment, tagged, tagged, frozenset({CUSTOM.at}), part=True, whole=term.whole)
    return found


def _columns(at: frozenset[int]) -> Iterator[Column]:
    return (column for column in TEXT if column.at in at)


def _word(segment: Segment, term: Term, word: str, at: frozenset[int], reach: Reach) -> list[Group]:
    raw = term.raw if len(term.words) == 1 else word
    found = _runs(segment, word, raw, at, part=term.part, whole=term.whole)
    if not term.whole and not term.digits:
        if NAME.at in at:
            found += _scattered(segment, _called(segment, word, raw, several=reach.several), at)
        if reach.near:
            found += _scattered(segment, _near(segment, word, raw, unfinished=term.last), at)
        if NAME.at in at and reach.near and word.isalpha():
            found += _joined(segment, word)
            if reach.initials or (reach.several and len(word) == INITIALS):
                found += _initials(segment, word)
    return found


def _joined(segment: Segment, word: str) -> list[Group]:
    """Return documents in whose name both halves of the word stand apart."""
    value, found = grade(Rank.INFIX, NAME.order, twin=True), []
    for halves in joined(word):
        one, other = (segment.postings.run(NAME, *segment.equal(half)) for half in halves)
        docs = np.intersect1d(one, other) if len(one) and len(other) else EMPTY
        if len(docs):
            found.append(Group(value, len(docs), given(docs)))
    return found


def _initials(segment: Segment, word: str) -> list[Group]:
    """Return documents in whose name every letter begins a word."""
    every = np.ones(segment.size, dtype=np.bool_)
    for letter in dict.fromkeys(word):
        begun = np.zeros(segment.size, dtype=np.bool_)
        begun[segment.postings.run(NAME, *segment.beginning(letter))] = True
        every &= begun
    docs = np.flatnonzero(every).astype(np.uint32)
    value = grade(Rank.NICKNAME, NAME.order, twin=True)
    return [Group(value, len(docs), given(docs))] if len(docs) else []


def _runs(segment: Segment, word: str, raw: str, at: frozenset[int], *, part: bool, whole: bool) -> list[Group]:
    """Return documents with this word, or one that begins so unless `whole`."""
    found: list[Group] = []
    start, exact = segment.equal(word)
    runs = [(Rank.EXACT, start, exact)]
    if not whole:
        runs.append((Rank.PREFIX, exact, segment.beginning(word)[1]))
    for rank, low, high in runs:
        if low == high:
            continue
        plain = (rank, raw != word)
        others = _otherwise(segment, low, high, plain, raw, len(word), part=part)
        keep: Truth | None = None
        if others:
            keep = np.ones(high - low, dtype=np.bool_)
            for entries in others.values():
                keep[entries - low] = False
        for column, size in segment.postings.counts(low, high):
            if size and column.at in at:
                value = grade(rank, column.order, twin=plain[1])
                docs, among = _run(segment, column, low, high, keep)
                found.append(Group(value, size, docs, among))
        chosen = [(kind, 0, twin, entries, None) for (kind, twin), entries in others.items()]
        found += _scattered(segment, chosen, at)
    return found


def _otherwise(  # noqa: PLR0917 - all that decides how an entry matches
    segment: Segment, low: int, high: int, plain: tuple[Rank, bool], raw: str, length: int, *, part: bool
) -> dict[tuple[Rank, bool], Ids]:
    """Return the entries of a run that match otherwise than `plain`: class, whether written otherwise than typed."""
    variants = segment.variants_within(low, high)
    inner = variants.part if not part else np.zeros(len(variants.part), dtype=np.bool_)
    rank, twin = plain
    # Typed as in normal form, and so written as far as typed: nothing to compare.
    as_typed = variants.alike >= length if not twin else np.zeros(len(inner), dtype=np.bool_)
    found: dict[tuple[Rank, bool], list[int]] = {}
    compound = variants.entries[as_typed & inner].tolist()
    if compound:
        found[Rank.COMPOUND, False] = compound
    for entry, behind in zip(variants.entries[~as_typed].tolist(), inner[~as_typed].tolist(), strict=True):
        kind = (Rank.COMPOUND if behind else rank, raw not in raw_of(segment.entries[entry]))
        if kind != plain:
            found.setdefault(kind, []).append(entry)
    return {kind: np.array(entries, dtype=np.uint32) for kind, entries in found.items()}


def _run(
    segment: Segment, column: Column, low: int, high: int, keep: Truth | None
) -> tuple[Callable[[], Ids], Callable[[Ids, Ids], Truth]]:
    def among(columns: Ids, entries: Ids) -> Truth:
        found: Truth = (columns == column.at) & (entries >= low) & (entries < high)
        if keep is not None:
            found[found] = keep[entries[found] - np.uint32(low)]
        return found

    return lambda: segment.postings.run(column, low, high, keep), among


def _scattered(segment: Segment, chosen: Iterable[Chosen], at: frozenset[int]) -> list[Group]:
    found = []
    for rank, far, twin, some, only in chosen:
        entries = distinct(some)
        for column, size, docs in segment.postings.scattered(entries):
            if column.at in (at if only is None else at & only):
                value = grade(rank, column.order, far=far, twin=twin)
                found.append(Group(value, size, docs, _any_of(column.at, entries)))
    return found


def _any_of(at: int, wanted: Ids) -> Callable[[Ids, Ids], Truth]:
    return lambda columns, entries: (columns == at) & np.isin(entries, wanted)


def _called(segment: Segment, word: str, raw: str, *, several: bool) -> list[Chosen]:
    """Return the other forms of a given name, and beside other terms its bare initial."""
    runs = [segment.equal(name) for name in nicknames.others(word)]
    if several and word.isalpha():
        runs.append(segment.equal(initial(word[0])))
    entries = np.array([entry for run in runs for entry in range(*run)], dtype=np.uint32)
    return _by_twin(segment, (Rank.NICKNAME, 0), entries, raw, frozenset({NAME.at}))


def _by_twin(
    segment: Segment, kind: tuple[Rank, int], entries: Ids, raw: str, only: frozenset[int] | None = None
) -> list[Chosen]:
    every = segment.entries
    texts = [every[entry] for entry in entries.tolist()]
    if raw in "\n".join(texts):
        twin = np.array([raw not in raw_of(text) for text in texts])
    else:  # mostly
        twin = np.ones(len(texts), dtype=np.bool_)
    return [(*kind, value, some, only) for value in (False, True) if len(some := entries[twin == value])]


def _near(segment: Segment, word: str, raw: str, *, unfinished: bool) -> list[Chosen]:
    found: list[Chosen] = []
    for (rank, far), numbers in near(segment, word, unfinished=unfinished).items():
        only = NAMED if rank in {Rank.PHONETIC, Rank.DISTANT} else None
        entries = segment.spellings(np.array(numbers, dtype=np.uint32))
        found += _by_twin(segment, (rank, far), entries, raw, only)
    return found


def _numbers(segment: Segment, term: Term, at: frozenset[int]) -> list[Group]:
    found: list[Group] = []
    for column in DIGITS:
        if column.at not in at:
            continue
        numbers = segment.numbers[column.name]
        exact = [numbers.equal(digits) for digits in term.international]
        if term.digits:
            exact.append(numbers.equal(EXTENSION + term.digits))
        parts = [(Rank.EXACT, docs) for docs in exact]
        parts += [(Rank.PREFIX, numbers.beginning(digits)) for digits in term.international]
        parts.append((Rank.INFIX, numbers.containing(term.digits)))
        found += [Group(grade(rank, column.order), len(docs), given(docs)) for rank, docs in parts if len(docs)]
    return found


def _all_words(segment: Segment, term: Term, at: frozenset[int]) -> list[Group]:
    """Return documents that match every word of the term; the worst one counts."""
    parts = [
        resolved(_runs(segment, word, word, at, part=term.part, whole=term.whole)) for word in dict.fromkeys(term.words)
    ]
    docs, grades = parts[0]
    for others, theirs in parts[1:]:
        docs, here, there = np.intersect1d(docs, others, assume_unique=True, return_indices=True)
        grades = np.maximum(grades[here], theirs[there])
    return by_grade(docs, grades)


def _phrase(segment: Segment, term: Term, at: frozenset[int]) -> list[Group]:
    """Return documents that have the words one behind the other in one column."""
    spans = [segment.equal(word) for word in term.words]
    sizes = [{column.at: size for column, size in segment.postings.counts(*span)} for span in spans]
    found = []
    for column in _columns(at):
        if all(of.get(column.at) for of in sizes):
            docs = _consecutive(segment, column, spans)
            if len(docs):
                found.append(Group(grade(Rank.EXACT, column.order, twin=True), len(docs), given(docs)))
    return found


def _consecutive(segment: Segment, column: Column, spans: list[tuple[int, int]]) -> Ids:
    """Return the documents that have words of these runs of entries one behind the other in a column."""
    rarest, *others = sorted((segment.postings.run(column, *span) for span in spans), key=len)
    docs = distinct(rarest)
    for other in others:
        docs = docs[np.isin(docs, other, kind="table")]
    text, counts = segment.texts(docs)
    within = text >> np.uint32(ENTRY_BITS) == column.at
    entries, owners = text[within] & np.uint32(ENTRY_MASK), np.repeat(docs, counts)[within]
    last = max(len(entries) - len(spans) + 1, 0)
    match = owners[:last] == owners[len(owners) - last :]
    for place, (low, high) in enumerate(spans):
        here = entries[place : place + last]
        match &= (here >= low) & (here < high)
    return distinct(owners[:last][match])
