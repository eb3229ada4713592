"""Near: the words of a segment that may stand for a searched one, besides those it begins, and how well they do."""

from typing import Final

from rapidfuzz.distance import OSA

from directory_server.directory.ranking import Rank
from directory_server.directory.words import approximate
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
    for number in segment.near.containing(word).tolist():
        text = segment.word(number)
        if word in text and not text.startswith(word):
            kinds.setdefault((Rank.INFIX, 0), []).append(number)
    for number in segment.near.sounding(word).tolist():
        text = segment.word(number)
        kind = None if text.startswith(word) else sounding(word, text)
        if kind:
            kinds.setdefault(kind, []).append(number)
    most = approximate.edits(word)
    if most:
        for number in segment.near.misspelt(word).tolist():
            text = segment.word(number)
            distance = OSA.distance(word, text, score_cutoff=most)
            if 0 < distance <= most and keeps_first_letter(word, text) and not text.startswith(word):
                kinds.setdefault((Rank.EDIT1 if distance == 1 else Rank.EDIT2, 0), []).append(number)
        if unfinished:
            kinds.setdefault((Rank.EDIT1, 0), []).extend(_begun(segment, word))
    return kinds


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
    for number, length in segment.near.beginnings(word):
        beginning = segment.word(number)[:length]
        if length != min(len(word), approximate.START) or not keeps_first_letter(word, beginning):
            continue
        for other in segment.words_beginning(beginning):
            text = segment.word(other)
            if text.isalpha() and begins_misspelt(word, text) and not text.startswith(word):
                found.add(other)
    return sorted(found)
