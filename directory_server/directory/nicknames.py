"""Nicknames: the other forms of a given name, both ways; short forms stand for long ones, never for one another's.

Each line of `nicknames.txt` holds short forms, a colon, and the long forms they stand for. Commas part different names:
Alex is Alexander and Alexandra, but Alexander is not Alexandra; long forms beside one another are one name (Josef,
Joseph).
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from directory_server.directory.normal_form import words


def _lines() -> Iterator[tuple[frozenset[str], list[frozenset[str]]]]:
    text = resources.files(__package__).joinpath("nicknames.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        short, _, long = line.partition(":")
        yield frozenset(words(short)), [frozenset(words(name)) for name in long.split(",")]


@cache
def _others() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for short, longs in _lines():
        for long in longs:
            for name in long:
                found.setdefault(name, set()).update(long | short)
                for other in short:
                    found.setdefault(other, set()).add(name)
    return {name: frozenset(others - {name}) for name, others in found.items() if others - {name}}


def others(word: str) -> frozenset[str]:
    """Return the other forms of a given name, all in normal form; none for most words."""
    return _others().get(word, frozenset())
