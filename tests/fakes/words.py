"""Segments made of a few texts, without a store."""

from collections.abc import Mapping, Sequence

from directory_server.directory.card import to_bytes as to_card
from directory_server.directory.columns import TEXT
from directory_server.directory.document import Document
from directory_server.directory.words.batch import Collector
from directory_server.directory.words.build import segment
from directory_server.directory.words.segment import Segment
from directory_server.directory.words.segment_file import SegmentFile, to_bytes


def document(number: int, texts: Mapping[str, str], *, source: int = 1, sort: str = "") -> Document:
    sort = sort or f"{number:09}"
    return Document(
        id=number,
        source=source,
        texts=tuple(texts.get(column.name, "") for column in TEXT),
        custom=(),
        initial="",
        sort=sort,
        numbers=(),
        links=(),
        card=to_card(sort, "", "", "{}", ()),
    )


def segment_of(texts: Sequence[Mapping[str, str]]) -> Segment:
    """Return a segment of one document per mapping of column names to texts; their ids count from 1."""
    collector = Collector()
    collector.add([document(number, one) for number, one in enumerate(texts, 1)])
    return Segment(SegmentFile(b"".join(to_bytes(*segment(collector.batch(), collector.sorts(), {})))))
