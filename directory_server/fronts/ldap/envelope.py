# cython: language_level=3, wraparound=False, annotation_typing=False
"""Envelopes: LDAPMessages (RFC 4511 §4.1.1) around response operations. Compiled where there is a compiler."""

from collections.abc import Sequence
from typing import Final

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.ber import LONG_FORM

_SEQUENCE: Final = ber.SEQUENCE
_LONG_FORM: Final = LONG_FORM
_HEADS: Final = [bytes((ber.SEQUENCE, size)) for size in range(LONG_FORM)]
"""How messages begin, by their length where that is one byte."""


def enveloped(number: bytes, operations: Sequence[bytes]) -> bytes:
    """Return a whole LDAPMessage around each of these operations; `number` is the message id as encoded."""
    if len(operations) == 2:  # noqa: PLR2004 - most: an entry and the end
        entry, done = operations[0], operations[1]
        first, second = len(number) + len(entry), len(number) + len(done)
        if first < _LONG_FORM and second < _LONG_FORM:
            return b"".join((_HEADS[first], number, entry, _HEADS[second], number, done))
    return b"".join([ber.encode(_SEQUENCE, number + operation) for operation in operations])
