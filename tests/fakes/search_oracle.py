"""Search as it is meant, word by word over every contact: slow, and plain enough to be right.

Decisions, one line each, where the description leaves room:
- A contact's words are those of `Document.texts`: one text per column, cut at blanks; a phrase may span two values.
- Raw spellings are known only where a piece has as many runs of letters and digits as words and no apostrophe; else the
  raw spelling is the normal form. `connell` of `o'connell` is a later part, like one behind a hyphen.
- A term takes its best (class, column, spelling) over all words; reported is the worst of the terms' bests, as a whole;
  for the order, worst class, worst column and the number of terms written otherwise are taken apart.
- Of sound-alikes, those fewer edits away count as the better class, before the column. Their edits are those of the
  words and, added, those of the words without a, e, i, o, u, y, h, j; with four or more of them they come behind two
  typos, and with two thirds of the letters changed they are none.
- A word that is two words of the name, of three letters and more, joined (`hanspeter`) counts as one inside of them.
- Two letters beside other terms may be initials where near words are looked for.
- Columns decide twice: the worst one, then the sum of all.
- A word that begins with the typed one is never an infix, a sound-alike or a typo of it: it is a prefix already.
- Infix, sound and typo want letters alone on both sides (no digits).
- The last word, unfinished, may be the beginning of a longer word with one typo: one letter wrong, missing, swapped;
  from 6 letters on also one too many.
- The first letter is fixed under 6 typed letters, for beginnings too; never for sounds.
- Nicknames stand for whole words of the name only; a bare initial stands for a typed word only beside other terms.
- A phrase and a quoted word match whole words only and have no nicknames, infixes, sounds or typos.
- Numbers are never "written otherwise". A number that is only an extension has no country code and matches as exact if
  equal, and as infix.
- A number term with several words (`089 84`) matches as words if every one is found; its worst word counts.
- A one-letter word of a number (`+49 8 9`) does not narrow the number to names.
- Excluded is a contact with a visible word or later part that begins so, the phrase, or such a number (inside too).
- `source:x` matches the beginnings of the names of visible sources.
- A query of exclusions or sources alone finds nothing.
- Initials: repeated letters may mean one word; not for quoted words; only where the name column is asked.
- Contacts whose name is hidden are ordered by id, before those with a name of the same priority.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from connectors.contact import Contact
from directory_server.directory import dialling, nicknames, phonetic
from directory_server.directory.columns import COLUMNS, DIGITS, TEXT
from directory_server.directory.document import Document, document
from directory_server.directory.listing import Match, Number
from directory_server.directory.normal_form import LONGEST, fold, words
from directory_server.directory.query import Query, Term, parse
from directory_server.directory.ranking import Rank
from directory_server.directory.reader import reader
from directory_server.directory.scope import Scope
from directory_server.store.rows import Location

PAGE = 10
AT = {column.name: column.at for column in COLUMNS}
SHORT = frozenset({AT["n"], AT["c"]})
JOINS = "-'`\u2010\u2011\u2018\u2019\u02bc\u00b4"
APOSTROPHES = "'`\u2018\u2019\u02bc\u00b4"

Grade = tuple[Rank, int, int, bool]
"""Class, how far a sound-alike is off, place of the column, whether it is written otherwise than typed."""


@dataclass(frozen=True)
class Book:
    """Contacts as (contact id, source id, priority, contact, location of the source), and the names of the sources."""

    contacts: tuple[tuple[int, int, int, Contact, Location], ...]
    names: Mapping[int, str]


@dataclass(frozen=True)
class Expected:
    """The ids in order with class and Contact field of each, and whether there are more."""

    hits: tuple[tuple[int, Match], ...]
    more: bool


@dataclass(frozen=True)
class Word:
    column: int
    normal: str
    raw: str
    part: bool


@dataclass(frozen=True)
class Reading:
    """How terms are read in one stage."""

    near: bool = False
    short_anywhere: bool = True
    initials: bool = False


def search(  # noqa: PLR0917 - what a search consists of
    book: Book, scope: Scope, text: str, limit: int, location: Location, familiar: AbstractSet[int] = frozenset()
) -> Expected:
    """Return what a search of this scope must find."""
    query = parse(text, location)
    if not query.terms or limit <= 0:
        return Expected((), more=False)
    found: list[tuple[tuple[object, ...], int, Match]] = []
    for reading in _readings(query):
        found = sorted(_found(book, scope, query, reading, familiar), key=lambda one: one[0])
        if len(found) >= min(PAGE, limit + 1):
            break
    return Expected(tuple((identity, match) for _key, identity, match in found[:limit]), len(found) > limit)


def _readings(query: Query) -> list[Reading]:
    readings = [Reading(), Reading(near=True)]
    if any(len(word) == 1 for term in query.terms for word in term.words):
        readings.insert(0, Reading(short_anywhere=False))
    only = query.terms[0].words if len(query.terms) == 1 and not query.terms[0].whole else ()
    if len(only) == 1 and only[0].isalpha() and len(only[0]) in {2, 3}:
        readings.append(Reading(near=True, initials=True))
    return readings


def _found(
    book: Book, scope: Scope, query: Query, reading: Reading, familiar: AbstractSet[int]
) -> Iterator[tuple[tuple[object, ...], int, Match]]:
    for identity, source, priority, contact, location in book.contacts:
        groups = scope.groups(source)
        columns = frozenset(column.at for column in COLUMNS if column.group in groups)
        if not all(fold(book.names[source]).startswith(name) for name in query.sources) or not columns:
            continue
        seen = document(identity, source, contact, reader(location))
        if any(_excludes(term, seen, columns) for term in query.excluded):
            continue
        bests = [_best(_grades(term, seen, columns, reading, several=len(query.terms) > 1)) for term in query.terms]
        if any(best is None for best in bests):
            continue
        grades = [best for best in bests if best]
        key = (
            max((rank, far) for rank, far, _order, _twin in grades),
            max(order for _rank, _far, order, _twin in grades),
            sum(order for _rank, _far, order, _twin in grades),
            sum(twin for _rank, _far, _order, twin in grades),
            identity not in familiar,
            priority,
            seen.sort if AT["n"] in columns else "",
            identity,
        )
        yield key, identity, _match(max(grades))


def _match(grade: Grade) -> Match:
    (column,) = (column for column in COLUMNS if column.order == grade[2])
    return Match("number" if column.digits else grade[0].text, column.field)


def _best(grades: Iterable[Grade]) -> Grade | None:
    return min(grades, default=None)


def _excludes(term: Term, seen: Document, columns: frozenset[int]) -> bool:
    grades = _grades(term, seen, columns, Reading(), several=False)
    return any(grade[0] <= Rank.COMPOUND or term.digits for grade in grades)


def _grades(term: Term, seen: Document, columns: frozenset[int], reading: Reading, *, several: bool) -> Iterator[Grade]:
    numeric = bool(term.digits or term.international)
    term = replace(term, columns=term.columns & columns)
    if not reading.short_anywhere and not numeric and any(len(word) == 1 for word in term.words):
        term = replace(term, columns=term.columns & SHORT)
    held = [word for word in stored(seen) if word.column in term.columns]
    yield from _by_number(term, seen)
    if term.whole and len(term.words) > 1:
        yield from _phrase(term, held)
    elif len(term.words) == 1:
        yield from _by_word(term, term.words[0], term.raw, held, near=reading.near)
        if not term.whole and not numeric:
            yield from _by_name(term, seen, held, reading, several=several)
    elif term.words:
        each = [_best(_by_word(term, word, word, held, near=False)) for word in term.words]
        if all(each):
            yield max(grade for grade in each if grade)
    if term.tagged and AT["y"] in columns:
        yield from _by_field(term, seen)


def _by_field(term: Term, seen: Document) -> Iterator[Grade]:
    for name, value in seen.custom:
        for word in words(value, 40):
            tagged = f"{fold(''.join(char for char in name if char.isalpha()))}:{word}"
            if tagged == term.tagged:
                yield Rank.EXACT, 0, COLUMNS[AT["y"]].order, False
            elif tagged.startswith(term.tagged) and not term.whole:
                yield Rank.PREFIX, 0, COLUMNS[AT["y"]].order, False


def _by_word(term: Term, typed: str, raw: str, held: Iterable[Word], *, near: bool) -> Iterator[Grade]:
    for word in held:
        found = _class(term, typed, word)
        if found is None and near and not (term.whole or term.digits or term.international):
            found = _near(term, typed, word)
        if found is not None:
            yield *found, COLUMNS[word.column].order, raw not in word.raw


def _class(term: Term, typed: str, word: Word) -> tuple[Rank, int] | None:
    if word.normal != typed and (term.whole or not word.normal.startswith(typed)):
        return None
    if word.part and not term.part:
        return Rank.COMPOUND, 0
    return (Rank.EXACT if word.normal == typed else Rank.PREFIX), 0


def _near(term: Term, typed: str, word: Word) -> tuple[Rank, int] | None:
    text, letters = word.normal, len(typed)
    if letters < 3 or not typed.isalpha() or not text.isalpha():
        return None
    if typed in text:
        return Rank.INFIX, 0
    distance = OSA.distance(typed, text)
    alike = 1 - distance / max(letters, len(text))
    sounds = word.column in SHORT and bool(set(phonetic.codes(typed)) & set(phonetic.codes(text))) and alike > 1 / 3
    far = distance + OSA.distance(re.sub("[aeiouyhj]", "", typed), re.sub("[aeiouyhj]", "", text)) - 1
    if sounds and far < 3:
        return Rank.PHONETIC, far
    if letters >= 4 and (letters >= 6 or typed[0] == text[0]):
        shortest = letters if letters < 6 else letters - 1
        begins = (OSA.distance(typed, text[:size]) <= 1 for size in range(shortest, letters + 2))
        if distance == 1 or (term.last and len(text) > letters and any(begins)):
            return Rank.EDIT1, 0
        if distance == 2 and letters >= 7:
            return Rank.EDIT2, 0
    return (Rank.DISTANT, 3) if sounds else None


def _by_name(term: Term, seen: Document, held: list[Word], reading: Reading, *, several: bool) -> Iterator[Grade]:
    typed, order = term.words[0], COLUMNS[AT["n"]].order
    names = [word for word in held if word.column == AT["n"]]
    for word in names:
        if word.normal in nicknames.others(typed):
            yield Rank.NICKNAME, 0, order, term.raw not in word.raw
    if AT["n"] in term.columns and several and typed.isalpha() and seen.initial == typed[0]:
        yield Rank.NICKNAME, 0, order, term.raw not in seen.initial
    read = reading.initials or (reading.near and several and len(typed) == 2 and typed.isalpha())
    if AT["n"] in term.columns and read and all(any(word.normal.startswith(one) for word in names) for one in typed):
        yield Rank.NICKNAME, 0, order, True
    known = {word.normal for word in names}
    if reading.near and typed.isalpha() and any({typed[:at], typed[at:]} <= known for at in range(3, len(typed) - 2)):
        yield Rank.INFIX, 0, order, True


def _phrase(term: Term, held: list[Word]) -> Iterator[Grade]:
    for start in range(len(held)):
        run = held[start : start + len(term.words)]
        if tuple(word.normal for word in run) == term.words and len({word.column for word in run}) == 1:
            yield Rank.EXACT, 0, COLUMNS[run[0].column].order, True


def _by_number(term: Term, seen: Document) -> Iterator[Grade]:
    for column in DIGITS:
        for number in seen.numbers:
            if column.at in term.columns and number.group is column.group:
                found = _number(term, number)
                if found is not None:
                    yield found, 0, column.order, False


def _number(term: Term, number: Number) -> Rank | None:
    digits = number.e164[1:]
    if digits in term.international or (not digits and term.digits and number.extension == term.digits):
        return Rank.EXACT
    if digits and any(digits.startswith(beginning) for beginning in term.international):
        return Rank.PREFIX
    national = digits[len(dialling.country_code(digits)) :] if digits else number.extension
    return Rank.INFIX if len(term.digits) >= 2 and term.digits in national else None


def stored(seen: Document) -> Iterator[Word]:
    """Yield the words of a contact, column by column, in order."""
    for column, text in zip(TEXT, seen.texts, strict=True):
        for piece in text.split():
            for normal, raw, part in _spellings(piece):
                yield Word(column.at, normal, raw, part)


def _spellings(piece: str) -> Iterator[tuple[str, str, bool]]:
    normals, written = words(piece), unicodedata.normalize("NFC", piece).casefold()
    runs = list(re.finditer(r"[^\W_]+", written))
    if len(runs) != len(normals) or any(mark in written for mark in APOSTROPHES):
        joined = any(join in piece for join in JOINS)
        yield from ((normal, normal, joined and at > 0) for at, normal in enumerate(normals))
        return
    for normal, run in zip(normals, runs, strict=True):
        yield normal, run[0][:LONGEST], run.start() > 0 and written[run.start() - 1] in JOINS
