"""Password hashes: Argon2id (RFC 9106) as PHC text, and a memory of the passwords that were right.

OWASP's parameters: 19 MiB, two passes, one lane (about 30 ms). A phone system binds before every look-up, so a
password once found right is remembered for the life of the process, as a hash keyed with a secret of the process.
"""

import os
import threading
from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
SALT_SIZE: Final = 16
HASH_SIZE: Final = 32
LONGEST: Final = 1024
"""Passwords beyond this many bytes are wrong without being hashed."""
REMEMBERED: Final = 1024


def hash_password(password: str) -> str:
    """Return the PHC text of a password; an empty or overlong one is a ValueError."""
    if not password:
        raise ValueError("a password must not be empty")
    secret = _bytes(password)
    if len(secret) > LONGEST:
        raise ValueError(f"a password must not be longer than {LONGEST} bytes")
    kdf = Argon2id(salt=os.urandom(SALT_SIZE), length=HASH_SIZE, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(secret)


DUMMY: Final = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""The hash of no known password: what an unknown name is verified against, so that it costs the same work."""


def matches(password: str, phc: str) -> bool:
    """Return whether the password has this hash, at the full price."""
    secret = _bytes(password)
    if not 0 < len(secret) <= LONGEST:
        return False
    try:
        Argon2id.verify_phc_encoded(secret, phc)
    except InvalidKey:
        return False
    return True


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # a command line may hand us undecodable bytes


class VerifiedPasswords:
    """Remembers right (password, hash) pairs of this process, at most 1024; wrong ones always cost the full price."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "<VerifiedPasswords>"

    def knows(self, password: str, phc: str) -> bool:
        """Return whether the password was found to have this hash before."""
        mark = self._mark(password, phc)
        with self._lock:
            if mark in self._seen:
                self._seen.move_to_end(mark)
                return True
        return False

    def _mark(self, password: str, phc: str | None) -> bytes:
        return blake2b(_bytes(f"{phc}\0{password}"), key=self._key, digest_size=32).digest()

    def verify(self, password: str, phc: str | None) -> bool:
        """Return whether the password has this hash; None (an unknown name) is refused after the same work."""
        if phc is not None and self.knows(password, phc):
            return True
        mark = self._mark(password, phc)
        if not matches(password, phc or DUMMY) or phc is None:
            return False
        with self._lock:
            self._seen[mark] = None
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return True
