"""From a sealed request to its sealed answer: open, judge time and replay, verify who asks, ask the view, seal."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from directory_server.fronts.uplink.executions import WINDOW_S, Executions, Frame
from directory_server.fronts.uplink.groups import RememberedGroups
from directory_server.fronts.uplink.jwks import Jwks
from directory_server.fronts.uplink.keys import SealingKeys
from directory_server.fronts.uplink.operations import Asker, Operations
from directory_server.fronts.uplink.probes import Probes
from directory_server.fronts.uplink.tenant import Tenant
from directory_server.fronts.uplink.workers import Busy
from directory_server.protocol import identity, sealing
from directory_server.protocol.identity import TokenRefused
from directory_server.protocol.jwks import KeysUnavailable
from directory_server.protocol.messages import PROBE, BadMessage
from directory_server.protocol.padding import TooLarge
from directory_server.protocol.sealing import CannotOpen, Opened
from relay_cloud.wire.envelope import Malformed, Request, SenderClass, Status, decode_request
from relay_cloud.wire.frame import RefusalCode, Refused, RequestFrame, ResponseFrame

log = logging.getLogger("directory_server.uplink")

MAX_OID = 128
NONCE_SIZE = 32

InThread = Callable[[Callable[[], dict[str, Any]], float], Awaitable[dict[str, Any]]]


class _Judged(Exception):  # noqa: N818 - a way out with an answer, not a fault
    def __init__(self, status: Status, body: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass(slots=True)
class Answerer:
    """Answers requests of one tenant.

    `clock` tells Unix seconds, `nonce` returns 32 random bytes, `in_thread` runs a blocking function, within so
    many seconds, or raises Busy.
    """

    tenant: Tenant
    keys: SealingKeys
    jwks: Jwks
    groups: RememberedGroups
    executions: Executions
    probes: Probes
    operations: Operations
    in_thread: InThread
    clock: Callable[[], float]
    nonce: Callable[[], bytes]

    async def answer(self, frame: RequestFrame) -> Frame:
        """Return the frame that answers the request, None if its time is over; never raises for what a sender can do.

        Cancelled, the execution goes on: another line may have brought the same request.
        """
        try:
            request = decode_request(frame.message)
        except Malformed:
            return Refused(frame.rid, RefusalCode.MALFORMED)
        running = self.executions.running(request) if frame.again else None
        if running is None:
            opened = self._open(request)
            if isinstance(opened, RefusalCode):
                return Refused(frame.rid, opened)
            if not _timely(opened, self.clock()):
                return self._seal(opened, *self._late())
            running = self.executions.start(request, self._execute(opened))
        return await asyncio.shield(running)

    def _late(self) -> tuple[Status, dict[str, Any]]:
        body = {"error": "clock", "message": "the sender's clock is wrong", "now": int(self.clock())}
        return Status.CLOCK, body

    async def _execute(self, opened: Opened) -> Frame:
        try:
            async with asyncio.timeout(opened.request.deadline_ms / 1000) as time:
                status, body = Status.OK, await self._perform(opened)
        except _Judged as judged:
            status, body = judged.status, dict(judged.body)
        except Busy:
            return Refused(opened.request.rid, RefusalCode.BUSY)
        except BadMessage as error:
            status, body = Status.BAD_REQUEST, {"error": "bad_request", "message": str(error)}
        except Exception as error:  # noqa: BLE001 - the asker gets a clear answer, the log the kind of fault
            if time.expired():
                return None  # the relay has told the asker
            # Only the kind: a message could quote what was searched.
            log.error("operation %s failed: %s", opened.inner.operation, type(error).__name__)  # noqa: TRY400
            status, body = Status.FAILED, {"error": "failed", "message": "the directory could not answer"}
        return self._seal(opened, status, body)

    def _open(self, request: Request) -> Opened | RefusalCode:
        if request.tid != self.tenant.tid:
            return RefusalCode.CANNOT_OPEN
        now = self.clock()
        key = self.keys.find(request.kid, now)
        if key is None:
            return RefusalCode.UNKNOWN_KEY
        try:
            opened = sealing.open_request(request, key, self.tenant.service)
        except CannotOpen:
            return RefusalCode.CANNOT_OPEN
        except BadMessage:
            return RefusalCode.MALFORMED
        return self._replay(opened, now) or opened

    def _replay(self, opened: Opened, now: float) -> RefusalCode | None:
        # Only what was sealed to us counts as seen, so that nobody else can burn a request id.
        if not _timely(opened, now):
            return None  # answered with the right time, never executed
        if self.executions.full(now):
            return RefusalCode.BUSY
        return None if self.executions.first(opened.request, now) else RefusalCode.REPLAYED

    async def _perform(self, opened: Opened) -> dict[str, Any]:
        now, inner = self.clock(), opened.inner
        if inner.operation == PROBE:
            if not self.probes.ours(opened.request.rid):
                raise BadMessage("op is unknown")
            return {}
        if opened.request.sender is SenderClass.SERVICE:
            asker = self._service(opened, now)
        else:
            asker = await self._tab(opened, now)
        left = opened.request.deadline_ms / 1000 - (self.clock() - now)
        return await self.in_thread(lambda: self.operations.run(inner.operation, inner.body, asker), left)

    def _service(self, opened: Opened, now: float) -> Asker:
        if not self.tenant.allow_service_end:
            raise _refused("service_end_off", "this tenant answers in the tab only")
        if not opened.signed:
            raise _refused("signature_invalid", "request is not signed by the registered Teams service")
        oid = opened.inner.user
        if not 0 < len(oid) <= MAX_OID:
            raise BadMessage("usr is missing")
        return Asker(oid, self.groups.recall(self.tenant.tid, oid, now))

    async def _tab(self, opened: Opened, now: float) -> Asker:
        token = opened.inner.token
        try:
            signing = await self.jwks.key(identity.key_id(token))
            caller = identity.verify(token, signing.key, self.tenant.policy, now)
        except TokenRefused as refused:
            raise _refused(refused.code, str(refused)) from refused
        except KeysUnavailable as error:
            log.warning("identity provider's keys cannot be read")
            body = {"error": "identity_unavailable", "message": "the directory cannot reach the identity provider"}
            raise _Judged(Status.FAILED, body) from error
        self.groups.remember(caller.tid, caller.oid, caller.groups, now)
        return Asker(caller.oid, caller.groups, caller.overage)

    def _seal(self, opened: Opened, status: Status, body: dict[str, Any]) -> ResponseFrame:
        request, key = opened.request, opened.inner.response_key
        while True:
            try:
                return ResponseFrame(
                    sealing.seal_response(request, key, status, body, self.nonce(), by=opened.by).encode()
                )
            except TooLarge:
                status, body = _smaller(status, body)


def _timely(opened: Opened, now: float) -> bool:
    return abs(now - opened.inner.issued_at) <= WINDOW_S


def _smaller(status: Status, body: dict[str, Any]) -> tuple[Status, dict[str, Any]]:
    """Return half the persons and say that there are more; without persons, an error."""
    persons = body.get("persons") or []
    if len(persons) > 1:
        return status, {**body, "persons": persons[: len(persons) // 2], "more": True}
    return Status.FAILED, {"error": "too_large", "message": "the answer exceeds 64 KiB"}


def _refused(code: str, message: str) -> _Judged:
    return _Judged(Status.REFUSED, {"error": code, "message": message})
