"""Misspelt queries made from contacts of the generated book, by class of error, each with the contact it means."""

import random
from collections.abc import Callable, Iterable

from benchmarks.labels import Query
from benchmarks.queries import misspelt
from connectors.contact import Contact
from directory_server.directory.normal_form import words

AMBIGUOUS = "surname alone, 1 edit"
"""Left out of the mean: ten places cannot hold all contacts of a surname and of its neighbours."""

_SOUNDS = (("ck", "k"), ("k", "ck"), ("f", "v"), ("v", "f"), ("th", "t"), ("d", "t"), ("tz", "z"), ("ei", "ai"),
           ("b", "p"), ("ie", "ih"), ("ä", "e"), ("ph", "f"), ("ss", "ß"), ("g", "k"))  # fmt: skip
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
Make = Callable[[random.Random, Contact], str | None]


def _sounding(draw: random.Random, word: str) -> str | None:
    """Return the word spelt as it sounds, but for its first letter; None if no rule fits."""
    found = [word[0] + word[1:].replace(old, new, 1) for old, new in _SOUNDS if old in word[1:]]
    other = [spelt for spelt in found if words(spelt) != words(word)]
    return draw.choice(other) if other else None


def _beginnings(draw: random.Random, one: Contact) -> str | None:
    start = one.family_name[:6]
    return f"{one.given_name[:4]} {misspelt(draw, start)}" if len(start) == 6 else None


def _transliterated(_: random.Random, one: Contact) -> str | None:
    full = f"{one.given_name} {one.family_name}".lower()
    plain = full.translate(_PLAIN)
    return plain if plain != full and plain.isascii() else None


def _company(_: random.Random, one: Contact) -> str | None:
    return f"{one.company.partition(' ')[0]} {one.family_name}"


_CLASSES: dict[str, tuple[int, Make]] = {
    "given name + surname, 1 edit": (4, lambda draw, one: f"{one.given_name} {misspelt(draw, one.family_name)}"),
    "given name + surname, 2 edits": (9, lambda draw, one: f"{one.given_name} {misspelt(draw, one.family_name, 2)}"),
    AMBIGUOUS: (4, lambda draw, one: misspelt(draw, one.family_name)),
    "given name + as it sounds": (
        5,
        lambda draw, one: (spelt := _sounding(draw, one.family_name)) and f"{one.given_name} {spelt}",
    ),
    "two beginnings, one mistyped": (6, _beginnings),
    "transliterated": (4, _transliterated),
    "company and name": (4, _company),
    "given name + infix": (8, lambda _, one: f"{one.given_name} {one.family_name[2:8]}"),
}


def queries(some: Iterable[Contact], count: int, key_of: Callable[[Contact], str], seed: int = 7) -> list[Query]:
    """Return `count` queries of every class; `key_of` names the contact that is meant."""
    draw = random.Random(seed)
    pool = [one for one in some if one.family_name.isalpha() and one.given_name.isalpha()]
    found = []
    for kind, (shortest, make) in _CLASSES.items():
        made: list[Query] = []
        for one in draw.sample(pool, len(pool)):
            text = make(draw, one) if len(one.family_name) >= shortest else None
            if text:
                made.append(Query(kind, text, frozenset({key_of(one)})))
            if len(made) == count:
                break
        found += made
    return found
