"""What can go wrong with secrets at rest, named by what the admin can do about it."""


class VaultError(Exception):
    """Root of all faults of the vault; messages never carry a secret."""


class MasterKeyMissing(VaultError):  # noqa: N818 - named as the admin reads it
    """There is no master key in the data folder: run `init`, or restore the key file."""


class MasterKeyExists(VaultError):  # noqa: N818
    """There is a master key already; replacing it would lose every secret sealed with it."""


class MasterKeyTooOpen(VaultError):  # noqa: N818
    """Others may read the key file: set its mode to 0400."""


class MasterKeyWrongSize(VaultError):  # noqa: N818
    """The key file does not hold exactly 32 bytes: restore it from its safe copy."""


class SealedWithOtherKey(VaultError):  # noqa: N818
    """The secret was sealed with another master key: the key file does not belong to this database."""


class SealBroken(VaultError):  # noqa: N818
    """The sealed bytes were damaged, or moved here from another place."""
