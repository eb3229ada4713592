"""Events: what a session asks of its owner."""

from dataclasses import dataclass, field
from typing import TypeAlias

from directory_server.fronts.ldap import control
from directory_server.fronts.ldap import message as m


@dataclass(frozen=True, slots=True)
class Bind:
    """Verify and then call `bound` or `refuse_bind`; no further event comes before that."""

    id: int
    name: str
    password: bytes

    def __repr__(self) -> str:
        return f"Bind(id={self.id})"


@dataclass(frozen=True, slots=True)
class Operation:
    """A search or compare to be answered; `body` as in `message.Message`."""

    id: int
    request: m.SearchRequest | m.CompareRequest
    body: bytes = field(default=b"", compare=False, repr=False)
    controls: control.Controls = control.NONE


@dataclass(frozen=True, slots=True)
class Abandon:
    """Stop these operations; nothing more is sent for them, and they need no `finished`."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StartTls:
    """Send the output, then negotiate TLS and call `tls_started`; whatever arrived before is gone."""


Event: TypeAlias = Bind | Operation | Abandon | StartTls
