"""Ranking: how well a word matched. The order of hits is worked out in `words.grade`."""

from enum import IntEnum


class Rank(IntEnum):
    """How a word matched, best first."""

    EXACT = 0
    PREFIX = 1
    COMPOUND = 2
    NICKNAME = 3
    INFIX = 4
    PHONETIC = 5
    EDIT1 = 6
    EDIT2 = 7

    @property
    def text(self) -> str:
        """The name shown in `Match.rank`."""
        return self.name.lower()
