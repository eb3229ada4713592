"""The labelled set: a small book and queries a person would type, with the contacts that must be among the first ten.

Recall@10 of a query is the share of its expected contacts that are; of a class or of all, the mean over its queries. An
answer that shows a contact the label forbids counts nothing.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.contact import Contact
from directory_server.directory.view import View
from directory_server.store.contact_json import contact_from_json

FILE = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "search.json"
SOURCE = "labelled"
NOTHING = "nothing"
"""The class of queries that nobody of the small book answers."""

PAGE = 10
Keys = set[str]
AskKeys = Callable[[str], Keys]
"""Returns the keys of the contacts that the first ten hits show."""


@dataclass(frozen=True, slots=True)
class Query:
    """A typed text, the class it belongs to, and the keys that must and must not come."""

    kind: str
    text: str
    expected: frozenset[str]
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Labels:
    """Contacts by key, and the queries."""

    contacts: dict[str, Contact]
    queries: tuple[Query, ...]


def load(file: Path = FILE) -> Labels:
    """Read the labelled set."""
    held = json.loads(file.read_text(encoding="utf-8"))
    return Labels(
        {key: contact_from_json(json.dumps(value)) for key, value in held["contacts"].items()},
        tuple(
            Query(one["class"], one["text"], frozenset(one["expected"]), frozenset(one.get("never", ())))
            for one in held["queries"]
        ),
    )


def shown(view: View, source: str | None = SOURCE) -> AskKeys:
    """Return what asks the view: keys of the first ten persons' contacts, of one source or of all."""

    def ask(text: str) -> Keys:
        answer = view.search(text, PAGE)
        found = (listing for person in answer.persons[:PAGE] for listing in person.listings)
        return {listing.key for listing in found if source in (None, listing.source)}

    return ask


def recall(query: Query, found: Keys) -> float:
    """Return the share of expected contacts found; for a query of nothing whether nothing forbidden came."""
    if query.never & found:
        return 0.0
    return len(query.expected & found) / len(query.expected) if query.expected else 1.0


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall by class, of all together, and the texts that were not answered whole."""

    classes: Mapping[str, float]
    overall: float
    missed: tuple[str, ...]


def measure(queries: Iterable[Query], ask: AskKeys) -> Recall:
    """Ask every query; `overall` leaves the class of nothing out."""
    scores: dict[str, list[float]] = defaultdict(list)
    missed = []
    for query in queries:
        score = recall(query, ask(query.text))
        scores[query.kind].append(score)
        missed += [f"{query.kind}: {query.text}"] if score < 1 else []
    counted = [score for kind, held in scores.items() if kind != NOTHING for score in held]
    return Recall(
        {kind: sum(held) / len(held) for kind, held in scores.items()}, sum(counted) / len(counted), tuple(missed)
    )
