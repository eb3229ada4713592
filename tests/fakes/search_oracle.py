"""What a search must find, and in which order: every contact tried word by word, without any index.

Decisions where the rules leave room:
* of several words that match a term equally well, the one written as typed counts;
* a sound-alike's distance (1, 2, 3, 4 and more edits) comes right behind the class;
* a one-letter given name stands for a word only beside other terms;
* an unfinished word of 6 letters and more may also begin a word that lacks one of its letters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from connectors.contact import Contact
from directory_server.directory import nicknames, phonetic
from directory_server.directory.columns import BY_ORDER, COLUMNS, DIGITS, TEXT
from directory_server.directory.document import Document, document
from directory_server.directory.normal_form import words
from directory_server.directory.query import Query, Term
from directory_server.directory.ranking import Rank
from directory_server.directory.scope import Scope
from directory_server.directory.words.spelling import TAG, Spelling, entries, spelling, tag
from directory_server.store.rows import FieldGroup, Location

PAGE = 10
Grade = tuple[int, int, int, bool]
"""Class, distance of a sound-alike, order of the column, written otherwise than typed."""


@dataclass(frozen=True)
class Known:
    """A contact as the oracle knows it."""

    id: int
    source: int
    priority: int
    contact: Contact


class Oracle:
    """Answers like `Index.search`; slow, and simple enough to be believed."""

    def __init__(self, known: Iterable[Known], locations: Mapping[int, Location]) -> None:
        self._known = [(one, document(one.id, one.source, one.contact, locations[one.source])) for one in known]

    def search(
        self, query: Query, scope: Scope, limit: int, familiar: frozenset[int] = frozenset()
    ) -> tuple[list[tuple[int, str, str]], bool]:
        """Return (contact id, class, field) of the hits in order, and whether there are more."""
        if not query.terms or limit <= 0:
            return [], False
        short = any(len(word) == 1 for term in query.terms for word in term.words)
        stages = [{"short": True}] if short else []
        stages += [{}, {"near": True}, {"near": True, "initials": True}]
        hits: list[tuple[tuple, int, Grade]] = []
        for stage in stages:
            hits = sorted(self._hits(query, scope, familiar, **stage))
            if len(hits) >= min(PAGE, limit + 1):
                break
        told = []
        for _key, number, (rank, _far, order, _twin) in hits[:limit]:
            column = BY_ORDER[order]
            told.append((number, "number" if column.digits else Rank(rank).text, column.field))
        return told, len(hits) > limit

    def _hits(
        self, query: Query, scope: Scope, familiar: frozenset[int], *, short=False, near=False, initials=False
    ) -> Iterator[tuple[tuple, int, Grade]]:
        for one, doc in self._known:
            columns = {at for sources, granted in scope.parts if one.source in sources for at in granted}
            grades = []
            for term in query.terms:
                at = columns
                if short and any(len(word) == 1 for word in term.words):
                    at = columns & {column.at for column in COLUMNS if column.name in {"n", "c"}}
                reach = _Reach(doc, at, near, initials and len(query.terms) == 1, len(query.terms) > 1)
                grades.append(min(reach.grades(term), default=None))
            if not grades or None in grades or not columns:
                continue
            if any(grade[0] <= Rank.COMPOUND or term.digits for term in query.excluded
                   for grade in _Reach(doc, columns).grades(term)):  # fmt: skip
                continue
            named = FieldGroup.NAME in scope.groups(one.source)
            key = (
                max(grade[:2] for grade in grades),
                max(grade[2] for grade in grades),
                sum(grade[3] for grade in grades),
                one.id not in familiar,
                one.priority,
                doc.sort if named else "",
                one.id,
            )
            yield key, one.id, max(grades)


class _Reach:
    """One document, and what of it may be matched how."""

    def __init__(self, doc: Document, columns: Iterable[int], near=False, initials=False, several=False) -> None:
        self.doc = doc
        self.columns = frozenset(columns)
        self.near = near
        self.initials = initials
        self.several = several

    def grades(self, term: Term) -> list[Grade]:
        """Return every way in which the document matches the term."""
        at = term.columns & self.columns
        if term.whole and len(term.words) > 1:
            return [(Rank.EXACT, 0, order, True) for order in self._phrase(term.words, at)]
        found = list(self._numbers(term, at))
        if len(term.words) == 1:
            found += self._word(term, term.words[0], term.raw, at)
        elif term.words:
            each = [min(self._begins(word, word, at, term), default=None) for word in term.words]
            if None not in each:
                found.append(max(each))
        custom = next(column for column in COLUMNS if column.name == "y")
        if term.tagged and custom.at in self.columns:
            tagged = TAG + term.tagged
            for text in (tag(name, word) for name, value in self.doc.custom for word in words(value)):
                spelt = Spelling(text, text, part=False)
                found += _whole_or_begun(spelt, tagged, tagged, custom.order, part=True, whole=term.whole)
        return found

    def _spelt(self, at: Iterable[int]) -> Iterator[tuple[int, Spelling]]:
        for column in TEXT:
            if column.at in at:
                for piece in self.doc.texts[column.at].split():
                    for text in entries(piece):
                        yield column.order, spelling(text)

    def _phrase(self, phrase: Sequence[str], at: frozenset[int]) -> Iterator[int]:
        for column in TEXT:
            if column.at in at:
                text = [one.normal for order, one in self._spelt({column.at})]
                if any(tuple(text[start : start + len(phrase)]) == tuple(phrase) for start in range(len(text))):
                    yield column.order

    def _begins(self, word: str, raw: str, at: frozenset[int], term: Term) -> list[Grade]:
        found: list[Grade] = []
        for order, spelt in self._spelt(at):
            found += _whole_or_begun(spelt, word, raw, order, part=term.part, whole=term.whole)
        return found

    def _word(self, term: Term, word: str, raw: str, at: frozenset[int]) -> list[Grade]:
        found = self._begins(word, raw, at, term)
        if term.whole or term.digits:
            return found
        name = next(column for column in COLUMNS if column.name == "n")
        if name.at in at:
            others = nicknames.others(word)
            found += [(Rank.NICKNAME, 0, order, raw not in spelt.raw)
                      for order, spelt in self._spelt({name.at}) if spelt.normal in others]  # fmt: skip
            if self.several and word.isalpha() and word[0] == self.doc.initial:
                found.append((Rank.NICKNAME, 0, name.order, raw not in f":{word[0]}"))
            starts = {spelt.normal[0] for _order, spelt in self._spelt({name.at})}
            if self.initials and len(word) in (2, 3) and word.isalpha() and set(word) <= starts:
                found.append((Rank.NICKNAME, 0, name.order, True))
        if self.near and word.isalpha() and len(word) > 2:
            for order, spelt in self._spelt(at):
                if spelt.normal.isalpha() and not spelt.normal.startswith(word):
                    twin = raw not in spelt.raw
                    sounding = BY_ORDER[order].name in {"n", "c"}
                    found += [(rank, far, order, twin)
                              for rank, far in _near(word, spelt.normal, term.last, sounding)]  # fmt: skip
        return found

    def _numbers(self, term: Term, at: frozenset[int]) -> Iterator[Grade]:
        from directory_server.directory.dialling import country_code

        for column in DIGITS:
            if column.at not in at:
                continue
            for number in self.doc.numbers:
                if number.group is not column.group:
                    continue
                digits = number.e164[1:]
                if digits:
                    national = digits[len(country_code(digits)) :]
                    if digits in term.international:
                        yield (Rank.EXACT, 0, column.order, False)
                    if any(digits.startswith(start) for start in term.international):
                        yield (Rank.PREFIX, 0, column.order, False)
                else:
                    national = number.extension
                    if term.digits and number.extension == term.digits:
                        yield (Rank.EXACT, 0, column.order, False)
                if len(term.digits) > 1 and term.digits in national:
                    yield (Rank.INFIX, 0, column.order, False)


def _whole_or_begun(spelt: Spelling, word: str, raw: str, order: int, *, part: bool, whole: bool) -> list[Grade]:
    inner = spelt.part and not part
    twin = raw not in spelt.raw
    if spelt.normal == word:
        return [(Rank.COMPOUND if inner else Rank.EXACT, 0, order, twin)]
    if spelt.normal.startswith(word) and not whole:
        return [(Rank.COMPOUND if inner else Rank.PREFIX, 0, order, twin)]
    return []


def _near(word: str, stored: str, unfinished: bool, sounding: bool) -> Iterator[tuple[Rank, int]]:
    if word in stored:
        yield Rank.INFIX, 0
    if sounding and set(phonetic.codes(word)) & set(phonetic.codes(stored)):
        yield Rank.PHONETIC, min(OSA.distance(word, stored), 4) - 1
    if len(word) < 4 or (len(word) < 6 and word[0] != stored[0]):
        return
    distance = OSA.distance(word, stored)
    if len(stored) > 2 and distance == 1:
        yield Rank.EDIT1, 0
    if len(stored) > 2 and distance == 2 and len(word) > 6:
        yield Rank.EDIT2, 0
    if unfinished and len(stored) > len(word):
        lengths = range(len(word) - (len(word) > 5), len(word) + 2)
        if any(OSA.distance(word, stored[:length]) <= 1 for length in lengths):
            yield Rank.EDIT1, 0
