"""The peers: SQLite FTS5 as it comes, and PostgreSQL with pg_trgm, over the same words in our normal form.

Both give bare ids of contacts, unmerged, and know no grants. FTS5: every word as a prefix, `ORDER BY rank` (bm25), and
once more unsorted, which is faster and gives whichever contacts come first. PostgreSQL: what a careful engineer would
write, each step only while there are fewer than ten hits: every word as the beginning of a word of the name, of any
word, inside of any word, ordered by name; then word similarity, best first. What is written like a number is asked of
both as one, by its national digits.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.address_book import AddressBook
from benchmarks.figures import WARM, Times, timed
from benchmarks.queries import NOT_FTS5, asked_number, classes, keystrokes, national
from connectors.contact import Contact
from directory_server.directory.normal_form import words
from tests.servers.postgres import DATABASE, PASSWORD, USER, Postgres

LIMIT = 20
_ENOUGH = 10
TIMEOUT_S = 5
KEYSTROKES = "every keystroke"
_BUDGET_S = 15
Row = tuple[int, str, str, str]


def rows(contacts: Iterable[Contact], first: int = 0) -> Iterator[Row]:
    """Yield number, name, other words, and national digits of every contact: all that the product finds it by."""
    for at, contact in enumerate(contacts, first):
        places = [text for one in contact.addresses
                  for text in (one.street, one.postal_code, one.city, one.region, one.country)]  # fmt: skip
        fields = (contact.company, contact.department, contact.job_title, contact.office, *places, contact.notes,
                  contact.birthday, *contact.urls, *contact.categories,
                  *(value for _, value in contact.custom))  # fmt: skip
        rest = [word for text in fields if text for word in words(text)]
        rest += [word for email in contact.emails for word in _mail_words(email.address)]
        parts = (contact.prefix, contact.given_name, contact.middle_name, contact.family_name, contact.suffix,
                 contact.nickname, contact.name())  # fmt: skip
        name = dict.fromkeys(words(" ".join(parts)))
        numbers = " ".join(national(phone.raw) for phone in contact.phones)
        yield at, " ".join(name), " ".join(rest), numbers


def _mail_words(address: str) -> tuple[str, ...]:
    """Return the words of an e-mail address without the top-level domain."""
    local, at, domain = address.rpartition("@")
    return words(local) + words(domain.rpartition(".")[0] or domain) if at else words(address)


class Fts5:
    """A plain FTS5 table in a file of its own, mapped into memory; `order` is put behind each question."""

    def __init__(self, path: Path, order: str = "ORDER BY rank") -> None:
        self._peer = sqlite3.connect(path, isolation_level=None)
        self._peer.execute(f"PRAGMA mmap_size = {2**31}")
        self._peer.execute("PRAGMA cache_size = -65536")
        self._order = order

    @classmethod
    def filled(cls, path: Path, contacts: Iterator[Row]) -> None:
        """Make the file."""
        with closing(sqlite3.connect(path, isolation_level=None)) as peer:
            peer.execute("CREATE VIRTUAL TABLE peer USING fts5(name, rest, number, content='', prefix='2 3')")
            peer.execute("BEGIN")
            peer.executemany("INSERT INTO peer(rowid, name, rest, number) VALUES (?, ?, ?, ?)", contacts)
            peer.execute("COMMIT")
            peer.execute("INSERT INTO peer(peer) VALUES ('optimize')")

    def ask(self, text: str) -> list[int]:
        """Return the best twenty."""
        digits = asked_number(text)
        expression = f'number : "{digits}" *' if digits else " ".join(f'"{word}" *' for word in words(text))
        if not expression:
            return []
        found = self._peer.execute(
            f"SELECT rowid FROM peer WHERE peer MATCH ? {self._order} LIMIT {LIMIT}",  # noqa: S608 - ours alone
            (expression,),
        )
        return [number for (number,) in found]

    def close(self) -> None:
        """Close the file."""
        self._peer.close()


class PgTrgm:
    """A table in a real server with GIN trigram indexes, loaded by COPY; settings fit for a million rows."""

    SERVER = ("shared_buffers = '1GB'", "effective_cache_size = '4GB'", "max_wal_size = '4GB'", "autovacuum = off")
    SESSION = (
        "work_mem = '64MB'", "maintenance_work_mem = '512MB'", "random_page_cost = 1.1", "jit = off",
        "max_parallel_workers_per_gather = 0", "max_parallel_maintenance_workers = 0",
        "pg_trgm.word_similarity_threshold = 0.45", f"statement_timeout = '{TIMEOUT_S}s'",
    )  # fmt: skip

    def __init__(self, server: Postgres) -> None:
        where: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": str(server.port),
            "user": "postgres",
            "password": PASSWORD,
        }
        with psycopg.connect(**where, dbname="postgres", autocommit=True) as admin:
            for setting in self.SERVER:
                admin.execute(f"ALTER SYSTEM SET {setting}".encode())
        server.kill()
        server.resume()
        self._connection = psycopg.connect(
            **where | {"user": USER}, dbname=DATABASE, autocommit=True, cursor_factory=psycopg.ClientCursor
        )
        self._connection.execute("CREATE EXTENSION pg_trgm")
        for setting in self.SESSION:
            self._connection.execute(f"SET {setting}".encode())

    def clock(self) -> int:
        """Return nanoseconds of CPU that this thread and the server's process for it have spent."""
        served = Path(f"/proc/{self._connection.info.backend_pid}/schedstat").read_text(encoding="ascii")
        return time.thread_time_ns() + int(served.partition(" ")[0])

    def fill(self, contacts: Iterator[Row]) -> None:
        """Copy the rows into the table and index it; a space stands before every word."""
        run = self._connection.execute
        run("SET statement_timeout = 0")
        run("CREATE TABLE book (id integer PRIMARY KEY, name text, text text, digits text)")
        with self._connection.cursor() as cursor, cursor.copy("COPY book FROM STDIN") as copy:
            for at, name, rest, numbers in contacts:
                copy.write_row((at, f" {name}", f" {name} {rest}", numbers))
        for column in ("name", "text", "digits"):
            run(f"CREATE INDEX ON book USING gin ({column} gin_trgm_ops)".encode())
        run("VACUUM ANALYZE book")
        run(f"SET statement_timeout = '{TIMEOUT_S}s'".encode())

    def size(self) -> int:
        """Return the bytes of the table with its indexes."""
        with self._connection.cursor() as cursor:
            row = cursor.execute("SELECT pg_total_relation_size('book')").fetchone()
        return int(row[0]) if row else 0

    def ask(self, text: str) -> list[int]:
        """Return the best twenty; none if the server needs longer than its time limit."""
        try:
            return self._ask(text)
        except psycopg.errors.QueryCanceled:
            return []

    def _ask(self, text: str) -> list[int]:
        if digits := asked_number(text):
            return self._select("digits LIKE %s", "id", [f"%{digits}%"])
        asked = words(text)
        if not asked:
            return []
        found: list[int] = []
        starts, inside = [f"% {word}%" for word in asked], [f"%{word}%" for word in asked]
        for column, patterns in (("name", starts), ("text", starts), ("text", inside)):
            if len(found) < _ENOUGH:
                condition = " AND ".join(f"{column} LIKE %s" for _ in asked)  # no index serves LIKE ALL (array)
                more = self._select(condition, "name, id", patterns)
                found += [number for number in more if number not in found]
        if len(found) < _ENOUGH:
            condition = " AND ".join("%s <%% text" for _ in asked)
            order = " + ".join("word_similarity(%s, text)" for _ in asked)
            more = self._select(condition, f"{order} DESC, id", [*asked, *asked])
            found += [number for number in more if number not in found]
        return found[:LIMIT]

    def _select(self, condition: str, order: str, values: Sequence[object]) -> list[int]:
        statement = f"SELECT id FROM book WHERE {condition} ORDER BY {order} LIMIT {LIMIT}"  # noqa: S608 - ours alone
        with self._connection.cursor() as cursor:
            return [number for (number,) in cursor.execute(statement.encode(), values)]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class Measured:
    """Times by class, and a line about the peers' size and load; `pg` is empty where it was left out."""

    fts5: dict[str, Times]
    unsorted: dict[str, Times]
    pg: dict[str, Times]
    note: str


def measure(folder: Path, book: AddressBook, queries: int, people: int, *, with_pg: bool) -> Measured:
    """Fill both peers with the book and ask them everything; to be called in a fresh process."""
    some = book.people(people)
    texts = classes(some, queries + WARM) | {KEYSTROKES: keystrokes(some, max(queries // 2, 20))}
    start = time.perf_counter()
    Fts5.filled(folder / "peer.db", rows(book.contacts()))
    each = (folder / "peer.db").stat().st_size / book.count
    note = f"FTS5: {time.perf_counter() - start:.0f} s to load, {each:.0f} B per contact"
    fts5, quick = (
        {name: timed(peer.ask, held) for name, held in texts.items() if name not in NOT_FTS5}
        for order in ("ORDER BY rank", "")
        for peer in (Fts5(folder / "peer.db", order),)
    )
    if not with_pg:
        return Measured(fts5, quick, {}, f"{note}. pg_trgm: left out, its load and index take hours at this size")
    with Postgres() as server, closing(PgTrgm(server)) as trgm:
        start = time.perf_counter()
        trgm.fill(rows(book.contacts()))
        note += f"; pg_trgm: {time.perf_counter() - start:.0f} s, {trgm.size() / book.count:.0f} B per contact"
        pg = {name: timed(trgm.ask, held, clock=trgm.clock, budget_s=_BUDGET_S) for name, held in texts.items()}
    asked = min(one.asked for one in pg.values())
    return Measured(
        fts5, quick, pg, f"{note}, at least {asked} queries a class in {_BUDGET_S} s, none longer than {TIMEOUT_S} s"
    )
