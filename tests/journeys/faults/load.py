"""A steady load of sealed searches through one relay, and a table of how each ended."""

import asyncio
import contextlib
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from directory_server.protocol.kem import kem_of
from directory_server.protocol.sealing import open_response
from relay_cloud.outcomes import Outcome
from relay_cloud.wire.envelope import decode_response
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity
from tests.servers.cluster import Cluster
from tests.servers.relay import Relay

DEADLINE_S = 8.0
SLACK_S = 0.5
"""Within its deadline and this every request has its outcome."""


@dataclass(slots=True)
class Ended:
    """One request: when it was sent (monotonic), how it ended, and how long it took."""

    at: float
    outcome: str
    took: float


@dataclass
class Story:
    """All requests of one fault."""

    ended: list[Ended] = field(default_factory=list)

    def counted(self) -> Counter[str]:
        """Return how many ended how."""
        return Counter(one.outcome for one in self.ended)

    @property
    def answered(self) -> int:
        """How many were answered."""
        return self.counted()["answered"]

    def row(self, name: str) -> str:
        """Return the printed line."""
        took = sorted(one.took for one in self.ended if one.outcome == "answered")
        cuts = statistics.quantiles(took, n=100) if len(took) > 1 else [0.0] * 99
        rest = {outcome: count for outcome, count in self.counted().items() if outcome != "answered"}
        worst = max((one.took for one in self.ended), default=0)
        times = {"p50": cuts[49], "p99": cuts[98], "worst": worst}
        told = "   ".join(f"{word} {seconds * 1e3:5.0f} ms" for word, seconds in times.items())
        return f"{name:44} {self.answered:5}/{len(self.ended):<5} {told}   {rest or ''}"

    def check(self) -> None:
        """Every request ended in one named outcome, in its time."""
        assert set(self.counted()) <= {"answered", *(outcome.value for outcome in Outcome)}, self.counted()
        late = [one for one in self.ended if one.took > DEADLINE_S + SLACK_S]
        assert late == []


class Load:
    """Sends `rate` requests a second for one tenant to one relay until told to stop."""

    def __init__(self, end: End, ticket: str, token: str, *, rate: float = 40, deadline_s: float = DEADLINE_S) -> None:
        self._end = end
        self._ticket = ticket
        self._token = token
        self._rate = rate
        self._deadline_ms = int(deadline_s * 1000)
        self.story = Story()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, seconds: float) -> Story:
        """Send for so long, and wait for all outcomes."""
        start = time.monotonic()
        sent = 0
        while (now := time.monotonic()) - start < seconds:
            while sent < (now - start) * self._rate:
                task = asyncio.create_task(self._one())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                sent += 1
            await asyncio.sleep(0.002)
        if self._tasks:
            await asyncio.gather(*self._tasks)
        return self.story

    async def _one(self) -> None:
        at = time.monotonic()
        outcome = await self._outcome()
        self.story.ended.append(Ended(at, outcome, time.monotonic() - at))

    async def _outcome(self) -> str:
        end = self._end
        assert end.configuration
        by = kem_of(end.configuration.best.key)
        how = {"token": self._token, "deadline_ms": self._deadline_ms}
        request, response_key = end.sealed("search", {"text": "müller"}, **how)
        try:
            answer = await end.post(request.encode(), self._ticket)
        except httpx.TransportError as error:
            return f"connection: {type(error).__name__}"
        if answer.status_code == 200:
            body = open_response(request, response_key, decode_response(answer.content), by=by)
            return (
                "answered" if [one["display_name"] for one in body["persons"]] == ["Müller, Jörg"] else f"wrong: {body}"
            )
        if answer.headers.get("content-type") == "application/json":
            name = answer.json()["error"]
            if name == "unknown_key":
                with contextlib.suppress(httpx.HTTPStatusError):  # no directory yet: the next request finds that out
                    await end.fetch_keys()
            return str(name)
        return f"unnamed: {answer.status_code}"


def holders(cluster: Cluster) -> list[Relay]:
    """Return the relays that hold a line."""
    return [relay for relay in cluster.relays if "contact_relay_lines 1\n" in relay.metrics()]


def outsider(cluster: Cluster) -> Relay:
    """Return a relay that holds none."""
    held = holders(cluster)
    return next(relay for relay in cluster.relays if relay not in held)


class loading:  # noqa: N801 - used as a function
    """A load of one user, whose ticket is `issuer`'s, that enters at a relay."""

    def __init__(self, entry: Relay, issuer: Relay, identity: Identity, **how: float) -> None:
        self._entry = entry
        self._issuer = issuer
        self._identity = identity
        self._how = how
        self._client = httpx.AsyncClient(timeout=30, trust_env=False, limits=httpx.Limits(max_connections=1000))

    async def __aenter__(self) -> Load:
        end = End(self._client, self._entry.url, TID, self._issuer.registrar.public_key())
        await end.fetch_keys()
        return Load(end, self._issuer.ticket(TID), self._identity.token(), **self._how)

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()


async def during(load: Load, name: str, seconds: float, *acts: tuple[float, Callable[[], object]]) -> Story:
    """Run the load, act in between, print and check."""
    running = asyncio.create_task(load.run(seconds))
    start = time.monotonic()
    for after, act in acts:
        await asyncio.sleep(max(0.0, start + after - time.monotonic()))
        await asyncio.to_thread(act)
    story = await running
    sys.stdout.write("\n" + story.row(name))
    story.check()
    return story
