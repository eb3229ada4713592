"""Mutation: new inputs out of known ones, as bytes and as BER trees; the same seed makes the same inputs."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

Node: TypeAlias = tuple[int, "bytes | list[Node]"]

LONGEST = 4096
"""Bytes of an input, but for those in which one part was repeated until they had `STRETCHED`."""
STRETCHED = 1024 * 1024 - 8 * LONGEST
"""Just what a bound client may send in one message."""
_STRETCH_SHARE = 0.002
_CONSTRUCTED = 0x20
_DEEPEST = 200
_BYTES = bytes((0, 1, 2, 4, 5, 10, 0x1F, 0x20, 0x30, 0x31, 0x7F, 0x80, 0x81, 0x84, 0x85, 0xA0, 0xA3, 0xC3, 0xFF))
_LENGTHS = (
    *(b"\x80", b"\x81\x00", b"\x82\x00\x05", b"\x84\x00\x00\x00\x03", b"\x84\xff\xff\xff\xff", b"\x85\x01\x00"),
    *(b"\x83\x01\x00\x01", b"\x84\x00\x10\x00\x01"),  # just more than a message may have, unbound and bound
)
_NESTING = (0xA0, 0xA1, 0xA2, 0x30)
_VALUES = (
    *(b"", b"*", b"\0", b"\xff\xfe", b"#04", b" ", b"\\", b'"', b"+", b"()", b"cn=", "ü".encode(), b"9" * 300),
    *(b"", b"", b"\x01", b"\x7f", b"\x80", b"\xff", b"\x7f\xff\xff\xff", b"\x00\x80\x00\x00\x00", b"\x01" * 9),
    *(b"telephoneNumber", b"objectClass", b"+4930123456789", b"5*0*3*8", b"dc=contacts", b"2.5.13.2", b"1.1", b"+"),
)


class Mutator:
    """Draws inputs from `corpus`, which may grow meanwhile."""

    def __init__(self, random: Random, corpus: list[bytes]) -> None:
        self._random = random
        self._corpus = corpus
        self._of_bytes: tuple[Callable[[bytearray], bytes | bytearray], ...] = (
            *(self._flip, self._put, self._insert, self._cut_out, self._double),
            *(self._truncate, self._splice, self._lie),
        )
        self._of_trees: tuple[Callable[[list[Node], int], None], ...] = (
            *(self._retag, self._fill, self._drop, self._repeat, self._swap, self._nest, self._graft),
        )

    def next(self) -> bytes:
        """Return an input that is seldom one of before."""
        random = self._random
        data = random.choice(self._corpus)
        if random.random() < _STRETCH_SHARE:
            return self._stretched(data)
        for _ in range(1 + int(random.expovariate(0.8))):
            nodes = parsed(data) if random.random() < 0.5 else None
            if nodes:
                places = _places(nodes)
                random.choice(self._of_trees)(*random.choice(places))
                data = b"".join(map(encoded, nodes))
            else:
                data = bytes(random.choice(self._of_bytes)(bytearray(data)))
        return data[:LONGEST]

    # bytes

    def _at(self, data: bytearray) -> int:
        return self._random.randrange(len(data)) if data else 0

    def _piece(self, data: bytes | bytearray) -> slice:
        start = self._random.randrange(len(data) + 1)
        return slice(start, start + 1 + int(self._random.expovariate(0.1)))

    def _flip(self, data: bytearray) -> bytearray:
        if data:
            data[self._at(data)] ^= 1 << self._random.randrange(8)
        return data

    def _put(self, data: bytearray) -> bytearray:
        if data:
            data[self._at(data)] = self._random.choice(_BYTES)
        return data

    def _insert(self, data: bytearray) -> bytearray:
        at = self._at(data)
        data[at:at] = self._random.choice((*_VALUES, self._random.randbytes(3)))
        return data

    def _cut_out(self, data: bytearray) -> bytearray:
        del data[self._piece(data)]
        return data

    def _double(self, data: bytearray) -> bytearray:
        piece, at = data[self._piece(data)], self._at(data)
        data[at:at] = piece
        return data

    def _truncate(self, data: bytearray) -> bytearray:
        return data[: self._at(data)]

    def _splice(self, data: bytearray) -> bytes:
        other = self._random.choice(self._corpus)
        if self._random.random() < 0.3:
            return bytes(data) + other
        return bytes(data[: self._at(data)]) + other[self._piece(other).start :]

    def _lie(self, data: bytearray) -> bytearray:
        """Let the byte behind something that looks like a tag say another length."""
        tags = [at for at, byte in enumerate(data[:-1]) if byte in {0x02, 0x04, 0x0A, 0x30, 0x63, 0xA0, 0xA3, 0xA4}]
        if tags:
            at = self._random.choice(tags) + 1
            data[at : at + 1] = self._random.choice((*_LENGTHS, bytes((max(0, data[at] - 1), min(255, data[at] + 1)))))
        return data

    # trees

    def _retag(self, among: list[Node], at: int) -> None:
        among[at] = self._random.choice((*_BYTES, *range(0x60, 0x79), *range(0xA0, 0xAA))), among[at][1]

    def _fill(self, among: list[Node], at: int) -> None:
        among[at] = among[at][0], self._random.choice(_VALUES)

    def _drop(self, among: list[Node], at: int) -> None:
        if len(among) > 1:
            del among[at]

    def _repeat(self, among: list[Node], at: int) -> None:
        among[at:at] = [among[at]] * self._random.choice((1, 1, 2, 20))

    def _swap(self, among: list[Node], at: int) -> None:
        other = self._random.randrange(len(among))
        among[at], among[other] = among[other], among[at]

    def _nest(self, among: list[Node], at: int) -> None:
        for _ in range(self._random.choice((1, 1, 2, 5, 80))):
            among[at] = self._random.choice(_NESTING), [among[at]]

    def _graft(self, among: list[Node], at: int) -> None:
        """Put a part of another input here."""
        nodes = parsed(self._random.choice(self._corpus))
        if nodes:
            others, place = self._random.choice(_places(nodes))
            among[at] = others[place]

    def _stretched(self, data: bytes) -> bytes:
        nodes = parsed(data)
        if not nodes:
            piece = self._random.choice((data[self._piece(data)] or b"(", b"(!", b"(&", b"(|"))
            many = piece * (STRETCHED // len(piece))
            return self._random.choice((data + many, many + data))
        places = _places(nodes)
        among, at = self._random.choice(places[len(nodes) :] or places)  # one large message, not a thousand small ones
        among[at:at] = [among[at]] * (STRETCHED // len(encoded(among[at])))
        return b"".join(map(encoded, nodes))


def parsed(data: bytes, depth: int = 0) -> list[Node] | None:
    """Return the values that `data` holds one behind the other; None if it holds anything else, or nothing."""
    found: list[Node] = []
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            return None
        tag, length, at = data[at], data[at + 1], at + 2
        if length >= 0x80:
            count = length - 0x80
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            return None
        value = data[at : at + length]
        inner = parsed(value, depth + 1) if tag & _CONSTRUCTED and depth < _DEEPEST else None
        found.append((tag, inner or value))
        at += length
    return found or None


def encoded(node: Node) -> bytes:
    """Return a node as BER, its lengths in the short form where they fit, else in four bytes."""
    tag, held = node
    value = held if isinstance(held, bytes) else b"".join(map(encoded, held))
    length = len(value)
    return bytes((tag,)) + (bytes((length,)) if length < 0x80 else b"\x84" + length.to_bytes(4, "big")) + value


def _places(nodes: list[Node]) -> list[tuple[list[Node], int]]:
    found = [(nodes, at) for at in range(len(nodes))]
    for _tag, held in nodes:
        if isinstance(held, list):
            found += _places(held)
    return found
