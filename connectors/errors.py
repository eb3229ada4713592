"""What can go wrong with a source, named by what the admin can do about it.

Messages name the setting or the place; they never carry contact data or secrets.
"""


class ConnectorError(Exception):
    """Root of all faults of a source."""


class AuthFailed(ConnectorError):  # noqa: N818 - named as the admin reads it
    """The source refused our account: correct user or password."""


class Unreachable(ConnectorError):  # noqa: N818
    """The source did not answer: check host, port, firewall, or wait."""


class SourceGone(ConnectorError):  # noqa: N818
    """The place we read from is missing (file, table, base DN): check its name."""


class PartialRead(ConnectorError):  # noqa: N818
    """The source stopped before the end; nothing was changed, the next run reads again."""


class StateExpired(ConnectorError):  # noqa: N818
    """The saved state cannot be continued; the engine reads everything again by itself."""


class RateLimited(ConnectorError):  # noqa: N818
    """The source asks us to wait `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConfigInvalid(ConnectorError):  # noqa: N818
    """A setting cannot be right; the message names it."""
