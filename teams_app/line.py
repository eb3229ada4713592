"""Questions to a tenant's directory through the relay: an end of its own, class service, for bot and extension.

It trusts a directory key only by the chain of `directory_server.protocol.keys`, seals and signs, and opens the answer.
"""

import asyncio
import json
import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol import messages, sealing
from directory_server.protocol.kem import kem_of
from directory_server.protocol.keys import KeyConfiguration, Untrusted, Verdict, compare, trust
from relay_cloud.wire.envelope import MAX_MESSAGE, Malformed, Request, SenderClass, Status, decode_response
from teams_app import tickets
from teams_app.outcomes import (
    BY_RELAY_ERROR,
    BY_STATUS,
    ClockWrong,
    NotTrusted,
    Refused,
    RelayUnreachable,
    ServiceOff,
    TooSlow,
    Unanswered,
)

logger = logging.getLogger(__name__)

DEADLINE = 1.6
"""Seconds for one question, everything included; Teams' rule is an answer within 2 s."""
CONFIGURATION_FRESH = 3600.0
"""Seconds for which a key configuration is used without asking again."""
MAX_TENANTS = 10_000
"""Key configurations kept; beyond it the one unused longest goes."""
MAX_DOCUMENT = 64 * 1024
REASON = re.compile(r"[a-z_]{1,40}")


class _UnknownKey(Exception):  # noqa: N818 - control flow inside this file
    """The directory has changed its keys since we fetched them."""


@dataclass(frozen=True, slots=True)
class Signers:
    """Keys of this end: the registrar's to trust, the ticket's and the service's to sign with."""

    registrar: ec.EllipticCurvePublicKey
    ticket: ec.EllipticCurvePrivateKey
    service: ec.EllipticCurvePrivateKey


class Line:
    """Asks directories; `pins` maps tenants to the only fingerprint accepted. `clock` gives Unix seconds."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        relay: str,
        signers: Signers,
        clock: Callable[[], float],
        *,
        pins: Mapping[UUID, str] | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._client = client
        self._relay = relay
        self._signers = signers
        self._clock = clock
        self._pins = dict(pins or {})
        self._deadline = deadline
        self._configurations: OrderedDict[UUID, tuple[KeyConfiguration, float]] = OrderedDict()

    async def ask(self, tid: UUID, user: str, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the directory's answer for this user's object id, or raise an `Unanswered` within the deadline."""
        try:
            async with asyncio.timeout(self._deadline) as limit:
                try:
                    return await self._exchange(tid, user, operation, body, limit)
                except _UnknownKey:
                    self._forget(tid)
                    return await self._exchange(tid, user, operation, body, limit)
        except TimeoutError as error:
            raise TooSlow from error
        except _UnknownKey as error:
            raise NotTrusted("unknown_key") from error
        except httpx.TimeoutException as error:
            raise TooSlow from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RelayUnreachable(type(error).__name__.lower()) from error

    async def _exchange(
        self, tid: UUID, user: str, operation: str, body: Mapping[str, Any], limit: asyncio.Timeout
    ) -> dict[str, Any]:
        configuration = await self._configuration(tid)
        if not configuration.allow_service_end:
            raise ServiceOff
        sealing_key = configuration.best
        left = (limit.when() or 0.0) - asyncio.get_running_loop().time()
        inner = messages.Inner(
            issued_at=int(self._clock()),
            operation=operation,
            body=body,
            response_key=secrets.token_bytes(messages.RESPONSE_KEY_SIZE),
            user=user,
        )
        outer = Request(
            tid=tid,
            rid=secrets.token_bytes(16),
            kid=sealing_key.kid,
            deadline_ms=max(1, int(left * 1000)),
            sender=SenderClass.SERVICE,
            sealed=b"",
        )
        request = sealing.seal_request(outer, inner, sealing_key.key, self._signers.service)
        content = await self._send(request)
        try:
            response = decode_response(content)
            answer = sealing.open_response(request, inner.response_key, response, by=kem_of(sealing_key.key))
        except (Malformed, sealing.CannotOpen) as error:
            raise RelayUnreachable("unreadable_answer") from error
        if response.status is Status.CLOCK:
            raise ClockWrong
        if response.status is not Status.OK:
            raise _judged(response.status, _reason(answer))
        return answer

    async def _send(self, request: Request) -> bytes:
        ticket = tickets.issue(self._signers.ticket, request.tid, SenderClass.SERVICE, self._clock())
        headers = {"authorization": f"Bearer {ticket.text}", "content-type": "application/octet-stream"}
        address = f"{self._relay}/v1/t/{request.tid}"
        async with self._client.stream("POST", address, content=request.encode(), headers=headers) as response:
            content = await _read(response, MAX_MESSAGE)
            if response.status_code != httpx.codes.OK:
                raise _outcome(response.status_code, content)
            return content

    async def _configuration(self, tid: UUID) -> KeyConfiguration:
        now = self._clock()
        known = self._configurations.get(tid)
        if known and now < known[1]:
            self._configurations.move_to_end(tid)
            return known[0]
        async with self._client.stream("GET", f"{self._relay}/v1/t/{tid}/keys") as response:
            content = await _read(response, MAX_DOCUMENT)
            if response.status_code != httpx.codes.OK:
                raise _outcome(response.status_code, content)
        configuration = self._trusted(tid, content, now)
        verdict = compare(known[0], configuration) if known else Verdict.SAME
        if verdict is Verdict.OUTDATED:
            raise NotTrusted("sequence_went_back")
        if verdict is Verdict.CHANGED:
            raise NotTrusted("identity_changed")
        if verdict is Verdict.RENEWED:
            logger.warning("a directory was registered anew and has another identity key")
        self._configurations[tid] = configuration, min(configuration.expires, now + CONFIGURATION_FRESH)
        if len(self._configurations) > MAX_TENANTS:
            self._configurations.popitem(last=False)
        return configuration

    def _trusted(self, tid: UUID, content: bytes, now: float) -> KeyConfiguration:
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise RelayUnreachable("unreadable_keys") from error
        if not isinstance(document, dict):
            raise RelayUnreachable("unreadable_keys")
        try:
            configuration = trust(document, tid=tid, registrar=self._signers.registrar, now=now)
        except Untrusted as error:
            raise NotTrusted from error
        if self._pins.get(tid, configuration.fingerprint) != configuration.fingerprint:
            raise NotTrusted("fingerprint")
        return configuration

    def _forget(self, tid: UUID) -> None:
        """Ask for the keys again next time, but still refuse a sequence that goes back."""
        if tid in self._configurations:
            self._configurations[tid] = self._configurations[tid][0], 0.0


async def _read(response: httpx.Response, limit: int) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > limit:
            raise RelayUnreachable("answer_too_large")
    return content


def _outcome(status: int, content: bytes) -> Exception:
    try:
        name = _reason(json.loads(content))
    except (ValueError, RecursionError):
        name = ""
    if name == "unknown_key":
        return _UnknownKey()
    kind: type[Unanswered] | None = BY_RELAY_ERROR.get(name) or BY_STATUS.get(status)
    return kind() if kind else Refused(name or str(status))


def _judged(status: Status, reason: str) -> Unanswered:
    if reason == "service_end_off":
        return ServiceOff()
    return Refused(reason) if status is Status.REFUSED else Unanswered(reason)


def _reason(body: object) -> str:
    """Return the error's name if it is one: what goes into logs is never text of the other side's choice."""
    name = body.get("error") if isinstance(body, dict) else None
    return name if isinstance(name, str) and REASON.fullmatch(name) else ""
