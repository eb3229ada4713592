"""The first engine: SQLite FTS5, asked in tiers from exact names to typos; ranking is ours, never bm25."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from directory_server.directory import vocabulary
from directory_server.directory.columns import COLUMNS
from directory_server.directory.document import Document
from directory_server.directory.engine import Found, Hit
from directory_server.directory.query import Query, Term
from directory_server.directory.ranking import Candidate, Expansions, SortKey, match, rank
from directory_server.directory.scope import Scope
from directory_server.directory.tables import SOURCE_MASK, contact_of, row_of, source_of
from directory_server.store.rows import FieldGroup

_TIER = 256
"""Documents ranked per tier, beyond those found already."""

_PAGE = 10
"""With fewer hits than this, other words may stand for the searched ones."""

_STEPS = (2, 8, 40)
_NAME = frozenset({0})
_GRAM = 3
_NUMBER_COLUMNS = tuple(column.at for column in COLUMNS if column.digits)
_NAMES = ", ".join(column.name for column in COLUMNS)
_MARKS = ", ".join("?" * (len(COLUMNS) + 1))
_INSERT = f"INSERT INTO text(rowid, {_NAMES}) VALUES ({_MARKS})"  # noqa: S608 - constant names
_DELETE = f"INSERT INTO text(text, rowid, {_NAMES}) VALUES ('delete', {_MARKS})"  # noqa: S608 - constant names


def _grams(digits: str) -> str:
    if len(digits) <= _GRAM:
        return digits
    return " ".join(digits[at : at + _GRAM] for at in range(len(digits) - _GRAM + 1))


def _number_tokens(text: str) -> str:
    """Write numbers as overlapping groups of three digits; the `z` between keeps phrases within one number."""
    return " z ".join(_grams(written.partition(".")[2]) for written in text.split())


def _row(document: Document) -> tuple[int | str, ...]:
    texts = [_number_tokens(text) if text and COLUMNS[at].digits else text for at, text in enumerate(document.columns)]
    return (row_of(document.id, document.source), *texts)


class FtsEngine:
    """See `engine.Engine`."""

    def update(self, connection: sqlite3.Connection, removed: Sequence[Document], added: Sequence[Document]) -> None:
        """Take documents out (exactly as they were added) and put documents in."""
        connection.executemany(_DELETE, [_row(document) for document in removed])
        connection.executemany(_INSERT, [_row(document) for document in added])
        vocabulary.update(connection, removed, added)

    def optimize(self, connection: sqlite3.Connection) -> None:
        """Merge the parts of the text index into one."""
        connection.execute("INSERT INTO text(text) VALUES ('optimize')")

    def search(
        self, connection: sqlite3.Connection, query: Query, scope: Scope, priorities: Mapping[int, int], limit: int
    ) -> Found:
        """Find documents of which every term matches something the scope may read."""
        if not query.terms or not scope.parts:
            return Found((), more=False)
        search = _Search(connection, query, scope, priorities)
        for exact, name in ((True, True), (True, False), (False, True), (False, False)):
            search.tier(limit, (), exact=exact, name=name)
            if len(search.keys) > limit:
                break
        if len(search.keys) < min(_PAGE, limit + 1):
            expansions = search.expansions()
            sizes = [len(others) for others in expansions]
            for at, most in enumerate(_STEPS):
                if any(sizes) and (at == 0 or max(sizes) > _STEPS[at - 1]):
                    search.tier(limit, _best(expansions, most), exact=False, name=False)
                if len(search.keys) >= min(_PAGE, limit + 1):
                    break
        return search.found(limit)


def _best(expansions: Expansions, most: int) -> Expansions:
    return [dict(list(others.items())[:most]) for others in expansions]


class _Search:
    """One search under way: the hits so far, by row number."""

    def __init__(
        self, connection: sqlite3.Connection, query: Query, scope: Scope, priorities: Mapping[int, int]
    ) -> None:
        self.connection = connection
        self.query = query
        self.parts = scope.parts
        self.named = frozenset(source for source in scope.fields if FieldGroup.NAME in scope.groups(source))
        self.priorities = priorities
        self.keys: dict[int, tuple[SortKey, Hit]] = {}

    def expansions(self) -> Expansions:
        """Return the words that may stand for each term's word."""
        found: list[Mapping[str, object]] = []
        for at, term in enumerate(self.query.terms):
            others = {}
            if len(term.words) == 1 and not term.whole and not term.needles:
                parts = tuple((sources, columns & term.columns) for sources, columns in self.parts)
                unfinished = at == len(self.query.terms) - 1
                others = vocabulary.expand(
                    self.connection, term.words[0], parts, unfinished=unfinished, most=_STEPS[-1]
                )
            found.append(others)
        return found  # type: ignore[return-value] # filled with dict[str, Rank] above

    def tier(self, limit: int, expansions: Expansions, *, exact: bool, name: bool) -> None:
        """Rank what one query finds in each part of the scope."""
        if name and any(term.needles or not term.columns & _NAME for term in self.query.terms):
            return
        most = max(_TIER, 2 * limit) + len(self.keys)
        for sources, columns in self.parts:
            allowed = columns & _NAME if name else columns
            expression = _expression(self.query, allowed, columns, expansions, exact=exact)
            if expression:
                self._take(expression, sources, columns, expansions, most)

    def _take(
        self, expression: str, sources: frozenset[int], columns: frozenset[int], expansions: Expansions, most: int
    ) -> None:
        rows = self.connection.execute(
            "SELECT doc.row, columns, raw, sort FROM text JOIN doc ON doc.row = text.rowid"  # noqa: S608 - numbers only
            f" WHERE text MATCH ? AND (text.rowid & {SOURCE_MASK}) IN ({','.join(map(str, sorted(sources)))}) LIMIT ?",
            (expression, most),
        )
        for row, text, raw, sort in rows:
            if row not in self.keys:
                texts = tuple(part if at in columns else "" for at, part in enumerate(text.split("\n")))
                named = source_of(row) in self.named
                candidate = Candidate(
                    id=contact_of(row),
                    columns=texts,
                    raw=raw if named else "",
                    sort=sort if named else "",
                    priority=self.priorities.get(source_of(row), 0),
                    has_number=any(texts[at] for at in _NUMBER_COLUMNS),
                )
                ranked = rank(candidate, self.query.terms, expansions)
                if ranked and not any(match(term, texts, {}) for term in self.query.excluded):
                    self.keys[row] = (ranked[0], Hit(row, ranked[1]))

    def found(self, limit: int) -> Found:
        """Return the best hits."""
        ordered = sorted(self.keys.values(), key=lambda pair: pair[0])
        return Found(tuple(hit for _key, hit in ordered[:limit]), more=len(ordered) > limit)


def _expression(
    query: Query, allowed: frozenset[int], columns: frozenset[int], expansions: Expansions, *, exact: bool
) -> str:
    """Write the FTS5 query: terms within `allowed` columns, exclusions within `columns`; "" if nothing can match."""
    terms = []
    for at, term in enumerate(query.terms):
        others = list(expansions[at]) if expansions else []
        alternatives = list(_alternatives(term, allowed, others, exact=exact))
        if not alternatives:
            return ""
        terms.append(f"({' OR '.join(alternatives)})")
    expression = " AND ".join(terms)
    for term in query.excluded:
        words = _within(term.columns & columns, f'"{" ".join(term.words)}"') if term.words else ""
        if words and not term.needles:
            expression = f"({expression}) NOT {words}"
    return expression


def _alternatives(term: Term, allowed: frozenset[int], others: list[str], *, exact: bool) -> Iterator[str]:
    at = frozenset(column for column in term.columns & allowed if not COLUMNS[column].digits)
    if term.words and at:
        if term.whole:
            inside = f'"{" ".join(term.words)}"'
        else:
            inside = " AND ".join(f'"{word}"' if exact else f'"{word}" *' for word in term.words)
        inside = " OR ".join([f"({inside})" if len(term.words) > 1 else inside, *(f'"{word}"' for word in others)])
        yield _within(at, f"({inside})")
    at = frozenset(column for column in term.columns & allowed if COLUMNS[column].digits)
    if term.needles and at:
        needles = [f'"{_grams(part)}" *' if len(part) < _GRAM else f'"{_grams(part)}"' for part in term.needles]
        yield _within(at, f"({' OR '.join(needles)})")


def _within(columns: frozenset[int], inside: str) -> str:
    return f"{{{' '.join(COLUMNS[at].name for at in sorted(columns))}}} : {inside}" if columns else ""
