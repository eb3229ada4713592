"""LDAP requests as a session border controller sends them, and how much of an answer has come."""

import socket

from directory_server.fronts.ldap import ber

SUCCESS = b"\x0a\x01\x00\x04\x00\x04\x00"
"""How the response of an operation ends that succeeded and says nothing more."""

_DONE = {0x61, 0x65}


def bind(user: str, password: str) -> bytes:
    """Return a simple bind."""
    body = ber.encode_integer(3) + ber.encode_text(user) + ber.encode_text(password, 0x80)
    return ber.encode(0x30, ber.encode_integer(1) + ber.encode(0x60, body))


def search(message_id: int, suffix: str, asked: str) -> bytes:
    """Return a caller lookup."""
    assertion = ber.encode(0xA3, ber.encode_text("telephoneNumber") + ber.encode_text(asked))
    head = ber.encode_text(suffix) + b"\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"
    attributes = ber.encode(0x30, ber.encode_text("displayName") + ber.encode_text("telephoneNumber"))
    body = head + assertion + attributes
    return ber.encode(0x30, ber.encode_integer(message_id) + ber.encode(0x63, body))


def whole(wire: socket.socket) -> bytes:
    """Receive messages up to the one that ends an operation."""
    data = b""
    while True:
        at = 0
        while (found := ber.header(data, at, len(data))) is not None and found[2] <= len(data):
            inner = ber.read(data, found[1], found[2])[2]
            if data[inner] in _DONE:
                return data
            at = found[2]
        data += wire.recv(65536)
