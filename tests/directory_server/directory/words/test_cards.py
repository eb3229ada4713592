"""Cards come back as they were written, wherever they were copied to, or are told to be damaged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.words import card_pile
from directory_server.directory.words import cards as module
from directory_server.directory.words.card_pile import CardCollector, sections
from directory_server.directory.words.cards import Cards
from directory_server.directory.words.pile import Pile
from directory_server.directory.words.segment_file import Damaged, SegmentFile, to_bytes, write

CARD = st.one_of(st.binary(max_size=40), st.integers(900, 3000).map(lambda size: bytes([size & 255]) * size))
CARDS = st.lists(CARD, min_size=1, max_size=30)


def collected(cards, step=7):
    collector = CardCollector(None)
    for start in range(0, len(cards), step):
        collector.add(cards[start : start + step])
    return collector


def stored(pile, begins):
    return Cards.stored(SegmentFile(b"".join(to_bytes(sections(pile, begins), {}))))


def every(cards, count):
    return [bytes(cards.of(doc)) for doc in range(count)]


@given(CARDS, st.randoms(use_true_random=False))
def test_every_document_has_its_card(cards, random):
    order = list(range(len(cards)))
    random.shuffle(order)
    collector = collected(cards)
    found = stored(collector.pile, collector.begins()[order])
    assert every(found, len(cards)) == [cards[at] for at in order]


@given(st.lists(CARDS, min_size=1, max_size=3), st.randoms(use_true_random=False), st.sampled_from([16, 1 << 20]))
def test_copied_cards_are_the_same(parts, random, at_once):
    """Some documents of several segments in any order, as a merge takes them."""
    pile, begins, expected = Pile(), [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", at_once)
        for cards in parts:
            order = list(range(len(cards)))
            random.shuffle(order)
            collector = collected(cards)
            kept = np.array(sorted(random.sample(range(len(cards)), random.randint(0, len(cards)))), dtype=np.intp)
            begins.append(stored(collector.pile, collector.begins()[order]).copy(kept, pile))
            expected += [cards[order[doc]] for doc in kept]
    assert every(stored(pile, np.concatenate(begins)), len(expected)) == expected
    assert pile.size <= sum(len(card) + 16 for card in expected)


@given(CARDS, st.data())
def test_a_flipped_bit_is_noticed(cards, data):
    """Or it lies where nothing is: between the cards."""
    collector = collected(cards)
    begins = collector.begins()
    content = bytearray(b"".join(collector.pile.pieces()))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    pile = Pile()
    pile.add(bytes(content))
    found = stored(pile, begins)
    for doc, card in enumerate(cards):
        try:
            assert bytes(found.of(doc)) == card
        except Damaged:
            assert begins[doc] * 8 <= at < begins[doc] * 8 + 8 + len(card)


def test_a_file_that_was_cut_short_is_noticed(tmp_path):
    collector = collected([b"a" * 5000, b"b"])
    write(tmp_path / "words-1", sections(collector.pile, collector.begins()), {})
    cards = Cards.stored(SegmentFile.opened(tmp_path / "words-1"))
    assert every(cards, 2) == [b"a" * 5000, b"b"]
    with (tmp_path / "words-1").open("rb+") as file:
        file.truncate(4000)
    for doc in (0, 1):
        with pytest.raises(Damaged):
            cards.of(doc)


def test_more_than_can_be_counted_is_an_error(monkeypatch):
    collector = collected([b"a" * 100, b"b" * 100])
    monkeypatch.setattr(card_pile, "_MOST", collector.pile.size)
    with pytest.raises(OverflowError):
        sections(collector.pile, collector.begins())
    monkeypatch.setattr(card_pile, "_MOST", collector.pile.size + 1)
    sections(collector.pile, collector.begins())


def test_a_card_that_is_nowhere_is_damage():
    collector = collected([b"a" * 20, b"b"])
    found = stored(collector.pile, collector.begins())
    for doc in (-1, 2, 1 << 40):
        with pytest.raises(Damaged):
            found.of(doc)
    far = stored(collected([b"a"]).pile, np.array([1 << 20], dtype=np.uint32))
    with pytest.raises(Damaged):
        far.of(0)
