"""BER as LDAP uses it (RFC 4511 §5.1): definite lengths only, one-byte tags; slices of `bytes` in, `bytes` out."""

BOOLEAN = 0x01
INTEGER = 0x02
OCTET_STRING = 0x04
ENUMERATED = 0x0A
SEQUENCE = 0x30
SET = 0x31

LONG_FORM = 0x80
"""A length from here on takes more than its one byte (X.690 §8.1.3.5)."""
_HIGH_TAG = 0x1F
_MOST_LENGTH_BYTES = 4  # .NET and Active Directory write 0x84 for every length
_MOST_INTEGER_BYTES = 8


class BerError(ValueError):
    """The bytes are not BER as LDAP allows it; the message says what is wrong and repeats none of the content."""


def header(data: bytes | bytearray, at: int, end: int) -> tuple[int, int, int] | None:
    """Return tag, start and stop of the value at `at`; None while the header itself is incomplete.

    The stop may lie beyond `end`: whoever reads from a stream must judge a length before its body arrives.
    Raises BerError for an indefinite length, a length of more than four bytes and a tag of more than one byte.
    """
    if at + 2 > end:
        if at < end and data[at] & _HIGH_TAG == _HIGH_TAG:
            raise BerError("tag of more than one byte")
        return None
    tag = data[at]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise BerError("tag of more than one byte")
    length = data[at + 1]
    start = at + 2
    if length >= LONG_FORM:
        count = length - LONG_FORM
        if count == 0:
            raise BerError("indefinite length")
        if count > _MOST_LENGTH_BYTES:
            raise BerError("length of more than four bytes")
        if start + count > end:
            return None
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return tag, start, start + length


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return tag, start and stop of the value at `at`, which lies wholly before `end`; BerError if it does not."""
    # Repeats the short form of `header` because every request passes here a dozen times.
    if at + 2 <= end:
        tag = data[at]
        length = data[at + 1]
        start = at + 2
        if length < LONG_FORM and tag & _HIGH_TAG != _HIGH_TAG and start + length <= end:
            return tag, start, start + length
    found = header(data, at, end)
    if found is None or found[2] > end:
        raise BerError("value reaches beyond its frame")
    return found


def expect(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    """Return start and stop of the value at `at`, which must carry the tag `wanted`."""
    tag, start, stop = read(data, at, end)
    if tag != wanted:
        raise BerError(f"tag {tag:#04x} where {wanted:#04x} belongs")
    return start, stop


def integer(data: bytes, start: int, stop: int) -> int:
    """Return the signed integer in `data[start:stop]`."""
    if not 1 <= stop - start <= _MOST_INTEGER_BYTES:
        raise BerError("integer of no or of too many bytes")
    return int.from_bytes(data[start:stop], "big", signed=True)


def boolean(data: bytes, start: int, stop: int) -> bool:
    """Return the boolean in `data[start:stop]`; any bit set is true, as BER has it."""
    if stop - start != 1:
        raise BerError("boolean of other than one byte")
    return data[start] != 0


def encode_length(length: int) -> bytes:
    """Return the shortest definite form of a length."""
    if length < LONG_FORM:
        return bytes((length,))
    body = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((LONG_FORM | len(body),)) + body


def encode(tag: int, value: bytes) -> bytes:
    """Return tag, length and value."""
    length = len(value)
    if length < LONG_FORM:
        return bytes((tag, length)) + value
    return bytes((tag,)) + encode_length(length) + value


def encode_integer(number: int, tag: int = INTEGER) -> bytes:
    """Return an integer (or enumerated) in its shortest form."""
    if 0 <= number < LONG_FORM:
        return bytes((tag, 1, number))
    bits = (number if number >= 0 else ~number).bit_length()
    return encode(tag, number.to_bytes(bits // 8 + 1, "big", signed=True))


def encode_boolean(value: bool, tag: int = BOOLEAN) -> bytes:
    """Return a boolean; true is 0xFF (RFC 4511 §5.1)."""
    return bytes((tag, 1, 0xFF if value else 0))


def encode_text(value: str, tag: int = OCTET_STRING) -> bytes:
    """Return text as UTF-8; undecodable bytes that `text` kept come out as they went in."""
    data = value.encode("utf-8", "surrogateescape")
    length = len(data)
    return bytes((tag, length)) + data if length < LONG_FORM else encode(tag, data)


def text(data: bytes, start: int, stop: int) -> str:
    """Return the octets as text; bytes that are no UTF-8 become lone surrogates, which match no stored value."""
    return str(data[start:stop], "utf-8", "surrogateescape")
