"""Vocabulary: the words in use by source and column, and which of them may stand for a searched word.

Typos, infixes and sounds are worked out on the words, never on the documents, and only on words the asker may see:
limits count visible words alone, so a hidden one can change no answer.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from zlib import crc32

from rapidfuzz.distance import OSA

from directory_server.directory import phonetic
from directory_server.directory.columns import TEXT
from directory_server.directory.document import Document
from directory_server.directory.ranking import Rank
from directory_server.directory.tables import allowed

Parts = tuple[tuple[frozenset[int], frozenset[int]], ...]
"""What may be seen: pairs of (source ids, columns)."""

_PREFIX = 7
_SHORTEST_TYPO = 4
_SHORTEST_TWO_EDITS = 7
_FREE_FIRST_LETTER = 6
_SHORTEST_INFIX = 3
_LEAST_LIKE = 0.44
_VARIABLES = 900


def _forms(word: str, deletions: int) -> set[int]:
    """Return hashes of the word's first letters with up to so many of them left out."""
    start = word[:_PREFIX]
    return {
        crc32("".join(kept).encode())
        for count in range(deletions + 1)
        for kept in combinations(start, max(len(start) - count, 0))
    }


def _grams(word: str) -> set[str]:
    """Return the groups of three letters in a word; with digits there are many, and nobody asks for them."""
    return {gram for at in range(len(word) - 2) if (gram := word[at : at + 3]).isalpha()}


def _edits(word: str) -> int:
    if len(word) < _SHORTEST_TYPO or not word.isalpha():
        return 0
    return 2 if len(word) >= _SHORTEST_TWO_EDITS else 1


def _stored(word: str) -> int:
    """Return how many deletions to enter a word with: two edits may lead here from a word two letters longer."""
    return 2 if len(word) >= _SHORTEST_TWO_EDITS - 2 else 1


def _uses(documents: Iterable[Document]) -> Counter[tuple[str, int, int]]:
    uses: Counter[tuple[str, int, int]] = Counter()
    for document in documents:
        for column in TEXT:
            for word in document.columns[column.at].split():
                uses[word, document.source, column.at] += 1
    return uses


def update(connection: sqlite3.Connection, removed: Iterable[Document], added: Iterable[Document]) -> None:
    """Count the words of documents that go and come."""
    uses = _uses(added)
    uses.subtract(_uses(removed))
    changed = [(*place, count) for place, count in uses.items() if count]
    ids = _ids(connection, {word for word, _source, _place, _count in changed})
    connection.executemany(
        "INSERT INTO word_use VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET uses = uses + excluded.uses",
        sorted((ids[word], source, place, count) for word, source, place, count in changed),
    )
    gone = [(ids[word], source, place) for word, source, place, count in changed if count < 0]
    connection.executemany("DELETE FROM word_use WHERE word = ? AND source = ? AND place = ? AND uses <= 0", gone)


def _ids(connection: sqlite3.Connection, words: set[str]) -> dict[str, int]:
    """Return the ids of words, entering new ones into every table."""
    ids: dict[str, int] = {}
    wanted = sorted(words)
    for start in range(0, len(wanted), _VARIABLES):
        part = wanted[start : start + _VARIABLES]
        marks = ",".join("?" * len(part))
        ids.update(connection.execute(f"SELECT text, id FROM word WHERE text IN ({marks})", part))  # noqa: S608 - marks
    new = [word for word in wanted if word not in ids]
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM word").fetchone()
    entered = {word: last + 1 + at for at, word in enumerate(new)}
    connection.executemany("INSERT INTO word VALUES (?, ?)", [(number, word) for word, number in entered.items()])
    connection.executemany(
        "INSERT INTO deletion VALUES (?, ?)",
        sorted((form, n) for word, n in entered.items() if _edits(word) for form in _forms(word, _stored(word))),
    )
    connection.executemany(
        "INSERT INTO trigram VALUES (?, ?)",
        sorted((gram, n) for word, n in entered.items() for gram in _grams(word)),
    )
    connection.executemany(
        "INSERT INTO phonetic VALUES (?, ?)",
        sorted((code, n) for word, n in entered.items() if len(word) > 2 and (code := phonetic.code(word))),  # noqa: PLR2004
    )
    starts = {word[:length] for word in new if word.isalpha() for length in range(_SHORTEST_TYPO, _PREFIX + 1)}
    connection.executemany(
        "INSERT OR IGNORE INTO beginning VALUES (?, ?)",
        sorted((form, start) for start in starts for form in _forms(start, 1)),
    )
    return ids | entered


def expand(connection: sqlite3.Connection, word: str, parts: Parts, *, unfinished: bool, most: int) -> dict[str, Rank]:
    """Return words in visible use that may stand for `word` (not those it begins), the `most` best first."""
    weighed: dict[str, tuple[Rank, float]] = {}
    for text, rank, weight in _candidates(connection, word, unfinished=unfinished):
        known = weighed.get(text)
        if not text.startswith(word) and (known is None or (rank, -weight) < (known[0], -known[1])):
            weighed[text] = (rank, weight)
    ordered = sorted(weighed, key=lambda text: (-weighed[text][1], text))
    found: dict[str, Rank] = {}
    condition = allowed(parts)
    for start in range(0, len(ordered), _VARIABLES):
        part = ordered[start : start + _VARIABLES]
        seen = _visible(connection, part, condition)
        for text in part:
            if text in seen:
                found[text] = weighed[text][0]
                if len(found) == most:
                    return found
    return found


def _visible(connection: sqlite3.Connection, texts: list[str], condition: str) -> set[str]:
    marks = ",".join("?" * len(texts))
    rows = connection.execute(
        f"SELECT text FROM word WHERE text IN ({marks})"  # noqa: S608 - marks and numbers only
        f" AND EXISTS (SELECT 1 FROM word_use WHERE word = id AND ({condition}))",
        texts,
    )
    return {text for (text,) in rows}


Weighed = Iterator[tuple[str, Rank, float]]


def _candidates(connection: sqlite3.Connection, word: str, *, unfinished: bool) -> Weighed:
    if not word.isalpha():
        return
    if len(word) >= _SHORTEST_INFIX:
        yield from _infixes(connection, word)
        yield from _twins(connection, word)
    if len(word) >= _SHORTEST_TYPO:
        yield from _typos(connection, word)
        if unfinished:
            yield from _unfinished(connection, word)


def _infixes(connection: sqlite3.Connection, word: str) -> Weighed:
    grams = sorted({word[at : at + 3] for at in range(len(word) - 2)})
    joined = " INTERSECT ".join(["SELECT word FROM trigram WHERE gram = ?"] * len(grams))
    for (text,) in connection.execute(f"SELECT text FROM word WHERE id IN ({joined})", grams):  # noqa: S608 - marks only
        if word in text:
            yield text, Rank.INFIX, 55 + 10 * len(word) / len(text)


def _twins(connection: sqlite3.Connection, word: str) -> Weighed:
    code = phonetic.code(word)
    if not code:
        return
    for (text,) in connection.execute(
        "SELECT text FROM phonetic JOIN word ON word.id = phonetic.word WHERE code = ?", (code,)
    ):
        like = OSA.normalized_similarity(word, text)
        if like > _LEAST_LIKE:
            yield text, Rank.PHONETIC, 25 + 45 * like


def _typos(connection: sqlite3.Connection, word: str) -> Weighed:
    most = _edits(word)
    forms = sorted(_forms(word, most))
    marks = ",".join("?" * len(forms))
    for (text,) in connection.execute(
        f"SELECT text FROM word WHERE id IN (SELECT word FROM deletion WHERE form IN ({marks}))",  # noqa: S608 - marks only
        forms,
    ):
        edits = OSA.distance(word, text, score_cutoff=most)
        if 0 < edits <= most and _keeps_first_letter(word, text):
            weight = (68 if edits == 1 else 50) - 60 * edits / (len(word) + 8)
            yield text, Rank.EDIT1 if edits == 1 else Rank.EDIT2, weight


def _keeps_first_letter(word: str, text: str) -> bool:
    return len(word) >= _FREE_FIRST_LETTER or word[0] == text[0]


def _unfinished(connection: sqlite3.Connection, word: str) -> Weighed:
    """Find words that begin with a mistyped, unfinished word."""
    start = word[:_PREFIX]
    forms = sorted(_forms(word, 1))
    marks = ",".join("?" * len(forms))
    starts = connection.execute(f"SELECT DISTINCT text FROM beginning WHERE form IN ({marks})", forms)  # noqa: S608 - marks only
    near = [
        text
        for (text,) in starts
        if text != start and OSA.distance(start, text, score_cutoff=1) == 1 and _keeps_first_letter(word, text)
    ]
    for beginning in sorted(near):
        for (text,) in connection.execute(
            "SELECT text FROM word WHERE text >= ? AND text < ?", (beginning, beginning + "\U0010ffff")
        ):
            if len(word) <= _PREFIX or OSA.distance(word, text[: len(word)], score_cutoff=2) <= 2:  # noqa: PLR2004
                yield text, Rank.EDIT1, 50 - 8 * (len(text) - len(word)) / len(text)
