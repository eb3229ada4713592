"""The master key: 32 random bytes in a file of the data folder that only its owner may read."""

import os
import secrets
import stat
from pathlib import Path

from directory_server.vault.errors import MasterKeyExists, MasterKeyMissing, MasterKeyTooOpen, MasterKeyWrongSize

FILE_NAME = "master.key"
SIZE = 32


def create(folder: Path) -> bytes:
    """Write a new master key with mode 0400 into the folder and return it.

    Raises MasterKeyExists rather than replace one. The file is whole or not there.
    """
    path = folder / FILE_NAME
    key = secrets.token_bytes(SIZE)
    draft = folder / f".{FILE_NAME}.{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o400)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, a link never replaces
    except FileExistsError:
        raise MasterKeyExists(f"{path} exists; it would be lost with every secret sealed by it") from None
    finally:
        draft.unlink()
    return key


def load(folder: Path) -> bytes:
    """Return the folder's master key; raises MasterKeyMissing, MasterKeyTooOpen or MasterKeyWrongSize."""
    path = folder / FILE_NAME
    try:
        mode = path.stat().st_mode
        key = path.read_bytes()
    except FileNotFoundError:
        raise MasterKeyMissing(f"no master key at {path}; create the data folder with `init`") from None
    except PermissionError:
        raise MasterKeyMissing(f"{path} may not be read by this user") from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MasterKeyTooOpen(f"{path} may be read by others (mode {stat.S_IMODE(mode):04o}); set it to 0400")
    if len(key) != SIZE:
        raise MasterKeyWrongSize(f"{path} has {len(key)} bytes instead of {SIZE}; restore it from its safe copy")
    return key
