"""Vault: seals small secrets so that a copy of the database without the master key opens none of them.

Envelope encryption: every secret has a random data key of its own, wrapped by the master key, both with AES-256-GCM
(NIST SP 800-38D) and random 96-bit nonces. A sealed secret is

    version 1 (1) | key id (8) | nonce (12) | wrapped data key (32 + 16) | nonce (12) | ciphertext (n + 16)

The version and the key id are bound to the wrapping, the context ("sources/3/password") to both layers, so that a
ciphertext moved to another row does not open.
"""

import os
from hashlib import blake2b
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from directory_server.vault.errors import MasterKeyWrongSize, SealBroken, SealedWithOtherKey

VERSION: Final = 1
KEY_SIZE: Final = 32
KEY_ID_SIZE: Final = 8
NONCE_SIZE: Final = 12
TAG_SIZE: Final = 16
HEADER_SIZE: Final = 1 + KEY_ID_SIZE
WRAP_END: Final = HEADER_SIZE + NONCE_SIZE + KEY_SIZE + TAG_SIZE
SMALLEST: Final = WRAP_END + NONCE_SIZE + TAG_SIZE


class Vault:
    """Seals and opens with one master key of 32 bytes."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_SIZE:
            raise MasterKeyWrongSize(f"a master key has {KEY_SIZE} bytes, not {len(master_key)}")
        self._master = AESGCM(master_key)
        self.key_id = blake2b(master_key, digest_size=KEY_ID_SIZE, person=b"contactory vault").digest()

    def __repr__(self) -> str:
        return f"<Vault {self.key_id.hex()}>"

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Return the sealed plaintext, which opens with this master key and the same context only."""
        header = bytes([VERSION]) + self.key_id
        data_key, wrap_nonce, nonce = os.urandom(KEY_SIZE), os.urandom(NONCE_SIZE), os.urandom(NONCE_SIZE)
        bound = context.encode()
        wrapped = self._master.encrypt(wrap_nonce, data_key, header + bound)
        return header + wrap_nonce + wrapped + nonce + AESGCM(data_key).encrypt(nonce, plaintext, bound)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed; raises SealedWithOtherKey or SealBroken."""
        if len(sealed) < SMALLEST or sealed[0] != VERSION:
            raise SealBroken(f"{context}: not a sealed secret")
        header = sealed[:HEADER_SIZE]
        if header[1:] != self.key_id:
            raise SealedWithOtherKey(
                f"{context}: sealed with master key {header[1:].hex()}, ours is {self.key_id.hex()}"
            )
        bound = context.encode()
        wrap_nonce, wrapped = (
            sealed[HEADER_SIZE : HEADER_SIZE + NONCE_SIZE],
            sealed[HEADER_SIZE + NONCE_SIZE : WRAP_END],
        )
        nonce, ciphertext = sealed[WRAP_END : WRAP_END + NONCE_SIZE], sealed[WRAP_END + NONCE_SIZE :]
        try:
            data_key = self._master.decrypt(wrap_nonce, wrapped, header + bound)
            return AESGCM(data_key).decrypt(nonce, ciphertext, bound)
        except InvalidTag:
            raise SealBroken(f"{context}: the sealed secret was changed or belongs elsewhere") from None
