"""One connection on asyncio: moves bytes between the wire and its session, and runs what the session asks for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from directory_server.fronts.ldap import binding, lane, shortcut
from directory_server.fronts.ldap.event import Abandon, Bind, Operation, StartTls
from directory_server.fronts.ldap.message import SearchRequest
from directory_server.fronts.ldap.parting import part
from directory_server.fronts.ldap.response import Code, Tag, messages, result
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.fronts.ldap.secured import start_tls
from directory_server.fronts.ldap.session import Session
from directory_server.fronts.ldap.shared import Shared
from directory_server.store.rows import Client

_STOPPING = Code.UNAVAILABLE, "the directory is stopping"


class Connection(asyncio.Protocol):
    """The protocol of one accepted connection; `secure` for LDAPS."""

    def __init__(self, shared: Shared, *, secure: bool) -> None:
        self._shared = shared
        can_start_tls = shared.tls is not None and not secure
        self._session = Session(shared.limits, secure=secure, can_start_tls=can_start_tls, decoded=shared.decoded)
        self._transport: asyncio.Transport | None = None
        self._address = ""
        self._running: dict[int, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._paused = False
        self._half_closed = False
        self._asking = False  # which client the address is known by
        self._leaving = False
        self._parting: asyncio.TimerHandle | None = None
        self._since = shared.clock()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport and count the connection."""
        # A stream transport by contract; uvloop's is none of asyncio's classes.
        self._transport = stream = cast("asyncio.Transport", transport)
        if self._address:
            return
        peer = stream.get_extra_info("peername")
        self._address = str(peer[0]) if peer else "?"
        self._shared.connections[self] = self._session
        if not self._shared.doorkeeper.admit(self._address):
            self._session.close(Code.BUSY, "too many connections")
            self._flush()
        elif (known := self._shared.recognition.held(self._address)) is None:
            self._recognise()
        else:
            self._session.known = bool(known)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - a broken wire is no news here
        """Stop everything that still works for this connection."""
        self._shared.left(self, self._address)
        for running in self._running.values():
            running.abandoned = True
        for task in self._tasks:
            task.cancel()
        if self._parting:
            self._parting.cancel()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Feed the session."""
        session, before = self._session, self._session.messages
        if session.at_rest and not (self._paused or self._leaving or self._asking) and self._transport is not None:
            answer = shortcut.answer(data, session, self._shared, self._address)
            if answer is not None:
                self._since = self._shared.clock()
                if answer:
                    self._transport.write(answer)
                else:
                    self._proceed()
                return
        begins = not session.incomplete
        session.receive(data)
        if self._asking and self._transport:
            self._transport.pause_reading()
        self._proceed()
        # A message's time runs from its first byte, so that sending it drop by drop gains nothing.
        if begins or session.messages != before:
            self._since = self._shared.clock()

    def eof_received(self) -> bool:
        """Answer what is outstanding, then close: the client has stopped sending."""
        self._half_closed = True
        # asyncio cannot keep TLS half open
        return bool(self._session.outstanding or self._tasks) and not self._session.secure

    def pause_writing(self) -> None:
        """Take no more requests from a client that does not read its answers."""
        self._paused = True
        if self._transport:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._paused = False
        if self._transport and not self._session.waiting:
            self._transport.resume_reading()
        self._proceed()

    # what the front asks

    def close(self, code: Code, text: str) -> None:
        """Say goodbye with a Notice of Disconnection."""
        self._session.close(code, text)
        self._proceed()

    @property
    def quiet_since(self) -> float:
        """When the last request came, or the connection."""
        return self._since

    def leave(self, quiet: float) -> None:
        """Say goodbye along with the next answer, so that no request is lost; now if none came for `quiet` seconds."""
        self._leaving = True
        if not self._busy and self._shared.clock() - self._since >= quiet:
            self.close(*_STOPPING)

    def abort(self) -> None:
        """Cut the connection at once."""
        if self._transport:
            self._transport.abort()

    def sweep(self, now: float) -> None:
        """Close if a message was begun and not finished, or nobody bound, for too long."""
        session, limits, silent = self._session, self._shared.limits, now - self._since
        if session.incomplete and not (self._paused or self._asking) and silent > limits.message_seconds:
            self.close(Code.UNAVAILABLE, "message not completed in time")
        elif not (session.client or session.known or self._tasks) and silent > limits.unbound_idle_seconds:
            self.close(Code.UNAVAILABLE, "idle without a bind")

    # the work

    @property
    def _busy(self) -> bool:
        session = self._session
        return bool(session.outstanding or self._tasks or session.waiting or session.incomplete)

    def _proceed(self) -> None:
        while not self._paused and not self._asking and (event := self._session.next_event()) is not None:
            if isinstance(event, Operation):
                self._operate(event)
            elif isinstance(event, Abandon):
                for message_id in event.ids:
                    if message_id in self._running:
                        self._running[message_id].abandoned = True
            elif isinstance(event, Bind):
                self._bind(event)
            else:
                self._start_tls(event)
                return
        self._flush()

    def _flush(self) -> None:
        if self._transport is None:
            return
        if output := self._session.take_output():
            if self._leaving and not self._busy:
                self._session.close(*_STOPPING)
                output += self._session.take_output()
            self._transport.write(output)
        if self._leaving and self._session.closed:
            self._parting = self._parting or part(self._transport)
        elif self._session.closed or (self._half_closed and not self._session.outstanding and not self._tasks):
            self._transport.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._shared.failed(error)
            self.close(Code.OTHER, "internal error")
        self._flush()

    def _operate(self, operation: Operation, known: str | None = None) -> None:
        session = self._session
        client = session.client or (self._shared.recognition.held(self._address) if known is None else known)
        if client is None:
            self._recognise(operation)
            return
        tree = self._shared.tree(session, client, self._address)
        if tree is None and not session.client:
            tree = self._shared.tree(session, "", self._address)
        if tree is None:
            self.close(Code.UNAVAILABLE, "this client no longer exists, or may not ask from here")
            return
        request = operation.request
        try:
            if isinstance(request, SearchRequest):
                self._search(operation, request, tree)
            else:
                session.finished(operation.id, tree.compare(operation.id, request))
        except Exception as error:  # noqa: BLE001 - one request must not end the others on this connection
            self._fail(operation, error)

    def _recognise(self, operation: Operation | None = None) -> None:
        self._asking = True
        self._spawn(self._ask_who(operation))

    async def _ask_who(self, operation: Operation | None) -> None:
        """Ask which client the address is known by; nothing goes on before that, then `operation` first."""
        ask = self._shared.recognition.ask
        known = await asyncio.get_running_loop().run_in_executor(self._shared.bind_threads, ask, self._address)
        self._asking = False
        self._session.known = bool(known)
        if operation:
            self._operate(operation, known)
        if self._transport and not self._paused and not self._session.waiting:
            self._transport.resume_reading()
        self._proceed()

    def _search(self, operation: Operation, request: SearchRequest, tree: Tree) -> None:
        shared, message_id = self._shared, operation.id
        seconds = shared.limits.search_seconds
        running = Running(shared.clock() + min(request.time_limit or seconds, seconds))
        operations = lane.whole_way(operation, request, tree, running, shared.clock)
        if operations is not None:
            self._session.finished(message_id, messages(message_id, operations))
            return
        self._running[message_id] = running
        self._spawn(self._scan(operation, request, tree, running))

    def _fail(self, operation: Operation, error: Exception) -> None:
        self._shared.failed(error)
        tag = Tag.SEARCH_DONE if isinstance(operation.request, SearchRequest) else Tag.COMPARE
        self._session.finished(operation.id, result(operation.id, tag, Code.OTHER, "internal error"))

    async def _scan(self, operation: Operation, request: SearchRequest, tree: Tree, running: Running) -> None:
        shared, message_id = self._shared, operation.id

        def work() -> bytes:
            # Built again in the thread that runs it, because a view's cursors belong to their thread.
            if running.abandoned:
                return b""
            return tree.search(request, operation.controls, waiting=True).run(message_id, running, shared.clock)

        try:
            answer = await asyncio.get_running_loop().run_in_executor(shared.scan_threads, work)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(operation, error)
        else:
            if not running.abandoned:
                self._session.finished(message_id, answer)
        finally:
            if self._running.get(message_id) is running:
                del self._running[message_id]

    def _bind(self, bind: Bind) -> None:
        client = binding.again(self._shared, bind.name, bind.password, self._address)
        if client is not None:
            self._session.bound(bind.id, client.name, self._shared.credentials.authorisation(client))
            return
        if self._transport:
            self._transport.pause_reading()
        self._spawn(self._bind_later(bind))

    async def _bind_later(self, bind: Bind) -> None:
        found = await binding.verified(self._shared, bind, self._address)
        if isinstance(found, Client):
            self._session.bound(bind.id, found.name, self._shared.credentials.authorisation(found))
        else:
            self._session.refuse_bind(bind.id, *found)
        if self._transport and not self._paused:
            self._transport.resume_reading()
        self._proceed()

    def _start_tls(self, _event: StartTls) -> None:
        if self._transport is not None:
            self._transport.pause_reading()
            self._flush()
            self._spawn(self._handshake(self._transport))

    async def _handshake(self, transport: asyncio.Transport) -> None:
        if self._shared.tls is None:
            return
        made = await start_tls(transport, self, self._shared.tls, self._shared.limits.tls_handshake_seconds)
        if made is None:  # asyncio tells a protocol of a loss only once TLS stands
            self.connection_lost(None)
            return
        self._transport, secured = made
        self._session.tls_started()
        secured.release()
        self._proceed()
