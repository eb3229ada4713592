"""Entries are numbered as they come; what is known is not worked out again, and forgetting changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.words import numbering as module
from directory_server.directory.words.numbering import Numbering, as_piece
from directory_server.directory.words.spelling import entries, entry, initial

PIECE = st.sampled_from(
    ["Hans", "Müller", "&", "Anna-Maria", "o'connell", "12345678", "\u00a0o'hara\u2003Maier", as_piece(":nr:12345678")]
)
TEXT = st.lists(PIECE, max_size=5).map("  ".join)


def test_numbers_are_given_in_order_of_coming():
    numbering = Numbering()
    found, counts = numbering.of_texts(["Hans Müller  Hans & Anna-Maria", "", "12345678", as_piece(initial("h"))])
    assert (found.tolist(), counts.tolist()) == ([0, 1, 0, 2, 3, 4], [5, 0, 0, 1])
    assert list(numbering.numbers)[:2] == ["hans", entry("muller", "müller", part=False)]
    assert (numbering.of_entry("hans"), numbering.of_entry(":h")) == (0, 4)


@given(st.lists(st.lists(TEXT, max_size=4), max_size=4), st.sampled_from([2, 400_000]))
def test_every_text_has_the_entries_of_its_pieces(batches, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_REMEMBERED", most)
        numbering = Numbering()
        for texts in batches:
            found, counts = numbering.of_texts(texts)
            names = list(numbering.numbers)
            told = [names[number] for number in found.tolist()]
            expected = [
                [one for piece in text.split() for one in ([piece[1:]] if piece[1:2] == ":" else entries(piece))]
                if text
                else []
                for text in texts
            ]
            assert counts.tolist() == list(map(len, expected))
            assert told == [one for each in expected for one in each]
