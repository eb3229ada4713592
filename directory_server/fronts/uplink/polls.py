"""Long-polls instead of a WebSocket: one waits at a relay at any time, answers are brought by others."""

import asyncio
import contextlib
from typing import Protocol

import httpx

from directory_server.fronts.uplink.requests import Answer, Requests
from relay_cloud.wire import frame, polling
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import Probe, Probed, RequestFrame
from relay_cloud.wire.handshake import HandshakeFailed, Terms

LIFETIME_S = 3600
"""After so long a WebSocket is tried again."""
ANSWER_S = 10.0
"""A poll is answered within the time it lets the relay wait and this."""
TRIES = 3
"""So many failed polls in a row end the connection; a relay that is replaced fails one or two."""
PAUSE_S = 0.3


class Sign(Protocol):
    """Makes the two headers that prove one poll of a URL."""

    def __call__(self, url: str) -> dict[str, str]:
        """Return Authorization and DPoP."""


class Polls:
    """Serves whichever relays the polls reach; has what `connection.Connection` has."""

    def __init__(self, http: httpx.AsyncClient, url: str, sign: Sign, answer: Answer) -> None:
        self.draining = asyncio.Event()
        self.lifetime = LIFETIME_S
        self._http = http
        self._url = url
        self._sign = sign
        self._requests = Requests(answer, Terms().max_inflight)
        self._keys = b""
        self._probes: dict[bytes, tuple[bytes, asyncio.Future[bool]]] = {}
        self._outgoing: dict[str, list[bytes]] = {}
        self._wake = asyncio.Event()
        self._tasks: tuple[asyncio.Task[str], ...] = ()

    async def open(self, keys: bytes) -> None:
        """Bring the key configuration once, and begin; raises HandshakeFailed, httpx.HTTPError or Malformed."""
        self._keys = keys
        await self._post([keys], 0)
        self._tasks = (asyncio.create_task(self._poll()), asyncio.create_task(self._bring()))

    async def ended(self) -> str:
        """Wait for the end; returns its reason."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        (first, *_) = done
        fault = None if first.cancelled() else first.exception()
        if fault is not None:  # of ours: the line must not end with it
            return f"{type(fault).__name__} while polling"
        return "closed" if first.cancelled() else first.result()

    async def send(self, message: bytes) -> None:
        """Bring a new key configuration with the next poll."""
        self._keys = message
        with contextlib.suppress(httpx.HTTPError, HandshakeFailed, Malformed):
            await self._post([message], 0)

    async def probe(self, rid: bytes, message: bytes, seconds: float) -> bool:
        """Have the relay carry a request of ours, beginning with the next poll; True if it was answered in time."""
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._probes[rid] = (Probe(message).encode(), told)
        try:
            async with asyncio.timeout(polling.MAX_WAIT_S + seconds):
                return await told
        except TimeoutError:
            return False
        finally:
            del self._probes[rid]

    async def retire(self) -> None:
        """Finish what is in flight, then close; cancelled, close now."""
        try:
            await self._requests.finished()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close now."""
        self._requests.drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _poll(self) -> str:
        failed = 0
        while True:
            probes = [message for message, _ in self._probes.values()]
            try:
                frames, instance = await self._post([self._keys, *probes], polling.MAX_WAIT_S)
            except HandshakeFailed as error:
                if error.code != "stopping":
                    return f"relay refused: {error.code}: {error}"
                reason = str(error)
            except (httpx.HTTPError, Malformed) as error:
                reason = f"{type(error).__name__}: {error}"
            else:
                failed = 0
                for one in frames:
                    self._take(one, instance)
                continue
            failed += 1
            if failed == TRIES:
                return reason
            await asyncio.sleep(PAUSE_S * failed)

    def _take(self, received: frame.Frame, instance: str) -> None:
        if isinstance(received, RequestFrame):
            self._requests.take(received, lambda message: self._put(instance, message))
        elif isinstance(received, Probed) and received.rid in self._probes:
            told = self._probes[received.rid][1]
            if not told.done():
                told.set_result(received.answered)

    async def _put(self, instance: str, message: bytes) -> None:
        self._outgoing.setdefault(instance, []).append(message)
        self._wake.set()

    async def _bring(self) -> str:
        """Bring answers to the relays that wait for them; what cannot be brought ends there in its deadline."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outgoing:
                instance, messages = next(iter(self._outgoing.items()))
                del self._outgoing[instance]
                for at in range(0, len(messages), polling.MAX_ANSWERS):
                    await self._hand_over(messages[at : at + polling.MAX_ANSWERS], instance)

    async def _hand_over(self, messages: list[bytes], instance: str) -> None:
        for pause in (0.0, PAUSE_S):
            await asyncio.sleep(pause)
            with contextlib.suppress(httpx.HTTPError, HandshakeFailed, Malformed):
                await self._post(messages, 0, instance)
                return

    async def _post(self, frames: list[bytes], wait_s: int, instance: str = "") -> tuple[list[frame.Frame], str]:
        headers = {**self._sign(self._url), polling.WAIT_HEADER: str(wait_s)}
        if instance:
            headers[polling.INSTANCE_HEADER] = instance
        answer = await self._http.post(
            self._url, content=polling.batch(frames), headers=headers, timeout=wait_s + ANSWER_S
        )
        if answer.is_success:
            received = [frame.decode(one) for one in polling.unbatch(answer.content)]
            return received, answer.headers.get(polling.INSTANCE_HEADER, "")
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> Exception:
    """Return the relay's refusal; what else stands in between and answers is no relay."""
    try:
        told = answer.json()
        return HandshakeFailed(str(told["error"])[:64], str(told["message"])[:256])
    except (ValueError, KeyError, TypeError):
        return httpx.HTTPStatusError(f"HTTP {answer.status_code}", request=answer.request, response=answer)
