"""Padding to powers of two: an observer learns the size class of a message, not its size.

Padded: u32 big-endian length | JSON | tail (fixed size, may be empty) | zeros, in all 1, 2, 4 … 64 KiB.
"""

SMALLEST = 1024
LARGEST = 64 * 1024
LENGTH_SIZE = 4


class TooLarge(ValueError):  # noqa: N818 - named by what the caller does: page
    """The content exceeds the largest size class; ask for fewer entries."""


def pad(content: bytes, tail: bytes = b"") -> bytes:
    """Return the padded form; raises TooLarge above 64 KiB in all."""
    body = len(content).to_bytes(LENGTH_SIZE, "big") + content + tail
    if len(body) > LARGEST:
        raise TooLarge("message exceeds 64 KiB")
    size = SMALLEST
    while size < len(body):
        size *= 2
    return body.ljust(size, b"\0")


def unpad(padded: bytes, tail_size: int = 0) -> tuple[bytes, bytes]:
    """Return content and tail; raises ValueError if the length field points outside."""
    if len(padded) < LENGTH_SIZE:
        raise ValueError("padded message too short")
    end = LENGTH_SIZE + int.from_bytes(padded[:LENGTH_SIZE], "big")
    if end + tail_size > len(padded):
        raise ValueError("length field points outside the message")
    return padded[LENGTH_SIZE:end], padded[end : end + tail_size]
