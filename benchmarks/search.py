"""Search at a million contacts beside SQLite FTS5 and PostgreSQL pg_trgm: `python benchmarks/search.py [--size N]`.

A generated book goes through CSV files and `contact-directory sync` into a data folder. A fresh process asks it queries
of every class, another one asks the peers the same (see peers.py for how they are asked). `search` merges contacts into
persons as the tab shows them, `listings` gives contacts, `narrow` is `search` by who may read four contacts of a
hundred; peers give bare ids. Times are milliseconds of CPU, p50/p99, for PostgreSQL those of the asking thread and of
the server's process together. `answered` are the shares of queries that found anything: search, FTS5, pg_trgm.
Everything is seeded: the same size and queries ask the same.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import peers, product, recall
from benchmarks.address_book import AddressBook
from benchmarks.bars import Bar, table
from benchmarks.report import answered, memory_lines, ratio

KEYS = peers.KEYSTROKES
LARGEST_PG = 2_000_000
P = ParamSpec("P")
R = TypeVar("R")


def apart(work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Do the work in a fresh process, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as child:
        return child.submit(work, *arguments, **named).result()


def print_import(filled: product.Filled, count: int) -> None:
    """Print what the import took."""
    for name, run in (
        ("import", filled.imported),
        ("unchanged again", filled.again),
        ("index rebuild", filled.rebuilt),
    ):
        print(
            f"{name:16}{count / run.cpu_s:9,.0f} contacts/s per core, {run.cpu_s:.1f} s of CPU in {run.wall_s:.1f} s,"
            f" peak {run.peak_mb:,.0f} MB resident"
        )
    print(
        f"{'disk':16}{filled.store / count:9,.0f} B per contact in the store,"
        f" {filled.index / count:,.0f} B in the index"
    )


def print_queries(asked: product.Asked, theirs: peers.Measured) -> None:
    """Print the table of all classes."""
    heads = ("search", "listings", "narrow", "FTS5", "… unsorted", "pg_trgm")
    ends = ("search:FTS5", "… unsorted", "search:pg", "answered, %")
    print(f"\n{'':15}{''.join(f'{head:>17}' for head in heads)}{''.join(f'{end:>14}' for end in ends)}")
    for name, ours in (asked.search | {KEYS: asked.keystrokes}).items():
        peer, quick, pg = theirs.fts5.get(name), theirs.unsorted.get(name), theirs.pg.get(name)
        found = (ours, asked.listings.get(name), asked.narrow.get(name), peer, quick, pg)
        cells = "".join(f"{'-' if one is None else str(one):>17}" for one in found)
        ratios = "".join(f"{ratio(ours, other):>14}" for other in (peer, quick, pg))
        print(f"{name:15}{cells}{ratios}{answered(ours, peer, pg):>14}")
    print(theirs.note)


def print_updates(updated: product.Updated, cold_s: float) -> None:
    """Print what changes and a start took."""
    one = updated.one
    print(
        f"{'update':16}one change until another process finds it: p50 {one.p50:.1f}, p99 {one.p99:.1f} ms;"
        f" 10,000 changes: {updated.many_s:.2f} s, the next single one then {updated.one_after_ms:.1f} ms"
    )
    print(f"{'cold start':16}{cold_s:9.2f} s until the first answer with no file in memory")


def bars(filled: product.Filled, asked: product.Asked, updated: product.Updated, count: int) -> list[Bar]:
    """Return every bar that this run measures."""
    large = count >= 10_000_000
    p50, p99 = ((5, 2), (60, 15)) if large else ((1.5, 0.5), (10, 3))
    grown = {name: (asked.after[name] - asked.before[name]) * 2**20 / count for name in asked.after}
    ways = {"search": asked.search, "listings": asked.listings, "search, narrow view": asked.narrow}
    worst = {name: max(held.values(), key=lambda one: one.p99) for name, held in ways.items()}
    return [
        Bar("search, p50 of the slowest class", max(one.p50 for one in asked.search.values()), "ms", *p50),
        *(Bar(f"{name}, p99 of the slowest class", one.p99, "ms", *p99) for name, one in worst.items()),
        Bar("every keystroke, p99", asked.keystrokes.p99, "ms", *p99),
        Bar("keystrokes per core", 1000 / asked.keystrokes.mean, "per s", 600, 2000, least=True),
        *(Bar(f"lookup, {name}: p99", one.p99, "ms", 0.2, 0.05) for name, one in asked.lookups.items()),
        *(Bar(f"lookups per core, {name}", 1000 / one.mean, "per s", 20_000, 100_000, least=True)
          for name, one in asked.lookups.items()),
        Bar("unknown direct dial: right company (*)", asked.dials_right, "of all", 0.8, 0.9, least=True),
        Bar("unknown direct dial: wrong company", asked.dials_wrong, "of all", 0.005, 0.002),
        Bar("number of a stranger: any company", asked.strangers_wrong, "of all", 0.005, 0.002),
        Bar("import per core", count / filled.imported.cpu_s, "contacts/s", 15_000, 40_000, least=True),
        Bar("unchanged rows per core, CSV read", count / filled.again.cpu_s, "rows/s", 2e5, 1e6, least=True),
        Bar("memory of an asking process, anon and file", grown["RssAnon"] + grown["RssFile"], "B/contact", 150, 80),
        Bar("… of it anonymous, its own", grown["RssAnon"], "B/contact", 150, 80),
        Bar("disk: store and index", (filled.store + filled.index) / count, "B/contact", 400, 250),
        Bar("start with files", asked.opened_s, "s", 1, 0.1),
        Bar("index rebuild", filled.rebuilt.wall_s, "s", 60, 10),
        Bar("one change until another process finds it, p99", updated.one.p99, "ms", 100, 10),
        Bar("10,000 changes until found", updated.many_s, "s", 3, 1),
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--no-recall", action="store_true", help="leave recall out")
    options = parser.parse_args()
    count, start = options.size, time.perf_counter()
    book = AddressBook(count)
    with tempfile.TemporaryDirectory(prefix="search-bench-") as name:
        folder = Path(name) / "data"
        print(f"{count:,} contacts, {options.queries} queries of each class", flush=True)
        filled = product.fill(folder, book)
        print_import(filled, count)
        asked = apart(product.ask, folder, book, options.queries)
        print(memory_lines(asked, count), flush=True)
        measured = apart(peers.measure, Path(name), book, options.queries, product.PEOPLE, with_pg=count <= LARGEST_PG)
        updated = apart(product.update, folder, book)
        print_updates(updated, apart(product.cold_start, folder))
        found = [] if options.no_recall else recall.bars(apart(recall.ours, folder, book))
        print_queries(asked, measured)
        print(f"\n{table([*bars(filled, asked, updated, count), *found], count)}")
    print(
        "(*) the generated book writes five in six switchboards with a hyphen: more cannot be learnt from hyphens alone"
    )
    print("Not measured here: search over HTTP (bar 30 ms), two asking processes at once.")
    print(f"the run took {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
