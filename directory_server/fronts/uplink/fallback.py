"""When a line goes by long-polls: where WebSockets fail again and again although a relay is there."""

from websockets.exceptions import InvalidStatus

FAILURES = 2
_SERVER_ERROR = 500


class FallBack:
    """Counts what happens to the WebSockets of one line."""

    def __init__(self) -> None:
        self._failed = 0

    @property
    def polls(self) -> bool:
        """Whether the next connection should be long-polls."""
        return self._failed >= FAILURES

    def failed(self, error: Exception) -> None:
        """Count a failure to connect, unless it says that nobody is there."""
        if isinstance(error, InvalidStatus):
            absent = error.response.status_code >= _SERVER_ERROR  # a load balancer whose relays are being replaced
        else:
            absent = isinstance(error, OSError) and not isinstance(error, TimeoutError)
        if not absent:
            self._failed += 1

    def died(self) -> None:
        """Count a WebSocket that did not live long."""
        self._failed += 1

    def lived(self) -> None:
        """Trust WebSockets: one has lived for a while."""
        self._failed = 0

    def retry(self) -> None:
        """Have a WebSocket tried once: long-polls failed as well, or have served for long."""
        self._failed = FAILURES - 1
