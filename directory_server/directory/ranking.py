"""Ranking: in which order hits come, as one tuple of integers and texts per hit. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from directory_server.directory.columns import COLUMNS
from directory_server.directory.listing import Match
from directory_server.directory.query import Term


class Rank(IntEnum):
    """How a word matched, best first."""

    EXACT = 0
    PREFIX = 1
    COMPOUND = 2
    NICKNAME = 3
    INFIX = 4
    PHONETIC = 5
    EDIT1 = 6
    EDIT2 = 7

    @property
    def text(self) -> str:
        """The name shown in `Match.rank`."""
        return self.name.lower()


Expansions = Sequence[Mapping[str, Rank]]
"""Per term the words that stand for it besides its own prefix, and how well."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What ranking knows of a document; `columns` has empty text where the view cannot read."""

    id: int
    columns: tuple[str, ...]
    raw: str
    sort: str
    priority: int
    has_number: bool


Found = tuple[Rank, int]
"""How well and in which column (index into COLUMNS) one term matched."""


def _in_words(word: str, texts: Iterable[tuple[int, str]], others: Mapping[str, Rank]) -> Found | None:
    best: tuple[Rank, int, int] | None = None
    for at, text in texts:
        if not text or (word not in text and not others):
            continue
        for token in text.split():
            if token == word:
                rank = Rank.EXACT
            elif token.startswith(word):
                rank = Rank.PREFIX
            elif token in others:
                rank = others[token]
            else:
                continue
            found = (rank, COLUMNS[at].order, at)
            if best is None or found < best:
                best = found
    return (best[0], best[2]) if best else None


def _in_phrase(words: tuple[str, ...], texts: Iterable[tuple[int, str]]) -> Found | None:
    phrase = f" {' '.join(words)} "
    hits = [(COLUMNS[at].order, at) for at, text in texts if phrase in f" {text} "]
    return (Rank.EXACT, min(hits)[1]) if hits else None


def _in_numbers(term: Term, texts: Iterable[tuple[int, str]]) -> Found | None:
    best: Found | None = None
    for at, text in texts:
        for written in text.split():
            national = written.partition(".")[2]
            whole = written.replace(".", "")
            rank = None
            if whole in term.international or (term.digits and written == "." + term.digits):
                rank = Rank.EXACT
            elif any(whole.startswith(start) for start in term.international):
                rank = Rank.PREFIX
            elif term.digits and term.digits in national:
                rank = Rank.INFIX
            if rank is not None and (best is None or rank < best[0]):
                best = (rank, at)
    return best


def match(term: Term, columns: Sequence[str], others: Mapping[str, Rank]) -> Found | None:
    """Return how a term matches these columns at best, or None."""
    texts = [(at, columns[at]) for at in sorted(term.columns) if columns[at] and not COLUMNS[at].digits]
    if term.whole and len(term.words) > 1:
        return _in_phrase(term.words, texts)
    found: Found | None = None
    if term.international or term.digits:
        numbers = [(at, columns[at]) for at in sorted(term.columns) if columns[at] and COLUMNS[at].digits]
        found = _in_numbers(term, numbers)
    hits = [_in_words(word, texts, others) for word in term.words]
    whole = [hit for hit in hits if hit is not None and not (term.whole and hit[0] is not Rank.EXACT)]
    if whole and len(whole) == len(hits):
        worst = max(whole, key=lambda hit: (hit[0], COLUMNS[hit[1]].order))
        if found is None or (worst[0], COLUMNS[worst[1]].order) < (found[0], COLUMNS[found[1]].order):
            found = worst
    return found


SortKey = tuple[int, int, int, int, int, str, int]


def rank(candidate: Candidate, terms: Sequence[Term], expansions: Expansions) -> tuple[SortKey, Match] | None:
    """Return the sort key and the match of a candidate, or None if a term does not match at all.

    The key: worst class over the terms, worst field, spelling other than typed, source priority, no number, name, id.
    """
    found = []
    for at, term in enumerate(terms):
        hit = match(term, candidate.columns, expansions[at] if expansions else {})
        if hit is None:
            return None
        found.append(hit)
    if not found:
        return None
    worst = max(found, key=lambda hit: (hit[0], COLUMNS[hit[1]].order))
    order = max(COLUMNS[hit[1]].order for hit in found)
    twins = sum(
        not COLUMNS[hit[1]].digits and term.raw not in candidate.raw for term, hit in zip(terms, found, strict=True)
    )
    key = (
        int(worst[0]),
        order,
        twins,
        candidate.priority,
        0 if candidate.has_number else 1,
        candidate.sort,
        candidate.id,
    )
    column = COLUMNS[worst[1]]
    name = "number" if column.digits else Rank(worst[0]).text
    return key, Match(name, column.field)
