"""Ranking: how well a word matched. The order of hits is worked out in `words.grade`."""

from enum import IntEnum


class Rank(IntEnum):
    """How a word matched, best first; a sound-alike that is spelt rather otherwise is a DISTANT one."""

    EXACT = 0
    PREFIX = 1
    COMPOUND = 2
    NICKNAME = 3
    INFIX = 4
    PHONETIC = 5
    EDIT1 = 6
    EDIT2 = 7
    DISTANT = 8

    @property
    def text(self) -> str:
        """The name shown in `Match.rank`."""
        return _TEXTS[self]


_TEXTS = [rank.name.lower() for rank in Rank]
_TEXTS[Rank.DISTANT] = _TEXTS[Rank.PHONETIC]
