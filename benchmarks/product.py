"""The product under test: imported by its own command from CSV files, asked by a process that does nothing else."""

import gc
import json
import multiprocessing
import time
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from msgspec import structs

from benchmarks import book_csv
from benchmarks.address_book import AddressBook
from benchmarks.figures import WARM, Ask, Run, Times, evict, memory, run, size, timed, times
from benchmarks.queries import classes, direct_dials, keystrokes, strangers
from connectors.contact import Contact
from directory_server.directory.view import View
from directory_server.store import sources
from directory_server.store.rows import FieldGroup
from tests.fakes.world import World

LIMIT = 20
PEOPLE = 10_000
"""Contacts that queries are made from, taken from all over the book."""

NARROW = "team"
"""The source of four contacts in a hundred: all that the narrow view may read."""

_SINGLE_UPDATES = 30
_LONGEST_S = 300
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Filled:
    """What the import took; `store` and `index` in bytes."""

    imported: Run
    again: Run
    rebuilt: Run
    store: int
    index: int


def fill(folder: Path, book: AddressBook) -> Filled:
    """Write the book as CSV, import it into the data folder, import it again unchanged, build the index anew."""
    run(folder, "init")
    files = folder.parent / "csv"
    files.mkdir()
    for name, path in book_csv.write(book, files).items():
        run(folder, "source", "add", name, "--type", "csv", "--set", f"path={path}", "--country", "DE")
    imported = run(folder, "sync", "--json")
    if sum(result["created"] for result in json.loads(imported.output)) != book.count:
        raise SystemExit(f"the import took {imported.output}")
    store, index = size(*folder.glob("*.sqlite*")), size(folder / "index")
    again = run(folder, "sync", "--json")
    if sum(result["unchanged"] for result in json.loads(again.output)) != book.count:
        raise SystemExit(f"the second import took {again.output}")
    return Filled(imported, again, run(folder, "index", "rebuild"), store, index)


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking took, milliseconds of CPU, and MB of memory before the process opened the folder and at the end."""

    search: dict[str, Times]
    listings: dict[str, Times]
    narrow: dict[str, Times]
    keystrokes: Times
    lookups: dict[str, Times]
    dials_right: float
    dials_wrong: float
    strangers_wrong: float
    opened_s: float
    before: dict[str, float]
    after: dict[str, float]


def ask(folder: Path, book: AddressBook, queries: int) -> Asked:
    """Ask everything of the data folder; to be called in a fresh process."""
    some = book.people(PEOPLE)
    # Each way has texts of its own: those that another way asked just before would be in every cache.
    texts, listed, narrowly = (classes(some, queries + WARM, seed) for seed in (2, 12, 22))
    typed = keystrokes(some, max(queries // 2, 20))
    known = [phone.raw for contact in some for phone in contact.phones][:5000]
    dials = direct_dials(book.companies(2000))
    unknown = strangers(5000)
    gc.collect()
    gc.freeze()  # the queries and the contacts they were made from are no work of the product's
    before = memory()
    start = time.perf_counter()
    with World(folder) as world:
        view = world.view()
        view.search("Anna", LIMIT)
        opened = time.perf_counter() - start
        narrow = world.view({sources.by_name(world.database, NARROW).id: frozenset(FieldGroup)})
        return Asked(
            search=_each(texts, lambda text: view.search(text, LIMIT).persons),
            listings=_each(listed, lambda text: view.listings(text, LIMIT)),
            narrow=_each(narrowly, lambda text: narrow.search(text, LIMIT).persons),
            keystrokes=timed(lambda text: view.search(text, LIMIT).persons, typed),
            lookups={
                name: timed(lambda number: view.lookup(number).listings, numbers)
                for name, numbers in (
                    ("known", known),
                    ("direct dial", [number for number, _ in dials]),
                    ("unknown", unknown),
                )
            },
            **_dialled(view, dials, unknown),
            opened_s=opened,
            before=before,
            after=memory(),
        )


def _each(texts: dict[str, list[str]], asking: Ask) -> dict[str, Times]:
    return {name: timed(asking, held) for name, held in texts.items()}


def _dialled(view: View, dials: list[tuple[str, str]], unknown: list[str]) -> dict[str, float]:
    """Return the shares of unknown direct dials with the right and a wrong company, and of strangers with any."""
    found = [(view.lookup(number), name) for number, name in dials]
    open_ones = [(answer, name) for answer, name in found if answer.approximate or not answer.listings]
    shown = [(answer.listings[0].contact.company == name) for answer, name in open_ones if answer.listings]
    return {
        "dials_right": sum(shown) / len(open_ones),
        "dials_wrong": (len(shown) - sum(shown)) / len(open_ones),
        "strangers_wrong": sum(bool(view.lookup(number).listings) for number in unknown[:2000]) / 2000,
    }


def cold_start(folder: Path) -> float:
    """Return the seconds until a first answer when nothing of the data folder is in memory; to be called likewise."""
    evict(folder)
    start = time.perf_counter()
    with World(folder) as world:
        world.view().search("Anna", LIMIT)
        return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Updated:
    """Wall time from writing to the store until another process finds a change.

    Milliseconds for one contact, seconds for ten thousand.
    """

    one: Times
    many_s: float
    one_after_ms: float


def update(folder: Path, book: AddressBook) -> Updated:
    """Change contacts in one process, and ask in this one until the last of them is found."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    writer = context.Process(target=_write, args=(folder, far))
    writer.start()
    near.recv()
    some = list(islice(book.contacts(), MANY * 10 // 9 + 10))
    changed = {str(at): contact for at, contact in enumerate(some) if at % 10 != 9}
    with World(folder) as world:
        single = [
            _until_found(world, near, {key: structs.replace(contact, job_title=title)}, title)
            for at, (key, contact) in enumerate(islice(changed.items(), _SINGLE_UPDATES))
            for title in (f"Neu{_letters(at)}wort",)
        ]
        many = {key: structs.replace(contact, job_title="Umgezogen") for key, contact in islice(changed.items(), MANY)}
        last = next(reversed(many))
        many[last] = structs.replace(many[last], job_title="Umgezogenletzter")
        seconds = _until_found(world, near, many, "Umgezogenletzter") / 1000
        after = _until_found(world, near, {last: structs.replace(many[last], job_title="Danachwort")}, "Danachwort")
    near.send(None)
    writer.join(30)
    return Updated(times(single), seconds, after)


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _until_found(world: World, pipe: Connection, contacts: dict[str, Contact], text: str) -> float:
    start = time.perf_counter()
    pipe.send(contacts)
    while not world.view().listings(f'"{text}"', 1):  # quoted, or a change before, spelt nearly so, would be found
        time.sleep(0.0005)
        if (time.perf_counter() - start) > _LONGEST_S:
            raise SystemExit(f"a change was not found within {_LONGEST_S} s")
    spent = (time.perf_counter() - start) * 1000
    pipe.recv()  # EOFError if the writing process failed
    return spent


def _write(folder: Path, pipe: Connection) -> None:
    with World(folder) as world:
        source = sources.by_name(world.database, "book")
        pipe.send("ready")
        wanted: Any = pipe.recv()
        while wanted is not None:
            world.put(source, wanted)
            pipe.send(None)
            wanted = pipe.recv()
