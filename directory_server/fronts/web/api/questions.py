"""Questions: what the API may ask the directory, as the application hands it in."""

from typing import Any, Protocol


class Questions(Protocol):
    """The directory as the API knows it; every answer is JSON. Each raises KeyError for an unknown client or source."""

    def search(self, text: str, *, oid: str, groups: tuple[str, ...], limit: int) -> dict[str, Any]:
        """Find persons, as a user or as the admin of everything."""

    def lookup(self, number: str, *, client: str, called: str) -> dict[str, Any]:
        """Find whose number this is, as a client or as the admin."""

    def why(self, text: str, *, oid: str, groups: tuple[str, ...], client: str, limit: int) -> dict[str, Any]:
        """Explain a text or number."""

    def provenance(self, contact_id: int) -> dict[str, Any] | None:
        """Tell where a contact is from; None for an unknown one."""

    def quality(self, source: str, *, limit: int, stale_hours: int) -> dict[str, Any]:
        """Report the quality of the contacts."""
