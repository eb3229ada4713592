"""Asker: as whom a question is explained, in words and in the commands that would let them see more."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory_server.commands.speech import Speech


@dataclass(frozen=True, slots=True)
class Asker:
    """A client, a user with groups, or, with nothing, the admin who sees everything."""

    oid: str = ""
    groups: Sequence[str] = ()
    client: str = ""

    def words(self, say: Speech) -> str:
        """Return who asks, in words; "" for the admin."""
        if self.client:
            return say("asker_client", client=self.client)
        if self.oid:
            return say("asker_user", oid=self.oid)
        return say("asker_groups", groups=", ".join(self.groups)) if self.groups else ""

    def group(self, say: Speech) -> str:
        """Return the group that a grant would name: the only one, or a word for one that is to be chosen."""
        return self.groups[0] if len(self.groups) == 1 else say("some_group")
