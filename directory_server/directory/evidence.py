"""Evidence: on which word, in which field and how well a contact matches one term of a query. Pure.

Worked out from what a listing shows and not from the index, so that an explanation also checks the answer; the rules
of when words are near are the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from directory_server.directory import dialling, nicknames, phonetic
from directory_server.directory.columns import CUSTOM, DIGITS, NAME, NAMED, TEXT, Column
from directory_server.directory.document import Document, document
from directory_server.directory.listing import Listing, Number
from directory_server.directory.query import Term
from directory_server.directory.ranking import Rank
from directory_server.directory.reader import reader
from directory_server.directory.words.approximate import SHORTEST_INFIX, edits
from directory_server.directory.words.near import INITIALS, begins_misspelt, joined, keeps_first_letter, sounding
from directory_server.directory.words.spelling import TAG, tag, written
from directory_server.store.rows import Location

_NOWHERE: Final = reader(Location())


@dataclass(frozen=True, slots=True)
class Evidence:
    """The best match of one term.

    `written` is the word or number as it stands in the contact; `as_typed` tells that it was typed with the same
    letters, umlauts and accents; `far` how far off a sound-alike is (0 to 3).
    """

    rank: Rank
    column: Column
    written: str
    as_typed: bool = True
    far: int = 0

    @property
    def order(self) -> tuple[int, int, int, bool]:
        """What makes this better than other evidence, the smaller."""
        return int(self.rank), self.far, self.column.order, not self.as_typed


class _Word(NamedTuple):
    normal: str
    raw: str
    written: str
    part: bool


def evidence(term: Term, listing: Listing, *, several: bool = False) -> Evidence | None:
    """Return how the term matches what the listing shows at best, or None; `several` if the query has other terms."""
    shown = document(listing.id, 0, listing.contact, _NOWHERE)
    texts = [(column, shown.texts[at]) for at, column in enumerate(TEXT) if column.at in term.columns]
    found: list[Evidence] = []
    if term.whole and len(term.words) > 1 and not term.tagged:
        found += (hit for column, text in texts if (hit := _phrase(term, column, text)))
        return min(found, key=lambda one: one.order, default=None)
    found += _in_numbers(term, listing.numbers)
    each = [_best(term, word, texts, shown, several=several) for word in term.words]
    whole = [one for one in each if one is not None]
    if whole and len(whole) == len(each):
        found.append(max(whole, key=lambda one: one.order))
    if term.tagged:
        found += _tagged(term, shown)
    return min(found, key=lambda one: one.order, default=None)


def initials(term: Term, listing: Listing) -> Evidence | None:
    """Return how a word of two or three letters matches as the first letters of a name, or None."""
    shown = document(listing.id, 0, listing.contact, _NOWHERE).texts[NAME.at]
    starts = {word.normal[:1] for word in _words(shown)}
    if len(term.words) == 1 and set(term.words[0]) <= starts:
        return Evidence(Rank.NICKNAME, NAME, shown, as_typed=False)
    return None


def rank_of(term_word: str, word: str, column: Column, *, last: bool) -> tuple[Rank, int] | None:
    """Return the class of two different words, neither of which begins the other, and how far off they sound."""
    if column is NAME and word in nicknames.others(term_word):
        return Rank.NICKNAME, 0
    if not term_word.isalpha() or len(term_word) < SHORTEST_INFIX:
        return None
    if term_word in word:
        return Rank.INFIX, 0
    kinds = [_edited(term_word, word, last=last)]
    if column.at in NAMED and not set(phonetic.codes(term_word)).isdisjoint(phonetic.codes(word)):
        kinds.append(sounding(term_word, word))
    return min((kind for kind in kinds if kind), default=None)


def _edited(term_word: str, word: str, *, last: bool) -> tuple[Rank, int] | None:
    most = edits(term_word)
    if not most or not word.isalpha() or not keeps_first_letter(term_word, word):
        return None
    distance = OSA.distance(term_word, word, score_cutoff=most)
    if distance == 1 or (last and begins_misspelt(term_word, word)):
        return Rank.EDIT1, 0
    return (Rank.EDIT2, 0) if distance <= most else None


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of a text; `part` tells a later part of a hyphenated word."""
    for piece in text.split():
        for spelt, shown in written(piece):
            yield _Word(spelt.normal, spelt.raw, shown or piece, spelt.part)


def _best(
    term: Term, typed: str, texts: Iterable[tuple[Column, str]], shown: Document, *, several: bool
) -> Evidence | None:
    raw = term.raw if len(term.words) == 1 else typed
    found = [
        Evidence(kind[0], column, word.written, raw in word.raw, kind[1])
        for column, text in texts
        for word in _words(text)
        if (kind := _kind(term, typed, word, column))
    ]
    if several and shown.initial and typed[:1] == shown.initial and not term.whole and typed.isalpha():
        found.append(Evidence(Rank.NICKNAME, NAME, shown.initial, as_typed=False))
    names = " ".join(text for column, text in texts if column is NAME)
    if names and typed.isalpha() and not term.whole and not term.digits and len(term.words) == 1:
        known = {word.normal for word in _words(names)}
        if any(known.issuperset(halves) for halves in joined(typed)):
            found.append(Evidence(Rank.INFIX, NAME, names, as_typed=False))
        if several and len(typed) == INITIALS and set(typed) <= {word[:1] for word in known}:
            found.append(Evidence(Rank.NICKNAME, NAME, names, as_typed=False))
    return min(found, key=lambda one: one.order, default=None)


def _kind(term: Term, typed: str, word: _Word, column: Column) -> tuple[Rank, int] | None:
    inner = word.part and not term.part
    if word.normal == typed:
        return Rank.COMPOUND if inner else Rank.EXACT, 0
    if term.whole:
        return None
    if word.normal.startswith(typed):
        return Rank.COMPOUND if inner else Rank.PREFIX, 0
    return None if term.digits or len(term.words) > 1 else rank_of(typed, word.normal, column, last=term.last)


def _phrase(term: Term, column: Column, text: str) -> Evidence | None:
    held = tuple(word.normal for word in _words(text))
    long = len(term.words)
    if any(held[at : at + long] == term.words for at in range(len(held) - long + 1)):
        return Evidence(Rank.EXACT, column, text, as_typed=False)
    return None


def _tagged(term: Term, shown: Document) -> Iterator[Evidence]:
    """Yield what matches in the custom field that the term names."""
    for field, value in shown.custom:
        for word in _words(value):
            entry = tag(field, word.normal).removeprefix(TAG)
            if entry == term.tagged:
                yield Evidence(Rank.EXACT, CUSTOM, word.written)
            elif entry.startswith(term.tagged) and not term.whole:
                yield Evidence(Rank.PREFIX, CUSTOM, word.written)


def _in_numbers(term: Term, numbers: Iterable[Number]) -> Iterator[Evidence]:
    for number in numbers:
        column = next(one for one in DIGITS if one.group is number.group)
        rank = _of_number(term, number)
        if rank is not None and column.at in term.columns:
            yield Evidence(rank, column, number.raw)


def _of_number(term: Term, number: Number) -> Rank | None:
    digits = number.e164[1:]
    if (digits and digits in term.international) or (not digits and term.digits and number.extension == term.digits):
        return Rank.EXACT
    if digits and any(digits.startswith(start) for start in term.international):
        return Rank.PREFIX
    national = digits[len(dialling.country_code(digits)) :] or number.extension
    return Rank.INFIX if term.digits and term.digits in national else None
