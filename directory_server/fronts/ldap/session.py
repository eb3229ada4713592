"""One LDAP session without I/O (RFC 4511 §4.2, §4.14, §5.1): bytes in, events and bytes out.

The owner calls `receive` with what arrived and then `next_event` until it returns None, sends `take_output()`, closes
once `closed` is set, and reports the end of each operation with `finished`. Requests that need no directory (writes,
unknown extensions, critical controls, abandon) are answered here.
"""

from directory_server.fronts.ldap import ber, control
from directory_server.fronts.ldap import message as m
from directory_server.fronts.ldap.event import Abandon, Bind, Event, Operation, StartTls
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import Code, Tag, extended, notice, result

STARTTLS = "1.3.6.1.4.1.1466.20037"
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
CANCEL = "1.3.6.1.1.8"
PLAIN = "PLAIN"
_PLAIN_PARTS = 3
_IN_USE = "message id in use"
_RESPONSES: dict[type, Tag] = {
    m.BindRequest: Tag.BIND,
    m.SearchRequest: Tag.SEARCH_DONE,
    m.CompareRequest: Tag.COMPARE,
    m.ExtendedRequest: Tag.EXTENDED,
}


class Session:
    """State of one connection: who is bound, what is outstanding, what is yet to be read and sent.

    `client` is the bound client's name or "". `known` tells that a client is known by the peer's address alone; the
    session is anonymous all the same (RFC 4513 §5.1.1). `secure` says whether TLS is on; `can_start_tls` whether it
    may be. `messages` counts the requests that arrived whole. `decoded` remembers searches, for sessions of
    the same limits.
    """

    def __init__(
        self, limits: Limits, *, secure: bool = False, can_start_tls: bool = False, decoded: m.Decoded | None = None
    ) -> None:
        self.limits = limits
        self._decoded = decoded
        self.secure = secure
        self.can_start_tls = can_start_tls
        self.client = ""
        self.known = False
        self.authorisation = ""
        self.closed = False
        self.outstanding: set[int] = set()
        self._input = bytearray()
        self._output: list[bytes] = []
        self._events: list[Event] = []  # a few at most
        self.messages = 0
        self._waiting = False  # for a verified bind or a finished TLS handshake

    @property
    def waiting(self) -> bool:
        """Whether nothing more is read before a bind is answered or TLS stands."""
        return self._waiting

    @property
    def at_rest(self) -> bool:
        """Whether nothing is half read, half done or unsent but for outstanding operations."""
        return not (self._input or self._events or self._output or self.closed or self._waiting)

    @property
    def incomplete(self) -> bool:
        """Whether a message has begun to arrive and its end is due."""
        return bool(self._input) and not self._waiting

    def receive(self, data: bytes) -> None:
        """Take bytes from the wire."""
        if not self.closed:
            self._input += data

    def take_output(self) -> bytes:
        """Return what is to be sent, once."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    def close(self, code: Code, text: str) -> None:
        """End the session with a Notice of Disconnection."""
        if not self.closed:
            self._output.append(notice(code, text))
            self.end()

    def end(self) -> None:
        """End the session without a word, as an unbind asks for."""
        self.closed = True
        self._input.clear()
        self._abandon_all()

    def _abandon_all(self) -> None:
        if self.outstanding:
            self._events.append(Abandon(tuple(self.outstanding)))
            self.outstanding.clear()

    def next_event(self) -> Event | None:
        """Return the next thing to do, None if more bytes, an answer to the bind, or TLS is needed first."""
        while True:
            if self._events:
                return self._events.pop(0)
            if self.closed or self._waiting:
                return None
            try:
                pdu = self._frame()
                if pdu is None:
                    return None
                self._handle(m.decode(pdu, self.limits, self._decoded))
            except m.RequestRefusedError as refused:
                if refused.message_id in self.outstanding:
                    self.close(Code.PROTOCOL_ERROR, f"malformed message: {_IN_USE}")
                else:
                    self._output.append(result(refused.message_id, refused.response, refused.code, refused.text))
            except ber.BerError as error:
                self.close(Code.PROTOCOL_ERROR, f"malformed message: {error}")

    def _frame(self) -> bytes | None:
        if not self._input:
            return None
        if self._input[0] != ber.SEQUENCE:
            raise ber.BerError("not an LDAP message")
        found = ber.header(self._input, 0, len(self._input))
        if found is None:
            return None
        most = self.limits.pdu_after_bind if self.client or self.known else self.limits.pdu_before_bind
        if found[2] > most:
            raise ber.BerError(f"message of more than {most} bytes")
        if found[2] > len(self._input):
            return None
        pdu = bytes(self._input[: found[2]])
        del self._input[: found[2]]
        self.messages += 1
        return pdu

    def _handle(self, message: m.Message) -> None:
        request = message.request
        if isinstance(request, m.UnbindRequest):
            self.end()
            return
        if isinstance(request, m.AbandonRequest):
            if request.message_id in self.outstanding:
                self.outstanding.discard(request.message_id)
                self._events.append(Abandon((request.message_id,)))
            return
        if message.id in self.outstanding:
            raise ber.BerError(_IN_USE)
        tag = request.response if isinstance(request, m.WriteRequest) else _RESPONSES[type(request)]
        if any(one.critical and not control.is_honoured(one.oid, request) for one in message.controls):
            text = "critical control not supported"
            self._output.append(result(message.id, tag, Code.UNAVAILABLE_CRITICAL_EXTENSION, text))
        elif isinstance(request, m.WriteRequest):
            text = "this directory is read-only"
            self._output.append(result(message.id, request.response, Code.UNWILLING_TO_PERFORM, text))
        elif isinstance(request, m.BindRequest):
            self._bind(message.id, request)
        elif isinstance(request, m.ExtendedRequest):
            self._extended(message.id, request)
        elif len(self.outstanding) >= self.limits.operations:
            text = "too many operations outstanding"
            self._output.append(result(message.id, tag, Code.BUSY, text))
        else:
            self._operation(message, request, tag)

    def _operation(self, message: m.Message, request: m.SearchRequest | m.CompareRequest, tag: Tag) -> None:
        asked = control.NONE
        if message.controls and isinstance(request, m.SearchRequest):
            try:
                asked = control.read(message.controls)
            except control.ControlError as error:
                self._output.append(result(message.id, tag, Code.PROTOCOL_ERROR, str(error)))
                return
        self.outstanding.add(message.id)
        self._events.append(Operation(message.id, request, message.body, asked))

    def _bind(self, message_id: int, request: m.BindRequest) -> None:
        # RFC 4511 §4.2.1: a bind ends outstanding operations, and until it succeeds the session is anonymous.
        self._abandon_all()
        self.client = self.authorisation = ""
        if request.mechanism == PLAIN:
            self._plain(message_id, request.password)
        elif request.mechanism:
            text = "only simple authentication and, under TLS, SASL PLAIN are supported"
            self.refuse_bind(message_id, Code.AUTH_METHOD_NOT_SUPPORTED, text)
        elif request.version not in (2, 3):
            self.refuse_bind(message_id, Code.PROTOCOL_ERROR, "only LDAP versions 2 and 3 are supported")
        elif request.name and not request.password:
            # RFC 4513 §5.1.2: must not pass for a bind as that name.
            self.refuse_bind(message_id, Code.UNWILLING_TO_PERFORM, "a name without a password never binds")
        elif request.password:
            self._waiting = True
            self._events.append(Bind(message_id, request.name, request.password))
        else:
            self._output.append(result(message_id, Tag.BIND))

    def _plain(self, message_id: int, credentials: bytes) -> None:
        """Take a SASL PLAIN bind (RFC 4616): whom to act as, who binds, the password, with zero bytes between."""
        parts = credentials.split(b"\0")
        if not self.secure:
            self.refuse_bind(message_id, Code.CONFIDENTIALITY_REQUIRED, "SASL PLAIN needs TLS")
        elif len(parts) != _PLAIN_PARTS or not parts[1] or not parts[2]:
            self.refuse_bind(message_id, Code.INVALID_CREDENTIALS, "malformed SASL PLAIN credentials")
        elif parts[0] not in (b"", parts[1], b"u:" + parts[1]):
            self.refuse_bind(message_id, Code.INVALID_CREDENTIALS, "a client acts as itself only")
        else:
            self._waiting = True
            self._events.append(Bind(message_id, parts[1].decode("utf-8", "surrogateescape"), parts[2]))

    def bound(self, message_id: int, client: str, authorisation: str) -> None:
        """Answer the pending bind with success."""
        self._waiting = False
        self.bind_as(client, authorisation)
        self._output.append(result(message_id, Tag.BIND))

    def bind_as(self, client: str, authorisation: str) -> None:
        """Take note of a successful bind; `authorisation` is what WhoAmI says (RFC 4513 §5.2.1.8)."""
        self.client, self.authorisation = client, authorisation

    def refuse_bind(self, message_id: int, code: Code, text: str) -> None:
        """Answer a bind with a refusal; the session stays anonymous."""
        self._waiting = False
        self._output.append(result(message_id, Tag.BIND, code, text))

    def _extended(self, message_id: int, request: m.ExtendedRequest) -> None:
        oid = request.oid
        if oid == WHO_AM_I:
            self._output.append(extended(message_id, Code.SUCCESS, value=self.authorisation.encode()))
        elif oid == CANCEL:
            self._cancel(message_id, request.value)
        elif oid != STARTTLS or not (self.can_start_tls or self.secure):
            self._output.append(extended(message_id, Code.PROTOCOL_ERROR, "extended operation not supported"))
        elif self.secure or self.outstanding:
            text = "TLS is already established" if self.secure else "operations are outstanding"
            self._output.append(extended(message_id, Code.OPERATIONS_ERROR, text, STARTTLS))
        else:
            self._output.append(extended(message_id, Code.SUCCESS, name=STARTTLS))
            self._waiting = True
            self._events.append(StartTls())

    def _cancel(self, message_id: int, value: bytes) -> None:
        """Stop a search and say so twice (RFC 3909): to it, and to who asked for it."""
        try:
            wanted = m.to_cancel(value)
        except ber.BerError:
            self._output.append(extended(message_id, Code.PROTOCOL_ERROR, "malformed cancel request"))
            return
        if wanted not in self.outstanding:
            self._output.append(extended(message_id, Code.NO_SUCH_OPERATION))
            return
        self.outstanding.discard(wanted)
        self._events.append(Abandon((wanted,)))
        # A compare is answered before the next request is read, so that only searches are ever outstanding here.
        self._output.append(result(wanted, Tag.SEARCH_DONE, Code.CANCELED))
        self._output.append(extended(message_id, Code.SUCCESS))

    def tls_started(self) -> None:
        """Go on under TLS; a bind made before stays (RFC 4513 §3.1.4)."""
        # What was pipelined in clear behind the request was not protected by the TLS it would be read under.
        self._input.clear()
        self._waiting = False
        self.secure = True

    def finished(self, message_id: int, answer: bytes) -> None:
        """Send the whole answer of an operation, unless it was abandoned meanwhile."""
        if message_id in self.outstanding:
            self.outstanding.discard(message_id)
            self._output.append(answer)
