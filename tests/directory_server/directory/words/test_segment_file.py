"""A segment file says what was put in, or that it is damaged; nothing in between."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.directory.words import segment_file
from directory_server.directory.words.pile import AT_ONCE
from directory_server.directory.words.segment_file import Damaged, SegmentFile, to_bytes, write
from tests.fakes.words import segment_of

SECTIONS = {
    "words": np.frombuffer(b"anna\nhans", dtype=np.uint8),
    "docs": np.arange(100, dtype=np.uint32),
    "rows": np.array([-1, 2**62], dtype=np.int64),
    "none": np.empty(0, dtype=np.uint16),
    "numbers": np.array([2**64 - 1], dtype=np.uint64),
}
FACTS = {"sources": [1, 2]}
CONTENT = b"".join(to_bytes(SECTIONS, FACTS))


def test_what_was_written_comes_back(tmp_path):
    path = tmp_path / "words-1"
    write(path, SECTIONS, FACTS)
    for found in (SegmentFile.opened(path), SegmentFile(CONTENT)):
        check(found)
        assert found.is_sound()
    assert path.stat().st_mode & 0o777 == 0o600


def check(found):
    assert found.facts == FACTS
    assert set(found) == SECTIONS.keys()
    for name, array in SECTIONS.items():
        pages = found.pages(name)
        assert found.array(name).dtype == pages[:].dtype == array.dtype
        assert np.array_equal(found.array(name), array)
        assert np.array_equal(pages[:], array)
        assert len(pages) == len(array)
        for start, end in ((0, 1), (1, 99), (7, 7), (9, 3), (0, 1000)):
            assert np.array_equal(pages[start:end], array[start:end])


def test_pages_of_a_file_that_was_cut_short_are_damaged(tmp_path):
    path = tmp_path / "words-1"
    write(path, SECTIONS, FACTS)
    pages = SegmentFile.opened(path).pages("docs")
    with path.open("rb+") as file:
        file.truncate(len(CONTENT) - 800)
    with pytest.raises(Damaged):
        pages[:]


def test_every_section_begins_at_a_boundary():
    start = np.frombuffer(CONTENT, dtype=np.uint8).ctypes.data
    arrays = map(SegmentFile(CONTENT).array, SECTIONS)
    assert [(array.ctypes.data - start) % 64 for array in arrays if array.size] == [0] * 4


def test_little_of_it_comes_at_once():
    pieces = list(to_bytes({"docs": np.arange(3 * AT_ONCE, dtype=np.uint32)}, {}))
    assert max(map(len, pieces)) == AT_ONCE
    assert np.array_equal(SegmentFile(b"".join(pieces)).array("docs"), np.arange(3 * AT_ONCE, dtype=np.uint32))


@given(st.integers(0, len(CONTENT) - 1))
def test_a_cut_file_is_damaged(length):
    with pytest.raises(Damaged):
        SegmentFile(CONTENT[:length])


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at, change):
    changed = bytearray(CONTENT)
    changed[at] ^= change
    if is_sound(bytes(changed)):  # a byte between the sections
        check(SegmentFile(bytes(changed)))


def is_sound(content):
    try:
        return SegmentFile(content).is_sound()
    except Damaged:
        return False


def test_every_byte_that_counts_is_noticed():
    """All bytes but the filling between sections, which no one reads."""
    unnoticed = 0
    for at in range(len(CONTENT)):
        changed = bytearray(CONTENT)
        changed[at] ^= 1
        unnoticed += is_sound(bytes(changed))
    used = sum(array.nbytes for array in SECTIONS.values())
    padded = sum(array.nbytes + -array.nbytes % 64 for array in SECTIONS.values())
    assert unnoticed == padded - used


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_foreign_bytes_are_damaged(content):
    with pytest.raises(Damaged):
        SegmentFile(content)


def test_another_format_is_damaged(monkeypatch):
    monkeypatch.setattr(segment_file, "FORMAT", 99)
    with pytest.raises(Damaged):
        SegmentFile(CONTENT)


def test_an_empty_file_is_damaged(tmp_path):
    path = tmp_path / "words-1"
    path.touch()
    with pytest.raises(Damaged):
        SegmentFile.opened(path)


def test_a_failed_writing_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(segment_file.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "words-1", SECTIONS, FACTS)
    assert list(tmp_path.iterdir()) == []


def test_a_segment_without_documents_can_be_asked():
    segment = segment_of([])
    assert (segment.size, segment.beginning("a"), segment.words(slice(None))) == (0, (0, 0), [])
    assert len(segment.contacts({1})) == 0
