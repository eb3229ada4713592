"""Approximate: which words may be meant by a mistyped, half-heard or inner part of a word; candidates to be verified.

Everything is worked out on the distinct words. Each table is two arrays, hashes in order and the word (or beginning)
behind each; two different texts with one hash cost a needless check, never a wrong answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from directory_server.directory import phonetic
from directory_server.directory.words.arrays import EMPTY, Ids, distinct, found
from directory_server.directory.words.segment_file import SegmentFile

START: Final = 7
"""Letters at the beginning of a word by which typos are found."""
SHORTEST_TYPO: Final = 4
SHORTEST_TWO_EDITS: Final = 7
SHORTEST_INFIX: Final = 3
_SHORTEST_STORED = 3
_LENGTHS = range(SHORTEST_TYPO, START + 1)
_PRIME: Final = 16_777_619
_MASK: Final = 0xFFFFFFFF


def edits(word: str) -> int:
    """Return how many typos a searched word may have."""
    if len(word) < SHORTEST_TYPO or not word.isalpha():
        return 0
    return 2 if len(word) >= SHORTEST_TWO_EDITS else 1


def _hash(letters: Iterable[int]) -> int:
    value = 0
    for letter in letters:
        value = (value * _PRIME + letter) & _MASK
    return value


def forms(word: str, deletions: int) -> Ids:
    """Return the hashes of the word's first letters with up to so many of them left out."""
    letters = [ord(letter) for letter in word[:START]]
    found_ones = {
        _hash(kept) for count in range(deletions + 1) for kept in combinations(letters, max(len(letters) - count, 0))
    }
    return np.array(sorted(found_ones), dtype=np.uint32)


def _matrix(texts: Sequence[str], width: int) -> npt.NDArray[np.uint32]:
    """Return the code points of the first letters, one row per text, filled up with zeros."""
    joined = "".join(text[:width].ljust(width, "\0") for text in texts)
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).reshape(-1, width)


def _all_forms(texts: Sequence[str], deletions: npt.NDArray[np.intp]) -> tuple[Ids, Ids]:
    """Return hashes in order and the place of the text behind each; `deletions` says how many per text."""
    lengths = np.array([min(len(text), START) for text in texts], dtype=np.intp)
    letters = _matrix(texts, START)
    hashes, places = [EMPTY], [EMPTY]
    for length in range(_SHORTEST_STORED, START + 1):
        for count in range(3):
            at = np.flatnonzero((lengths == length) & (deletions >= count))
            rows = letters[at]
            for kept in combinations(range(length), length - count):
                value = np.zeros(len(at), dtype=np.uint32)
                for column in kept:
                    value = value * np.uint32(_PRIME) + rows[:, column]
                hashes.append(value)
                places.append(at.astype(np.uint32))
    return _sorted(np.concatenate(hashes), np.concatenate(places))


def _sorted(keys: Ids, values: Ids) -> tuple[Ids, Ids]:
    pairs = distinct(keys.astype(np.uint64) << np.uint64(32) | values)
    return (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(_MASK)).astype(np.uint32)


def _grams(text: str) -> set[int]:
    return {_hash(map(ord, text[at : at + 3])) for at in range(len(text) - 2)}


def code_hash(code: str) -> int:
    """Return the hash of a phonetic code."""
    return crc32(code.encode())


@dataclass(frozen=True, slots=True)
class Approximate:
    """Tables over distinct words in order, only those of letters.

    A beginning is the place of a word that begins so, times 4, plus its length less 4.
    """

    form_keys: Ids
    form_words: Ids
    start_keys: Ids
    starts: Ids
    gram_keys: Ids
    gram_words: Ids
    code_keys: Ids
    code_words: Ids

    @classmethod
    def of(cls, words: Sequence[str], named: npt.NDArray[np.bool_]) -> "Approximate":
        """Build the tables; `named` tells which words stand in names or companies, whose sound counts."""
        places = np.array([at for at, word in enumerate(words) if word.isalpha()], dtype=np.uint32)
        texts = [words[at] for at in places.tolist()]
        lengths = np.array([len(text) for text in texts], dtype=np.intp)
        # Two typos may lead here from a searched word two letters longer.
        deletions = np.where(lengths >= SHORTEST_TWO_EDITS - 2, 2, np.where(lengths >= _SHORTEST_STORED, 1, -1))
        form_keys, form_at = _all_forms(texts, deletions)
        start_keys, starts = cls._beginnings(texts, lengths, places)
        gram_keys, gram_words = cls._trigrams(texts, places)
        sounding = [(code_hash(code), at) for at, text in zip(places.tolist(), texts, strict=True)
                    if named[at] for code in phonetic.codes(text)]  # fmt: skip
        pairs = np.array(sounding, dtype=np.uint32).reshape(-1, 2)
        code_keys, code_words = _sorted(pairs[:, 0], pairs[:, 1])
        return cls(form_keys, places[form_at] if len(places) else EMPTY, start_keys, starts, gram_keys, gram_words,
                   code_keys, code_words)  # fmt: skip

    @staticmethod
    def _beginnings(texts: Sequence[str], lengths: npt.NDArray[np.intp], places: Ids) -> tuple[Ids, Ids]:
        letters = _matrix(texts, START)
        found_texts: list[str] = []
        found_starts: list[int] = []
        for length in _LENGTHS:
            long = np.flatnonzero(lengths >= length)
            rows = letters[long, :length]
            new = np.ones(len(long), dtype=np.bool_)
            new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
            for at in long[new].tolist():
                found_texts.append(texts[at][:length])
                found_starts.append(int(places[at]) << 2 | length - SHORTEST_TYPO)
        keys, at = _all_forms(found_texts, np.ones(len(found_texts), dtype=np.intp))
        return keys, np.array(found_starts, dtype=np.uint32)[at] if len(at) else EMPTY

    @staticmethod
    def _trigrams(texts: Sequence[str], places: Ids) -> tuple[Ids, Ids]:
        joined = "\0\0".join(texts)
        letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        if len(letters) < SHORTEST_INFIX:
            return EMPTY, EMPTY
        one, two, three = letters[:-2], letters[1:-1], letters[2:]
        whole = (one != 0) & (two != 0) & (three != 0)
        owner = np.repeat(places, [len(text) + 2 for text in texts])[: len(letters)][:-2]
        prime = np.uint32(_PRIME)
        return _sorted((((one * prime) + two) * prime + three)[whole], owner[whole])

    @classmethod
    def stored(cls, file: SegmentFile) -> "Approximate":
        """Return the tables that `sections` stored."""
        return cls(*(file.array(f"near.{name}") for name in cls.__slots__))

    def sections(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays by the names they are stored under."""
        return {f"near.{name}": getattr(self, name) for name in self.__slots__}

    def misspelt(self, word: str) -> Ids:
        """Return words that may be this one with as many typos as `edits` allows."""
        return found(self.form_keys, self.form_words, forms(word, edits(word)))

    def beginnings(self, word: str) -> list[tuple[int, int]]:
        """Return beginnings that may be this word's with one typo: (a word that begins so, length)."""
        values = found(self.start_keys, self.starts, forms(word, 1)).tolist()
        return [(value >> 2, (value & 3) + SHORTEST_TYPO) for value in values]

    def containing(self, word: str) -> Ids:
        """Return words that have every three letters of this one."""
        lists = []
        for gram in _grams(word):
            key = np.uint32(gram)  # of the keys' own type: any other would make numpy convert them all
            low, high = np.searchsorted(self.gram_keys, key, "left"), np.searchsorted(self.gram_keys, key, "right")
            if low == high:
                return EMPTY
            lists.append(self.gram_words[low:high])
        lists.sort(key=len)
        common = lists[0]
        for other in lists[1:]:
            common = common[_within(common, other)]
        return common

    def sounding(self, word: str) -> Ids:
        """Return words in names and companies that share a phonetic code with this one."""
        codes = np.array([code_hash(code) for code in phonetic.codes(word)], dtype=np.uint32)
        return found(self.code_keys, self.code_words, codes)


def _within(values: Ids, others: Ids) -> npt.NDArray[np.bool_]:
    """Return which of the sorted values are among the sorted others."""
    at = np.searchsorted(others, values)
    at[at == len(others)] = 0
    return np.equal(others[at], values)
