"""Search beside plain FTS5 ranked by bm25, in one run: `python benchmarks/search.py [--contacts N] [--queries N]`.

Eight sources are synced into a real store and indexed. Every class of queries (letters of a surname, both names,
inside of a word, one typo, nothing, frequent words, whatever stands in the box while a name is typed, beginnings and
parts of numbers) is asked of a view that may read everything and of one that may read five sources, and of a plain
FTS5 table of the same words, `ORDER BY rank LIMIT 20`. `search` merges contacts into persons, as the tab shows them;
`listings` does not; FTS5 gives bare ids, and finds neither infixes nor typos. Times are CPU of the asking thread, so
that a busy machine counts less. Building and asking are processes of their own, so that each memory figure is true.
"""

import argparse
import multiprocessing
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.address_book import CITIES, COMMON, GIVEN, AddressBook
from benchmarks.book_source import BookSource, record
from connectors.connector import Connector
from connectors.contact import Contact
from connectors.events import Record
from directory_server.directory.normal_form import words
from directory_server.store.rows import FieldGroup, Location
from directory_server.sync.run import synchronise
from tests.fakes.world import World

LIMIT = 20
BAR_MS = 25.0
BAR_INDEX = 8000
SOURCES = 8
READABLE = 5
BEYOND_FTS5 = frozenset({"infix", "typo", "typo2w", "digits"})
Times = tuple[float, float]
Ask = Callable[[str], object]


def memory(name: str) -> float:
    """Return VmRSS or VmHWM of this process in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def fill(folder: Path, count: int) -> str:
    """Sync the book into the store and build the index; return what is to be printed."""
    records: list[dict[str, Record]] = [{} for _ in range(SOURCES)]
    for at, contact in enumerate(AddressBook(count).contacts()):
        records[at % SOURCES][str(at)] = record(contact)
    with World(folder) as world:
        made = [world.source(f"source{at}", Location("DE")) for at in range(SOURCES)]
        start = time.perf_counter()
        for source, held in zip(made, records, strict=True):
            outcome = synchronise(
                world.database,
                source,
                cast("Connector", BookSource(held)),
                clock=lambda: datetime.now(UTC),
                monotonic=time.monotonic,
            )
            if outcome.created != len(held):
                raise SystemExit(f"the sync took {outcome}, not {len(held)} contacts")
        stored = time.perf_counter()
        held_mb = memory("VmRSS")
        world.index.follow()
        seconds = time.perf_counter() - stored
        grown = memory("VmHWM") - held_mb
    store, index = (sum(path.stat().st_size for path in at) for at in (folder.glob("*.sqlite*"), _files(folder)))
    return (
        f"sync  {count / (stored - start):7.0f} contacts/s, {store / 1e6:.0f} MB = {store / count:.0f} B each\n"
        f"index {count / seconds:7.0f} contacts/s ({count / seconds / BAR_INDEX:.2f} of the bar of {BAR_INDEX}),"
        f" {index / 1e6:.0f} MB = {index / count:.0f} B each, {grown:.0f} MB of memory while it is built"
    )


def _files(folder: Path) -> Iterable[Path]:
    return (folder / "index").iterdir()


def fill_peer(folder: Path) -> str:
    """Put the words of every contact into a plain FTS5 table; return what is to be printed."""
    with World(folder) as world:
        sources = {name: at for at, name in enumerate(world.view().source_names())}
        rows = [(one.id * SOURCES + sources[one.source], *_texts(one.contact)) for one in world.view().all()]
    start = time.perf_counter()
    peer = sqlite3.connect(folder / "peer.db", isolation_level=None)
    peer.execute("CREATE VIRTUAL TABLE peer USING fts5(name, rest, number, content='', prefix='2 3')")
    peer.execute("BEGIN")
    peer.executemany("INSERT INTO peer(rowid, name, rest, number) VALUES (?, ?, ?, ?)", rows)
    peer.execute("COMMIT")
    peer.execute("INSERT INTO peer(peer) VALUES ('optimize')")
    peer.close()
    seconds, size = time.perf_counter() - start, (folder / "peer.db").stat().st_size
    return f"FTS5  {len(rows) / seconds:7.0f} contacts/s from ready words, {size / 1e6:.0f} MB, word index alone"


def _texts(contact: Contact) -> tuple[str, str, str]:
    places = [part for place in contact.addresses for part in (place.street, place.postal_code, place.city)]
    rest = (contact.company, contact.department, contact.job_title, *places, *(one.address for one in contact.emails))
    numbers = " ".join("".join(filter(str.isdigit, phone.raw)) for phone in contact.phones)
    return " ".join(words(contact.display_name)), " ".join(word for text in rest for word in words(text)), numbers


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


def classes(some: list[Contact], count: int) -> dict[str, list[str]]:
    """Return the queries of every class."""
    draw = random.Random(2)
    names = [(one.given_name, one.family_name) for one in draw.choices(some, k=count)]
    long = [pair for pair in names if len(pair[1]) > 6]
    numbers = ["".join(filter(str.isdigit, one.phones[0].raw)) for one in draw.choices(some, k=count)]
    return {
        "p2": [family[:2] for _, family in names],
        "p3": [family[:3] for _, family in names],
        "p5": [family[:5] for _, family in names],
        "two": [f"{family[:4]} {given[:3]}" for given, family in names],
        "full2": [f"{given} {family}" for given, family in names],
        "infix": [family[2:7] for _, family in long],
        "typo": [misspelt(draw, family) for _, family in long],
        "typo2w": [f"{given} {misspelt(draw, family)}" for given, family in long],
        "nohit": [f"{family[::-1]}qx" for _, family in names],
        "common": [draw.choice((*COMMON, *CITIES, *GIVEN, "GmbH", "Technik", "Einkauf")) for _ in names],
        "typing": [f"{given} {family}"[: draw.randrange(2, 18)] for given, family in names],
        "number": [number[: draw.randrange(5, 11)] for number in numbers],
        "digits": [number[3 : draw.randrange(6, 10)] for number in numbers],
    }


def timed(ask: Callable[[str], object], texts: list[str]) -> Times:
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


def plain_fts5(peer: sqlite3.Connection, sources: str) -> Ask:
    """Return what asks the peer: every word as a prefix, ranked by bm25, within these sources."""
    within = f"rowid % {SOURCES} IN ({sources})"
    query = f"SELECT rowid FROM peer WHERE peer MATCH ? AND {within} ORDER BY rank LIMIT {LIMIT}"  # noqa: S608 - numbers

    def ask(text: str) -> list[tuple[int]]:
        expression = f'number : "{text}" *' if text.isdigit() else " ".join(f'"{word}" *' for word in words(text))
        return peer.execute(query, (expression,)).fetchall()

    return ask


def compare(title: str, asked: list[tuple[str, Ask]], queries: dict[str, list[str]]) -> float:
    """Print p50/p99 of every class, the last way to ask being the peer; return our worst p99."""
    heads = [f"{name:>16}" for name, _ in asked] + [f"{'search : FTS5':>18}"]
    print(f"\n{title}: p50/p99 in ms, ratios likewise ('-': FTS5 cannot find these)\n{'':8}{''.join(heads)}")
    worst = 0.0
    for name, texts in queries.items():
        found = [timed(ask, texts) for _, ask in asked]
        shown = "".join(f"{p50:8.2f}/{p99:7.2f}" for p50, p99 in found)
        ours, theirs = found[0], found[-1]
        ratio = f"{ours[0] / theirs[0]:10.2f}/{ours[1] / theirs[1]:7.2f}" if name not in BEYOND_FTS5 else f"{'-':>18}"
        print(f"{name:8}{shown}{ratio}")
        worst = max(worst, ours[1])
    return worst


def ask_all(folder: Path, count: int, queries: int) -> None:
    """Ask everything and print it."""
    some = [contact for contact, _ in zip(AddressBook(count).contacts(), range(10_000), strict=False)]
    texts = classes(some, queries)
    with World(folder) as world:
        before = memory("VmRSS")
        view = world.view()
        few = world.view({at: frozenset(FieldGroup) for at in sorted(view.scope.fields)[:READABLE]})
        for held in texts.values():
            for text in held:
                view.search(text, LIMIT)
        after = memory("VmRSS")
        with sqlite3.connect(folder / "peer.db") as peer:
            ways: list[tuple[str, Ask]] = [
                ("search", lambda text: view.search(text, LIMIT)),
                ("listings", lambda text: view.listings(text, LIMIT)),
                ("FTS5 by rank", plain_fts5(peer, ",".join(map(str, range(SOURCES))))),
            ]
            worst = compare(f"all {SOURCES} sources", ways, texts)
            ways = [
                ("search", lambda text: few.search(text, LIMIT)),
                ("FTS5 by rank", plain_fts5(peer, ",".join(map(str, range(READABLE))))),
            ]
            worst = max(worst, compare(f"{READABLE} of {SOURCES} sources", ways, texts))
        known = [phone.raw for contact in some for phone in contact.phones]
        print("\nView.lookup, ms (one thread)")
        for name, numbers in (("known", known[:5000]), ("again", known[:5000]), ("unknown", _unknown(5000))):
            start = time.thread_time()
            p50, p99 = timed(view.lookup, numbers)
            print(
                f"{name:8}{p50:8.3f}/{p99:7.3f}   {(len(numbers) + 20) / (time.thread_time() - start):.0f} per second"
            )
    print(f"\nworst p99 of search {worst:.1f} ms = {worst / BAR_MS:.2f} of the bar of {BAR_MS:.0f} ms")
    print(
        f"memory of the asking process {after:.0f} MB, {after - before:.0f} MB of it for the index and its mapped file"
    )


def _unknown(count: int) -> list[str]:
    draw = random.Random(3)
    return [f"0{draw.choice((7121, 841, 911))} {draw.randrange(10**5, 10**8)}" for _ in range(count)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="search-bench-") as name:
        folder = Path(name)
        print(f"{options.contacts} contacts", flush=True)
        with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as children:
            print(children.submit(fill, folder, options.contacts).result(), flush=True)
            print(children.submit(fill_peer, folder).result(), flush=True)
        ask_all(folder, options.contacts, options.queries)


if __name__ == "__main__":
    main()
