"""Batch: the words and numbers of many documents, collected from them or taken from segments, ready to be built."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import msgpack

from connectors.contact import PhoneKind
from directory_server.directory.columns import CUSTOM, DIGITS, GROUPS, NAME, TEXT
from directory_server.directory.document import Document
from directory_server.directory.normal_form import DIGITS as DIGITS_OF_WORDS
from directory_server.directory.normal_form import LONGEST, words
from directory_server.directory.tables import row_of
from directory_server.directory.words.arrays import Ids
from directory_server.directory.words.card_pile import CardCollector
from directory_server.directory.words.keyed import GROUP_BITS, GROUP_MASK
from directory_server.directory.words.numbering import Numbering, as_piece
from directory_server.directory.words.numbers import EXTENSION, INTERNAL, Numbers, Packed
from directory_server.directory.words.pile import Pile
from directory_server.directory.words.spelling import initial, tag
from directory_server.store.rows import FieldGroup

if TYPE_CHECKING:
    from directory_server.directory.words.segment import Segment

ENTRY_BITS: Final = 28
ENTRY_MASK: Final = (1 << ENTRY_BITS) - 1
"""A word of a text is one number: its column, then its entry."""

_COLUMNS: Final = np.array([*(column.at for column in TEXT), NAME.at, CUSTOM.at], dtype=np.uint32)
"""Those of a document's texts, of its initial and of its custom fields."""
_HOME: Final = PhoneKind.HOME
_GONE: Final = np.uint32(0xFFFFFFFF)
_BUSINESS, _PRIVATE = GROUPS.index(FieldGroup.BUSINESS), GROUPS.index(FieldGroup.PRIVATE)


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents in any order: `entries` in any order, `text` the words of all documents, `lengths` how many each has.

    `numbers` holds per number column packed digits, code lengths and documents, `links` keys and holders (see `keyed`),
    `trunks` packed digits, holders and the places of their companies in `companies`. `nameless` are the documents
    without given and family name, ascending. `begins` tells where on the pile the documents' `cards` are.
    """

    entries: Sequence[str]
    text: Ids
    lengths: Ids
    rows: npt.NDArray[np.int64]
    numbers: dict[str, tuple[Packed, npt.NDArray[np.uint8], Ids]]
    links: tuple[npt.NDArray[np.int64], Ids]
    trunks: tuple[Packed, Ids, Ids]
    companies: Sequence[str]
    nameless: Ids
    cards: Pile
    begins: Ids


class _Companies(dict[str, int]):
    """The place of each company, as it is written; `places` has them in normal form."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, int] = {}

    def __missing__(self, company: str) -> int:
        self[company] = place = self.places.setdefault(" ".join(words(company)), len(self.places))
        return place


class Collector:
    """Collects documents into a batch."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder where there is room for what is too much for memory."""
        self._cards = CardCollector(folder)
        self._numbering = Numbering()
        self._text = array("I")
        self._lengths = array("I")
        self._rows = array("q")
        self._numbers = {column.name: Numbers() for column in DIGITS}
        self._business, self._private = (self._numbers[name] for name in ("z", "hz"))
        self._link_keys = array("q")
        self._link_holders = array("I")
        self._trunks = Numbers()
        self._trunk_companies = array("I")
        self._companies = _Companies()
        self._nameless = array("I")
        self._sorts: list[bytes] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, documents: Sequence[Document]) -> None:
        """Add documents."""
        self._add_words(documents)
        first = len(self._rows)
        self._add_numbers(documents, first)
        self._business.pack()
        self._private.pack()
        self._trunks.pack()
        self._link_keys.fromlist([key for one in documents for key, _group in one.links])
        self._link_holders.fromlist(
            [at << GROUP_BITS | group for at, one in enumerate(documents, first) for _key, group in one.links]
        )
        self._nameless.fromlist([at for at, one in enumerate(documents, first) if one.nameless])
        self._rows.fromlist([row_of(one.id, one.source) for one in documents])
        # Millions of small texts among what comes and goes would scatter it over all of memory.
        self._sorts.append(msgpack.encode([one.sort for one in documents]))
        self._cards.add([one.card for one in documents])

    def sorts(self) -> list[str]:
        """Return the names to sort by of all documents."""
        return [sort for some in self._sorts for sort in msgpack.decode(some)]

    def _add_words(self, documents: Sequence[Document]) -> None:
        texts = [
            text
            for one in documents
            for text in (
                *one.texts,
                as_piece(initial(one.initial)) if one.initial else "",
                _custom(one.custom) if one.custom else "",
            )
        ]
        entries, counts = self._numbering.of_texts(texts)
        columns = np.repeat(np.tile(_COLUMNS, len(documents)), counts)
        self._text.frombytes((columns << np.uint32(ENTRY_BITS) | entries).tobytes())
        self._lengths.frombytes(counts.reshape(-1, len(_COLUMNS)).sum(axis=1, dtype=np.uint32).tobytes())

    def _add_numbers(self, documents: Sequence[Document], first: int) -> None:
        for at, document in enumerate(documents, first):
            business: list[str] = []
            private: list[str] = []
            for number in document.numbers:
                home = number.kind is _HOME
                held = private if home else business
                digits = number.e164[1:] or (EXTENSION + number.extension if number.extension else "")
                if digits and digits not in held:
                    held.append(digits)
                if number.trunk:
                    if number.extension and number.trunk == document.own_trunk:
                        held.append(INTERNAL + number.extension)
                    self._trunks.add(at << GROUP_BITS | (_PRIVATE if home else _BUSINESS), (number.trunk[1:],))
                    self._trunk_companies.append(self._companies[document.company])
            self._business.add(at, business)
            if private:
                self._private.add(at, private)

    def batch(self) -> Batch:
        """Return what was collected."""
        trunks, _codes, holders = self._trunks.arrays()
        return Batch(
            entries=list(self._numbering.numbers),
            text=np.array(self._text, dtype=np.uint32),
            lengths=np.array(self._lengths, dtype=np.uint32),
            rows=np.array(self._rows, dtype=np.int64),
            numbers={name: numbers.arrays() for name, numbers in self._numbers.items()},
            links=(np.array(self._link_keys, dtype=np.int64), np.array(self._link_holders, dtype=np.uint32)),
            trunks=(trunks, holders, np.array(self._trunk_companies, dtype=np.uint32)),
            companies=list(self._companies.places),
            nameless=np.array(self._nameless, dtype=np.uint32),
            cards=self._cards.pile,
            begins=self._cards.begins(),
        )


def _custom(fields: Iterable[tuple[str, str]]) -> str:
    """Return the entries of custom fields, by which they are found under their name."""
    found: list[str] = []
    for name, value in fields:
        every = dict.fromkeys(words(value, LONGEST))
        # Customer numbers and the like: elsewhere long digits are left out.
        long = [word for word in every if len(word) > DIGITS_OF_WORDS and word.isdigit()]
        found += (*(tag(name, word) for word in every), *long)
    return " ".join(map(as_piece, found))


def living(parts: Iterable[tuple["Segment", npt.NDArray[np.bool_] | None]], folder: Path) -> Batch:
    """Return the documents of segments as one batch; with each segment comes which of its documents are alive.

    In `folder` there is room for their cards.
    """
    numbering = Numbering()
    cards = Pile(folder)
    companies: dict[str, int] = {}
    text, lengths, rows, links, trunks, nameless, begins = [], [], [], [], [], [], []
    numbers: dict[str, list[tuple[Packed, npt.NDArray[np.uint8], Ids]]] = {column.name: [] for column in DIGITS}
    first = 0
    for segment, alive in parts:
        kept = np.arange(segment.size) if alive is None else np.flatnonzero(alive)
        known = np.array([numbering.of_entry(entry) for entry in segment.entries], dtype=np.uint32)
        words, counts = segment.texts(kept)
        if len(known):
            words = words & ~np.uint32(ENTRY_MASK) | known[words & np.uint32(ENTRY_MASK)]
        text.append(words)
        lengths.append(counts)
        rows.append(segment.rows[kept])
        begins.append(segment.cards.copy(kept, cards))
        place = np.full(segment.size, _GONE, dtype=np.uint32)
        place[kept] = np.arange(first, first + len(kept), dtype=np.uint32)
        for name, of in segment.numbers.items():
            docs = place[of.docs]
            stays = docs != _GONE
            numbers[name].append((of.packed.numbers[:][stays], of.codes[:][stays], docs[stays]))
        unnamed = place[segment.nameless]
        nameless.append(unnamed[unnamed != _GONE])
        links.append(_moved(place, segment.links.holders[:], segment.links.keys.numbers[:]))
        called = np.array([companies.setdefault(name, len(companies)) for name in segment.trunks.all_companies()])
        of_each = called[segment.trunks.companies[:]] if len(called) else segment.trunks.companies[:]
        trunks.append(_moved(place, segment.trunks.holders[:], segment.trunks.keys.numbers[:], of_each))
        first += len(kept)
    return Batch(
        entries=list(numbering.numbers),
        text=np.concatenate(text),
        lengths=np.concatenate(lengths).astype(np.uint32),
        rows=np.concatenate(rows),
        numbers={name: _joined(of) for name, of in numbers.items()},
        links=_joined((keys, holders) for holders, keys in links),
        trunks=_joined((keys, holders, companies) for holders, keys, companies in trunks),
        companies=list(companies),
        nameless=np.concatenate(nameless),
        cards=cards,
        begins=np.concatenate(begins),
    )


def _moved(place: Ids, holders: Ids, *others: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Return the holders that are still there, with their documents' new places, and what stands beside them."""
    docs = place[holders >> np.uint32(GROUP_BITS)]
    stays = docs != _GONE
    moved = docs[stays] << np.uint32(GROUP_BITS) | holders[stays] & np.uint32(GROUP_MASK)
    return moved, *(other[stays] for other in others)


def _joined(parts: Iterable[tuple[npt.NDArray[Any], ...]]) -> Any:
    """Return each of the arrays of all parts as one."""
    return tuple(np.concatenate(of) for of in zip(*parts, strict=True))
