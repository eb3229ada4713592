"""Near: the words of a segment that may stand for a searched one, besides those it begins, and how well they do."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA

from directory_server.directory.ranking import Rank
from directory_server.directory.words import approximate
from directory_server.directory.words.arrays import Ids
from directory_server.directory.words.grade import FARTHEST
from directory_server.directory.words.segment import Segment

FREE_FIRST_LETTER: Final = 6
"""Letters from which on the first one may be mistyped too."""

_MUTE: Final = str.maketrans("", "", "aeiouyhj")
_SHORTEST_JOINED: Final = 3
INITIALS: Final = 2
"""Letters that may be initials beside other words."""

Kinds = dict[tuple[Rank, int], list[int]]
"""Numbers of distinct words by class and how far off they sound."""


def near(segment: Segment, word: str, *, unfinished: bool) -> Kinds:
    """Return words that contain the word, sound like it, differ by a typo or two, or, if `unfinished`, begin so."""
    kinds: Kinds = {}
    if not word.isalpha() or len(word) < approximate.SHORTEST_INFIX:
        return kinds
    for number, text in _texts(segment, segment.near.containing(word)):
        if word in text and not text.startswith(word):
            kinds.setdefault((Rank.INFIX, 0), []).append(number)
    for number, text in _texts(segment, segment.near.sounding(word)):
        kind = None if text.startswith(word) else sounding(word, text)
        if kind:
            kinds.setdefault(kind, []).append(number)
    most = approximate.edits(word)
    if most:
        for number, text in _texts(segment, segment.near.misspelt(word)):
            distance = OSA.distance(word, text, score_cutoff=most)
            if 0 < distance <= most and keeps_first_letter(word, text) and not text.startswith(word):
                kinds.setdefault((Rank.EDIT1 if distance == 1 else Rank.EDIT2, 0), []).append(number)
        if unfinished:
            kinds.setdefault((Rank.EDIT1, 0), []).extend(_begun(segment, word))
    return kinds


def _texts(segment: Segment, numbers: Ids) -> Iterable[tuple[int, str]]:
    return zip(numbers.tolist(), segment.words(numbers), strict=True)


def sounding(word: str, text: str) -> tuple[Rank, int] | None:
    """Return the class of a word that sounds like this one, and how far off it is; None if hardly a letter is alike.

    Letters that differ count once, and once more if they are no vowels: Meier is nearer to Mayr than Filip to Philipp.
    """
    letters = OSA.distance(word, text)
    if 3 * letters >= 2 * max(len(word), len(text)):  # Zsasz and Żak
        return None
    far = min(letters + OSA.distance(word.translate(_MUTE), text.translate(_MUTE)) - 1, FARTHEST)
    return (Rank.PHONETIC if far < FARTHEST else Rank.DISTANT), far


def joined(word: str) -> list[tuple[str, str]]:
    """Return the two words that a double name may be joined of: Hanspeter is Hans-Peter."""
    return [(word[:at], word[at:]) for at in range(_SHORTEST_JOINED, len(word) - _SHORTEST_JOINED + 1)]


def keeps_first_letter(word: str, text: str) -> bool:
    """Whether the first letters agree where they must."""
    return len(word) >= FREE_FIRST_LETTER or word[0] == text[0]


def begins_misspelt(word: str, text: str) -> bool:
    """Whether a longer word begins with this one but for one typo."""
    shortest = len(word) - (len(word) >= FREE_FIRST_LETTER)
    return len(text) > len(word) and any(
        OSA.distance(word, text[:length], score_cutoff=1) <= 1 for length in range(shortest, len(word) + 2)
    )


def _begun(segment: Segment, word: str) -> list[int]:
    """Return the words that begin with a mistyped, unfinished word."""
    found: set[int] = set()
    starts = segment.near.beginnings(word)
    longer = segment.words(np.array([number for number, _length in starts], dtype=np.uint32))
    for text, (_number, length) in zip(longer, starts, strict=True):
        beginning = text[:length]
        if length != min(len(word), approximate.START) or beginning == word or not keeps_first_letter(word, beginning):
            continue
        numbers = segment.words_beginning(beginning)
        others = zip(numbers, segment.words(slice(numbers.start, numbers.stop)), strict=True)
        if length == len(word) and OSA.distance(word, beginning, score_cutoff=1) <= 1:  # what all of them begin with
            found.update(number for number, other in others if len(other) > length and other.isalpha())
        else:
            found.update(
                number
                for number, other in others
                if other.isalpha() and begins_misspelt(word, other) and not other.startswith(word)
            )
    return sorted(found)
