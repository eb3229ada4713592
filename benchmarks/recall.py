"""Recall@10 beside pg_trgm: `python benchmarks/recall.py [--size N]`.

The labelled set (tests/vectors/search.json) is asked with its small book alone and mixed into N generated contacts;
then misspelt queries made from the generated book. A generated query means a name: any of the first ten hits that bears
given name and surname of the contact meant counts as found, since many people of a million share both.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from itertools import chain, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import labels, typed
from benchmarks.address_book import AddressBook
from benchmarks.bars import Bar, table
from benchmarks.labels import AskKeys, Keys, Recall
from benchmarks.peers import PgTrgm, rows
from connectors.contact import Contact
from directory_server.directory.normal_form import words
from directory_server.directory.view import View
from directory_server.store.rows import Location
from tests.fakes.world import World
from tests.servers.postgres import Postgres

EACH = 100
_BATCH = 20_000
Result = dict[str, Recall]


def bearing(contact: Contact) -> str:
    """Return what a contact is called, the words in order of the alphabet: the key of a generated query."""
    return " ".join(sorted(words(f"{contact.given_name} {contact.family_name}")))


def _queries(book: AddressBook) -> list[labels.Query]:
    return typed.queries(book.people(10_000), EACH, bearing)


def _named(view: View) -> AskKeys:
    def ask(text: str) -> Keys:
        return {bearing(one.listings[0].contact) for one in view.search(text, labels.PAGE).persons}

    return ask


def asked(world: World, book: AddressBook) -> Result:
    """Ask a world that holds the book and the small book."""
    view = world.view()
    return {
        "labelled": labels.measure(labels.load().queries, labels.shown(view)),
        "by class": labels.measure(_queries(book), _named(view)),
    }


def ours(folder: Path, book: AddressBook) -> Result:
    """Add the small book to a data folder that holds the book, and ask; to be called in a fresh process."""
    with World(folder) as world:
        world.put(world.source(labels.SOURCE, Location("DE")), labels.load().contacts)
        return asked(world, book)


def theirs(book: AddressBook) -> Result:
    """Ask pg_trgm over both books."""
    small = labels.load()
    keys = list(small.contacts)
    names: dict[int, str] = {}

    def named(contacts: Iterable[Contact]) -> Iterable[Contact]:
        for at, contact in enumerate(contacts, len(keys)):
            names[at] = bearing(contact)
            yield contact

    with Postgres() as server, closing(PgTrgm(server)) as trgm:
        trgm.fill(rows(chain(small.contacts.values(), named(book.contacts()))))

        def known(text: str) -> Keys:
            return {keys[at] for at in trgm.ask(text)[: labels.PAGE] if at < len(keys)}

        def bearers(text: str) -> Keys:
            return {names[at] for at in trgm.ask(text)[: labels.PAGE] if at >= len(keys)}

        return {
            "labelled": labels.measure(small.queries, known),
            "by class": labels.measure(_queries(book), bearers),
        }


def bars(found: Result) -> list[Bar]:
    """Return the bars of recall."""
    clear = [value for kind, value in found["by class"].classes.items() if kind != typed.AMBIGUOUS]
    return [
        Bar("recall@10, labelled set", found["labelled"].overall, "of all", 0.97, 0.99, least=True),
        Bar("recall@10 by class, without surname alone", sum(clear) / len(clear), "of all", 0.94, 0.98, least=True),
    ]


def _print(mine: Result, peer: Result | None) -> None:
    for name, recall in mine.items():
        print(f"\n{name:46}{'ours':>10}{'pg_trgm':>10}")
        for kind, value in [*recall.classes.items(), ("overall", recall.overall)]:
            other = peer and (peer[name].overall if kind == "overall" else peer[name].classes[kind])
            print(f"{kind:46}{value:10.3f}{'-' if other is None else f'{other:.3f}':>10}")
    print("\nnot found whole:")
    print("\n".join(f"  {text}" for text in mine["labelled"].missed) or "  none")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--no-pg", action="store_true")
    options = parser.parse_args()
    book = AddressBook(options.size)
    with tempfile.TemporaryDirectory(prefix="recall-") as name:
        with World(Path(name)) as world:
            small = world.source(labels.SOURCE, Location("DE"))
            world.put(small, labels.load().contacts)
            alone = labels.measure(labels.load().queries, labels.shown(world.view()))
            print(f"labelled set alone: {alone.overall:.3f}; {options.size:,} contacts beside it:")
            source = world.source("book", Location("DE"))
            contacts = iter(enumerate(book.contacts()))
            while batch := {str(at): contact for at, contact in islice(contacts, _BATCH)}:
                world.put(source, batch, follow=False)
            world.index.rebuild()
            mine = asked(world, book)
        peer = None if options.no_pg else theirs(book)
    _print(mine, peer)
    print(f"\n{table(bars(mine), options.size)}")


if __name__ == "__main__":
    main()
