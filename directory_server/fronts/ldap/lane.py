# cython: language_level=3, wraparound=False, annotation_typing=False
"""Lane: requests of the forms that come all day, taken from their bytes without being decoded.

A search that came before but for message id and number, a simple bind in its shortest form, and an unbind.
"""

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap.ber import LONG_FORM
from directory_server.fronts.ldap.envelope import enveloped
from directory_server.fronts.ldap.event import Operation
from directory_server.fronts.ldap.message import SearchRequest
from directory_server.fronts.ldap.search import Clock, Running, Tree
from directory_server.fronts.ldap.session import Session

_SEQUENCE, _INTEGER, _LONG_FORM = ber.SEQUENCE, ber.INTEGER, LONG_FORM
_SHORTEST = 16
_MOST_ID_BYTES = 4
_BIND, _SIMPLE, _VERSION = 0x60, 0x80, b"\x02\x01\x03\x04"
_NAME = 7  # where the name of a bind begins, behind tags and lengths of a byte each
_SHORTEST_BIND = _NAME + 4
_UNBIND = b"\x42\x00"
UNBIND_BYTES = 7
"""How long an unbind is; what is of another length need not be asked about."""
_LENGTH_BYTES = {0x81: 1, 0x82: 2, 0x84: 4}


def split(data: bytes) -> tuple[bytes, bytes] | None:
    """Return the encoded message id of what is one whole message, and what stands behind it; None if it is not.

    None, too, for ids that are not in the one encoding that answers have.
    """
    whole, text = len(data), data
    if whole < _SHORTEST or text[0] != _SEQUENCE:
        return None
    length, at = text[1], 2
    if length >= _LONG_FORM:
        count = _LENGTH_BYTES.get(length, 0)
        length, at = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if at + length != whole or at + _MOST_ID_BYTES + 3 > whole or text[at] != _INTEGER:
        return None
    size, first = text[at + 1], text[at + 2]
    if not 1 <= size <= _MOST_ID_BYTES or first >= _LONG_FORM:
        return None
    if not first and (size == 1 or text[at + 3] < _LONG_FORM):
        return None
    end = at + 2 + size
    return text[at:end], text[end:whole]


def simple_bind(body: bytes) -> tuple[str, bytes] | None:
    """Return name and password of what stands behind a message id; None for all but a plain bind in its shortest form.

    None, too, without a name or a password: the session knows what to say to that.
    """
    end = len(body)
    if end < _SHORTEST_BIND or body[0] != _BIND or not body[1] == end - 2 < LONG_FORM or body[2:6] != _VERSION:
        return None
    stop = _NAME + body[_NAME - 1]
    if stop == _NAME or stop + 3 > end or body[stop] != _SIMPLE or body[stop + 1] != end - stop - 2:
        return None
    return ber.text(body, _NAME, stop), body[stop + 2 :]


def is_unbind(data: bytes) -> bool:
    """Tell whether this is one whole unbind with an id of one byte, as a client sends that asked for little."""
    return (
        len(data) == UNBIND_BYTES
        and data[:4] == b"\x30\x05\x02\x01"
        and 0 < data[4] < LONG_FORM
        and data[5:] == _UNBIND
    )


def answer(data: bytes, session: Session, tree: Tree) -> bytes | None:
    """Return the answer to one whole message of a known kind; None if the session must take it."""
    found = split(data)
    if found is None:
        return None
    number, body = found
    if session.outstanding and int.from_bytes(number[2:], "big") in session.outstanding:
        return None
    operations = _remembered(tree, body)
    return None if operations is None else enveloped(number, operations)


def _remembered(tree: Tree, body: bytes) -> list[bytes] | None:
    """Return the response operations of a request that came before but for its number; None if none did."""
    answers, callers = tree.answers, tree.callers
    if not body or answers is None or callers is None:
        return None
    try:
        operations = callers.straight(body)
        if operations is None:
            operations = answers.known(body)
        if operations is None:
            operations = callers.answer(body)
            if operations is not None:
                answers.keep(body, operations)
    except Exception:  # noqa: BLE001 - the whole way meets it again, where it is reported
        return None
    return operations


def whole_way(
    operation: Operation, request: SearchRequest, tree: Tree, running: Running, clock: Clock
) -> list[bytes] | None:
    """Return the response operations of a search that went through the session, for the lane to know it the next time.

    None for one that must not be answered where others wait.
    """
    answers, callers, body = tree.answers, tree.callers, operation.body
    known = _remembered(tree, body)
    if known is not None:
        return known
    search = tree.search(request, operation.controls, waiting=False)
    if not search.quick:
        return None
    operations = search.answer(running, clock)
    if answers and callers and body and not running.stopped:
        answers.keep(body, operations)
        callers.learn(body, request)
    return operations
