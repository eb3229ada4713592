"""Totals: how many contacts of a source a pass would change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """What a plan would do: `live` contacts before it, how many of them it touches, and whether the source was empty.

    After it there are created + updated + unchanged contacts. `bad` counts records that could not be used, `faults`
    says of the first 20 of them where and why.
    """

    live: int
    created: int
    updated: int
    deleted: int
    bad: int
    emptied: bool
    faults: tuple[str, ...] = ()

    @property
    def unchanged(self) -> int:
        """The contacts that stay as they were."""
        return self.live - self.updated - self.deleted
