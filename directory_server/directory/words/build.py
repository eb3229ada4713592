"""Build: from a batch of documents to the sections of a segment, by sorting alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from directory_server.directory.columns import NAMED
from directory_server.directory.tables import SOURCE_MASK
from directory_server.directory.words.approximate import Approximate
from directory_server.directory.words.arrays import Ids, order_of, ranges
from directory_server.directory.words.batch import ENTRY_BITS, ENTRY_MASK, Batch
from directory_server.directory.words.card_pile import sections as card_sections
from directory_server.directory.words.keyed import GROUP_BITS, GROUP_MASK, link_sections, trunk_sections
from directory_server.directory.words.numbers import sections as number_sections
from directory_server.directory.words.postings import sections as posting_sections
from directory_server.directory.words.segment_file import Sections
from directory_server.directory.words.spelling import SEPARATOR, spelling

_AT_ONCE: Final = 65_536


def segment(batch: Batch, sorts: Sequence[str], priorities: Mapping[int, int]) -> tuple[Sections, dict[str, Any]]:
    """Return a segment's arrays and facts; `sorts` are the names to sort by, `priorities` those of the sources."""
    order = _order(batch.rows, sorts, priorities)
    count = len(batch.rows)
    place = np.empty(count, dtype=np.uint32)
    place[order] = np.arange(count, dtype=np.uint32)
    entries, text = _in_order(batch)
    rows = batch.rows[order]
    sources, source = np.unique(rows & SOURCE_MASK, return_inverse=True)
    starts = np.zeros(count + 1, dtype=np.uint32)
    np.cumsum(batch.lengths[order], out=starts[1:])
    made: Sections = {
        "entries": np.frombuffer("\n".join(entries).encode(), dtype=np.uint8),
        "rows": rows,
        "source": source.astype(np.min_scalar_type(len(sources))),
        "by_row": np.argsort(rows, kind="stable").astype(np.uint32),
        "starts": starts,
        "nameless": np.sort(place[batch.nameless]),
        "text": _reordered(text, batch.lengths, order, starts),
    }
    owners = np.repeat(place, batch.lengths)
    columns = (text >> np.uint32(ENTRY_BITS)).astype(np.uint8)
    made |= posting_sections(text, columns, owners, len(entries))
    named = np.zeros(len(entries), dtype=np.bool_)
    for column in NAMED:
        named[text[columns == column] & np.uint32(ENTRY_MASK)] = True
    made |= _words(entries, named)
    for name, (packed, codes, docs) in batch.numbers.items():
        made |= number_sections(name, packed, codes, place[docs])
    keys, holders = batch.links
    made |= link_sections(keys, _moved(holders, place))
    trunks, holders, companies = batch.trunks
    made |= trunk_sections(trunks, _moved(holders, place), companies, batch.companies)
    made |= card_sections(batch.cards, batch.begins[order])
    return made, {"sources": sources.tolist()}


def _moved(holders: Ids, place: Ids) -> Ids:
    """Return holders with the new places of their documents."""
    moved: Ids = place[holders >> np.uint32(GROUP_BITS)] << np.uint32(GROUP_BITS) | holders & np.uint32(GROUP_MASK)
    return moved


def _reordered(text: Ids, lengths: Ids, order: npt.NDArray[np.intp], starts: Ids) -> Ids:
    """Return the texts in this order, `starts` being where each begins; some at a time, as places take much memory."""
    begins = np.cumsum(lengths, dtype=np.int64) - lengths
    made = np.empty(len(text), dtype=np.uint32)
    for first in range(0, len(order), _AT_ONCE):
        part = order[first : first + _AT_ONCE]
        here = ranges(begins[part], lengths[part])
        made[starts[first] : int(starts[first]) + len(here)] = text[here]
    return made


def _order(rows: npt.NDArray[np.int64], sorts: Sequence[str], priorities: Mapping[int, int]) -> npt.NDArray[np.intp]:
    """Return the documents by source priority, name and id."""
    by_name = np.array(sorted(np.argsort(rows, kind="stable").tolist(), key=sorts.__getitem__), dtype=np.intp)
    sources, source = np.unique(rows & SOURCE_MASK, return_inverse=True)
    if len(sources) < 2:  # noqa: PLR2004 - one source has one priority
        return by_name
    priority = np.array([priorities.get(number, 0) for number in sources.tolist()], dtype=np.int64)
    return by_name[order_of(priority[source[by_name]])]


def _in_order(batch: Batch) -> tuple[list[str], Ids]:
    """Return the entries sorted, and the text with their new numbers."""
    by_text = sorted(range(len(batch.entries)), key=batch.entries.__getitem__)
    entries = [batch.entries[at] for at in by_text]
    if not entries:
        return entries, batch.text
    renumbered = np.empty(len(entries), dtype=np.uint32)
    renumbered[by_text] = np.arange(len(entries), dtype=np.uint32)
    words = renumbered[batch.text & np.uint32(ENTRY_MASK)]
    return entries, batch.text & ~np.uint32(ENTRY_MASK) | words


def _words(entries: Sequence[str], named: npt.NDArray[np.bool_]) -> Sections:
    """Return the tables over distinct words: where the spellings of each begin, and what is near it."""
    words: list[str] = []
    firsts: list[int] = []
    variants: list[int] = []
    parts: list[bool] = []
    alike: list[int] = []
    for at, text in enumerate(entries):
        if SEPARATOR in text:
            written = spelling(text)
            variants.append(at)
            parts.append(written.part)
            alike.append(_alike(written.normal, written.raw))
            text = written.normal  # noqa: PLW2901 - the word of this spelling
        if not words or words[-1] != text:
            words.append(text)
            firsts.append(at)
    first = np.array(firsts, dtype=np.uint32)
    sounding = np.logical_or.reduceat(named, first) if len(first) else named
    return {
        "words": first,
        "variants": np.array(variants, dtype=np.uint32),
        "variants.part": np.array(parts, dtype=np.uint8),
        "variants.alike": np.array(alike, dtype=np.uint8),
        **Approximate.of(words, sounding).sections(),
    }


def _alike(one: str, other: str) -> int:
    """Return with how many equal letters two words begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
