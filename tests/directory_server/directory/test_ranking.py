"""The classes of a match, in the order in which hits come."""

from directory_server.directory.ranking import Rank


def test_from_the_word_itself_to_two_typos_and_distant_sounds():
    assert [rank.text for rank in sorted(Rank)] == [
        "exact", "prefix", "compound", "nickname", "infix", "phonetic", "edit1", "edit2", "phonetic",
    ]  # fmt: skip
