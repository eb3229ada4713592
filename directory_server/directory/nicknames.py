"""Nicknames: other forms of a given name."""


def others(word: str) -> frozenset[str]:
    """Return other forms of a given name in normal form."""
    del word
    return frozenset()
