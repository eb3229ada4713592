"""What is asked: queries of every class made from contacts of the book, the same ones for the same seed."""

import random
import re

from rapidfuzz.distance import OSA

from benchmarks.book_places import ROLES, TITLES, TOWNS, Company
from connectors.contact import Contact
from directory_server.directory.normal_form import words

_COMMON = (
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Thomas", "Michael", "Andreas", "Anna", "Maria",
    "Peter", "GmbH", "AG", "Technik", "Logistik", "Straße", "Leitung", "Berlin", "Hamburg", "München", "Köln", "de",
    "com",
)  # fmt: skip
_NUMBER = re.compile(r"\+?[\d\s()/.\u2013-]{3,}")


def misspelt(draw: random.Random, word: str, edits: int = 1) -> str:
    """Return the word with letters changed, doubled, lost or swapped, never the first.

    Its normal form is exactly `edits` away: `Baur` is no typo of `Bauer`, and a second edit may undo the first.
    """
    spelt, meant = word, "".join(words(word))
    while OSA.distance("".join(words(spelt)), meant) != edits or len(spelt) < 3:
        spelt = word
        for _ in range(edits):
            at = draw.randrange(1, len(spelt) - 1)
            spelt = draw.choice((
                spelt[:at] + draw.choice("aeinrst") + spelt[at + 1 :],
                spelt[:at] + spelt[at] + spelt[at:],
                spelt[:at] + spelt[at + 1 :],
                spelt[:at] + spelt[at + 1] + spelt[at] + spelt[at + 2 :],
            ))  # fmt: skip
    return spelt


def national(raw: str) -> str:
    """Return a German number's digits with neither country code nor the zero before the area."""
    digits = "".join(filter(str.isdecimal, raw.replace("(0)", "")))
    if digits.startswith("00"):
        return digits[4:]
    return digits[2:] if raw.startswith("+") else digits.removeprefix("0")


def asked_number(text: str) -> str:
    """Return the national digits of a text that is a number or a part of one, however it is written; else ""."""
    return national(text) if _NUMBER.fullmatch(text) else ""


def classes(some: list[Contact], count: int, seed: int = 2) -> dict[str, list[str]]:
    """Return `count` queries of every class by its name."""
    draw = random.Random(seed)
    simple = [one for one in some if one.family_name.isalpha() and len(one.family_name) > 4]
    names = [(one.given_name, one.family_name) for one in draw.choices(simple, k=count)]
    long = [(one.given_name, one.family_name) for one in draw.choices(simple, k=count * 9) if len(one.family_name) > 6]
    long = long[:count]
    numbers = [national(one.phones[0].raw) for one in draw.choices([one for one in some if one.phones], k=count)]
    common = (*_COMMON, *TOWNS[:60], *TITLES, *(role.partition(" ")[0] for role in ROLES))
    return {
        "2 letters": [family[:2] for _, family in names],
        "3 letters": [family[:3] for _, family in names],
        "5 letters": [family[:5] for _, family in names],
        "two words": [" ".join(draw.sample((family[:4], given[:3]), 2)) for given, family in names],
        "full name": [f"{given} {family}" for given, family in names],
        "name + letter": [f"{given} {family[:1]}" for given, family in names],
        "infix": [family[2:7] for _, family in long],
        "typo": [misspelt(draw, family) for _, family in long],
        "two, typo": [f"{given} {misspelt(draw, family)}" for given, family in long],
        "no hit": [f"{family[::-1]}qx" for _, family in names],
        "common": [draw.choice(common) for _ in names],
        "number": [f"0{number[: draw.randrange(5, 11)]}" for number in numbers],
        "number part": [number[3 : draw.randrange(6, 10)] for number in numbers],
    }


NOT_FTS5 = frozenset({"infix", "typo", "two, typo", "number part"})
"""Classes whose hits plain FTS5 cannot find."""


def keystrokes(some: list[Contact], count: int, seed: int = 3) -> list[str]:
    """Return what stands in the box after every keystroke while `count` whole names are typed."""
    names = [f"{one.given_name} {one.family_name}" for one in random.Random(seed).choices(some, k=count)]
    return [name[:upto] for name in names for upto in range(1, len(name) + 1)]


def direct_dials(companies: list[Company], seed: int = 4) -> list[tuple[str, str]]:
    """Return a direct dial of three digits behind each company's switchboard, and the company's name.

    Some are somebody's: who asks leaves out those with an exact answer.
    """
    draw = random.Random(seed)
    return [(f"0{one.area}{one.trunk}{draw.randrange(100, 1000)}", one.name) for one in companies]


def strangers(count: int, seed: int = 5) -> list[str]:
    """Return numbers that belong to no company of the book."""
    draw = random.Random(seed)
    return [f"0{draw.choice((9131, 6131, 8631))}{draw.randrange(10**4, 10**8)}" for _ in range(count)]
