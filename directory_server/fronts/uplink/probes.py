"""Self-probes: sealed requests of the directory to itself, which show that what clients send would arrive."""

from collections.abc import Callable
from uuid import UUID

from directory_server.protocol import sealing
from directory_server.protocol.keys import SealingKey
from directory_server.protocol.messages import PROBE, RESPONSE_KEY_SIZE, Inner
from relay_cloud.wire.envelope import RID_SIZE, Request, SenderClass

DEADLINE_MS = 8_000


class Probes:
    """Makes probes and knows them again; `random` returns so many random bytes."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._out: set[bytes] = set()

    def make(self, tid: UUID, key: SealingKey, now: float) -> Request:
        """Return a probe that is known until it is `over`."""
        rid = self._random(RID_SIZE)
        asked = Request(tid, rid, key.kid, DEADLINE_MS, SenderClass.TAB, b"")
        inner = Inner(int(now), PROBE, {}, self._random(RESPONSE_KEY_SIZE))
        self._out.add(rid)
        return sealing.seal_request(asked, inner, key.key)

    def ours(self, rid: bytes) -> bool:
        """Whether this is a probe that is under way."""
        return rid in self._out

    def over(self, rid: bytes) -> None:
        """Forget a probe."""
        self._out.discard(rid)
