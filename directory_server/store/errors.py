"""What can go wrong with the store, named by what the admin can do about it."""


class StoreError(Exception):
    """Root of all faults of the store; messages never carry contact data or secrets."""


class SchemaTooNew(StoreError):  # noqa: N818 - named as the admin reads it
    """A newer Contactory wrote this database: start that version, or restore a backup."""


class NotADatabase(StoreError):  # noqa: N818
    """The file cannot be read as our database: restore a backup."""


class Busy(StoreError):  # noqa: N818
    """Another process is at the same work: wait for it to end."""


class NameTaken(StoreError):  # noqa: N818
    """The name is in use already."""


class NotFound(StoreError, KeyError):  # noqa: N818
    """There is nothing of that name."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would quote it
