"""Keyed: documents under whole-number keys, each in a field group: the links of persons, the trunks of companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from directory_server.directory.words.arrays import EMPTY, Ids
from directory_server.directory.words.numbers import Packed, packed
from directory_server.directory.words.pages import Keys, Mapped, Pages, fence
from directory_server.directory.words.segment_file import Sections, SegmentFile

GROUP_BITS: Final = 2
GROUP_MASK: Final = (1 << GROUP_BITS) - 1
"""A holder is a document's number, then its field group's."""


@dataclass(frozen=True, slots=True)
class Links:
    """Holders by person key (see `link`)."""

    keys: Keys
    holders: Pages

    @classmethod
    def stored(cls, file: SegmentFile) -> "Links":
        """Return what `link_sections` stored."""
        return cls(Keys(file.pages("link.keys"), file.array("link.fence")), file.pages("link.holders"))


@dataclass(frozen=True, slots=True)
class Trunks:
    """Holders by trunk, a packed number, each with the number of its company's name in normal form."""

    keys: Keys
    holders: Pages
    companies: Pages
    starts: Pages
    names: Pages

    @classmethod
    def stored(cls, file: SegmentFile) -> "Trunks":
        """Return what `trunk_sections` stored."""
        pages = map(file.pages, ("trunk.holders", "trunk.companies", "company.starts", "company.names"))
        return cls(Keys(Mapped(file.array("trunk.keys")), file.array("trunk.fence")), *pages)

    def of(self, digits: str) -> tuple[Ids, Ids]:
        """Return the holders of numbers with this trunk, and the company of each."""
        start, end = self.keys.run(packed(digits))
        if start == end:
            return EMPTY, EMPTY
        return self.holders[start:end], self.companies[start:end]

    def company(self, number: int) -> str:
        """Return the name of a company."""
        start, end = self.starts[number : number + 2].tolist()
        return self.names[start:end].tobytes().decode()

    def all_companies(self) -> list[str]:
        """Return the names of all companies, by their numbers."""
        names, starts = self.names[:].tobytes(), self.starts[:].tolist()
        return [names[start:end].decode() for start, end in pairwise(starts)]


def link_sections(keys: npt.NDArray[np.int64], holders: Ids) -> Sections:
    """Sort links, and return the arrays by the names they are stored under."""
    order = np.argsort(keys)
    keys = keys[order]
    return {"link.keys": keys, "link.fence": fence(keys), "link.holders": holders[order]}


def trunk_sections(keys: Packed, holders: Ids, companies: Ids, names: Sequence[str]) -> Sections:
    """Sort trunks, and return the arrays by the names they are stored under."""
    order = np.argsort(keys)
    keys = keys[order]
    coded = [name.encode() for name in names]
    starts = np.zeros(len(coded) + 1, dtype=np.uint32)
    np.cumsum([len(name) for name in coded], out=starts[1:])
    return {
        "trunk.keys": keys, "trunk.fence": fence(keys), "trunk.holders": holders[order],
        "trunk.companies": companies[order], "company.starts": starts,
        "company.names": np.frombuffer(b"".join(coded), dtype=np.uint8),
    }  # fmt: skip
