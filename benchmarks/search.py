"""Search beside plain FTS5 ranked by bm25, in one run: `python benchmarks/search.py [--contacts N] [--queries N]`.

Every class of queries is asked of the view (persons, as the tab sees them), of our engine (ranked ids), and of an FTS5
table over the same words with `ORDER BY rank LIMIT 20` (ids). Times are milliseconds of this thread's CPU.
"""

import argparse
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.address_book import CITIES, COMMON, GIVEN, AddressBook
from directory_server.directory.normal_form import words
from directory_server.directory.query import parse
from directory_server.directory.view import View
from tests.fakes.world import World

LIMIT = 20
BAR_MS = 25.0
Pair = tuple[str, str]


def fill(world: World, book: AddressBook) -> tuple[float, float]:
    """Write the book into the store, then build the index; return the seconds of both."""
    source = world.source("book")
    start = time.perf_counter()
    for at in range(0, book.count, 20_000):
        world.put(source, dict(book.contacts(at, at + 20_000)), follow=False)
    stored = time.perf_counter()
    world.index.follow()
    return stored - start, time.perf_counter() - stored


def fill_peer(view: View, path: Path) -> tuple[sqlite3.Connection, float, list[Pair]]:
    """Put the same words into a plain FTS5 table; return it, its seconds, and some names to ask for."""
    rows, names = [], []
    for one in view.all():
        contact = one.contact
        texts = (contact.given_name, contact.family_name, contact.company, contact.department, contact.job_title)
        rest = [part for address in contact.addresses for part in (address.street, address.postal_code, address.city)]
        mails = [email.address for email in contact.emails]
        name = " ".join(words(contact.display_name))
        rows.append((one.id, name, " ".join(word for text in (*texts[2:], *rest, *mails) for word in words(text))))
        names.append((contact.given_name, contact.family_name))
    start = time.perf_counter()
    peer = sqlite3.connect(path, isolation_level=None)
    peer.execute("PRAGMA journal_mode=WAL")
    peer.execute("CREATE VIRTUAL TABLE peer USING fts5(name, rest, content='', prefix='2 3')")
    peer.execute("BEGIN")
    peer.executemany("INSERT INTO peer(rowid, name, rest) VALUES (?, ?, ?)", rows)
    peer.execute("COMMIT")
    peer.execute("INSERT INTO peer(peer) VALUES ('optimize')")
    return peer, time.perf_counter() - start, names


def misspelt(draw: random.Random, word: str) -> str:
    """Return the word with one letter changed, doubled, lost or swapped, never the first."""
    at = draw.randrange(1, len(word) - 1)
    changed = (
        word[:at] + draw.choice("aeinrst") + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return draw.choice(changed)


def classes(names: list[Pair], count: int) -> dict[str, list[str]]:
    """Return the queries of every class (letters of a word, words, infixes, typos, nothing, common words, numbers)."""
    draw = random.Random(2)
    some = [draw.choice(names) for _ in range(count)]
    long = [(given, family) for given, family in some if len(family) > 6]
    return {
        "p2": [family[:2] for _, family in some],
        "p3": [family[:3] for _, family in some],
        "p5": [family[:5] for _, family in some],
        "two": [f"{family[:4]} {given[:3]}" for given, family in some],
        "full2": [f"{given} {family}" for given, family in some],
        "infix": [family[2:7] for _, family in long],
        "typo": [misspelt(draw, family) for _, family in long],
        "typo2w": [f"{given} {misspelt(draw, family)}" for given, family in long],
        "nohit": [f"{family[::-1]}qx" for _, family in some],
        "common": [draw.choice((*COMMON, *CITIES, *GIVEN, "GmbH", "Technik", "Einkauf")) for _ in some],
        "keys": [f"{given} {family}"[: draw.randrange(2, 18)] for given, family in some],
        "number": [f"089 {draw.randrange(300_000, 300_000 + len(names) // 12)}" for _ in some],
        "digits": [str(draw.randrange(1000, 99_999)) for _ in some],
    }


def timed(ask: Callable[[str], object], texts: list[str]) -> tuple[float, float]:
    """Return p50 and p99 in ms of CPU."""
    for text in texts[:20]:
        ask(text)
    spent = []
    for text in texts:
        start = time.thread_time_ns()
        ask(text)
        spent.append((time.thread_time_ns() - start) / 1e6)
    spent.sort()
    return spent[len(spent) // 2], spent[min(int(len(spent) * 0.99), len(spent) - 1)]


def ask_peer(peer: sqlite3.Connection, text: str) -> list[tuple[int]]:
    """Ask the plain FTS5 table for words as prefixes, ranked by bm25."""
    expression = " ".join(f'"{word}" *' for word in words(text))
    query = "SELECT rowid FROM peer WHERE peer MATCH ? ORDER BY rank LIMIT ?"
    return peer.execute(query, (expression, LIMIT)).fetchall() if expression else []


def compare(view: View, world: World, peer: sqlite3.Connection, queries: dict[str, list[str]]) -> float:
    """Print a line per class; return the worst p99 of the view."""
    priorities = dict.fromkeys(view.scope.fields, 100)

    def engine(text: str) -> object:
        with world.index.reading() as connection:
            return world.index.engine.search(connection, parse(text, view.location), view.scope, priorities, LIMIT)

    print(f"{'p50/p99 ms':10}{'view':>16}{'engine':>16}{'FTS5 by rank':>16}{'engine : FTS5 (p99)':>22}")
    worst = 0.0
    for name, texts in queries.items():
        seen, ours = timed(lambda text: view.search(text, LIMIT), texts), timed(engine, texts)
        theirs = timed(lambda text: ask_peer(peer, text), texts) if name not in {"number", "digits"} else None
        shown = f"{theirs[0]:8.2f}/{theirs[1]:7.2f}" if theirs else "-"
        ratio = f"{ours[1] / theirs[1]:.2f}" if theirs else "-"
        print(f"{name:10}{seen[0]:8.2f}/{seen[1]:7.2f}{ours[0]:8.2f}/{ours[1]:7.2f}{shown:>16}{ratio:>22}")
        worst = max(worst, seen[1])
    return worst


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        stored, indexed = fill(world, AddressBook(options.contacts))
        size = sum(path.stat().st_size for path in (Path(folder) / "index").iterdir())
        print(
            f"{options.contacts} contacts: stored in {stored:.1f} s, indexed in {indexed:.1f} s"
            f" = {options.contacts / indexed:.0f}/s, index {size / 1e6:.0f} MB = {size / options.contacts:.0f} B each"
        )
        view = world.view()
        peer, seconds, names = fill_peer(view, Path(folder) / "peer.sqlite")
        print(f"plain FTS5 of the same words: {seconds:.1f} s")
        worst = compare(view, world, peer, classes(names, options.queries))
        asked = [number.e164 for one in view.listings("Müller", 500) for number in one.numbers]
        p50, p99 = timed(view.lookup, asked)
        print(f"look-up   {p50:8.3f}/{p99:7.3f} ms")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"worst p99 {worst:.1f} ms (bar {BAR_MS:.0f} ms), peak memory of this process {memory:.0f} MB")
        peer.close()


if __name__ == "__main__":
    main()
