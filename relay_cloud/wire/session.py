"""The state machine of a line on both ends, without I/O: bytes in, events out, bytes to send.

A relay's session goes HELLO → PROOF → OPEN → CLOSED, a directory's CHALLENGE → WELCOME → OPEN → CLOSED (each state is
named by what it waits for). Once OPEN, every received frame is one event. Whatever does not fit raises
HandshakeFailed or Malformed and leaves the session CLOSED; `to_send` then holds the DENIED to send before closing.
"""

from collections.abc import Callable
from enum import Enum, auto

from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import frame, handshake
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import (
    Ack,
    Drain,
    Frame,
    Keys,
    Kind,
    Probe,
    Probed,
    Refused,
    RequestFrame,
    ResponseFrame,
    Talk,
)
from relay_cloud.wire.handshake import HandshakeFailed, Terms

FromDirectory = ResponseFrame | Refused | Keys | Ack | Probe
FromRelay = RequestFrame | Drain | Probed


class State(Enum):
    """What a session waits for."""

    HELLO = auto()
    PROOF = auto()
    CHALLENGE = auto()
    WELCOME = auto()
    OPEN = auto()
    CLOSED = auto()


class _Session:
    def __init__(self, state: State) -> None:
        self.state = state
        self._outgoing: list[bytes] = []

    def to_send(self) -> list[bytes]:
        """Return and forget the messages that now have to be sent, in order."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def close(self) -> None:
        """Note that the connection is gone: nothing more will be accepted."""
        self.state = State.CLOSED

    def _read(self, data: bytes) -> Frame:
        if self.state is State.CLOSED:
            raise Malformed("line is closed")
        return frame.decode(data)

    def _send(self, talk: Talk) -> None:
        self._outgoing.append(talk.encode())


class RelaySession(_Session):
    """The relay's end of one line.

    `nonce` is 32 fresh random bytes; `admit` is asked with the proven credential before the line opens and raises
    HandshakeFailed to refuse it. `credential` is set once the state is OPEN.
    """

    def __init__(
        self,
        *,
        registrar: ec.EllipticCurvePublicKey,
        instance: str,
        host: str,
        nonce: bytes,
        terms: Terms,
        admit: Callable[[Credential], None] = lambda _: None,
    ) -> None:
        super().__init__(State.HELLO)
        self._registrar = registrar
        self._host = host
        self._instance = instance
        self._nonce = nonce
        self._terms = terms
        self._admit = admit
        self._hello: handshake.Hello | None = None
        self._asked: handshake.Challenge | None = None
        self.credential: Credential | None = None

    def receive(self, data: bytes, now: float) -> FromDirectory | None:
        """Take one message; returns the frame it carries once the line is open, None during the handshake."""
        try:
            return self._take(self._read(data), now)
        except Malformed as error:
            self._deny(HandshakeFailed("malformed", str(error)))
            raise
        except HandshakeFailed as error:
            self._deny(error)
            raise

    def deny(self, failure: HandshakeFailed) -> None:
        """End the handshake from outside, as when its time is over."""
        self._deny(failure)

    def _take(self, received: Frame, now: float) -> FromDirectory | None:
        if self.state is not State.OPEN:
            self._shake(received, now)
            return None
        if isinstance(received, FromDirectory):
            return received
        raise Malformed("a directory does not send this frame")

    def _shake(self, received: Frame, now: float) -> None:
        kind = received.kind if isinstance(received, Talk) else None
        content = received.content if isinstance(received, Talk) else {}
        if self.state is State.HELLO and kind is Kind.HELLO:
            self._hello = handshake.read_hello(content, self._registrar, now)
            self._asked = handshake.Challenge(self._nonce, self._instance, int(now))
            self._send(handshake.challenge(self._instance, self._nonce, now))
            self.state = State.PROOF
        elif self.state is State.PROOF and kind is Kind.PROOF and self._hello and self._asked:
            handshake.check_proof(content, self._hello, self._asked, self._host)
            self._admit(self._hello.credential)
            self.credential = self._hello.credential
            self._send(handshake.welcome(self._terms))
            self.state = State.OPEN
            self._hello = self._asked = None  # a public key takes kilobytes, and an open line has no more use for it
        else:
            raise Malformed("frame out of turn")

    def _deny(self, failure: HandshakeFailed) -> None:
        if self.state in (State.HELLO, State.PROOF):
            self._send(handshake.deny(failure))
        self.state = State.CLOSED


class DirectorySession(_Session):
    """The directory's end of one line; `host` is the relay's name as dialled, `nonce` 32 fresh random bytes.

    `to_send` holds the HELLO from the start; `terms`, `instance` and the relay's clock `relay_time` are set once OPEN.
    """

    def __init__(self, *, credential: str, identity: ec.EllipticCurvePrivateKey, host: str, nonce: bytes) -> None:
        super().__init__(State.CHALLENGE)
        self._credential = credential
        self._identity = identity
        self._host = host
        self._nonce = nonce
        self.terms = Terms()
        self.instance = ""
        self.relay_time = 0
        self._send(handshake.greet(credential, identity.public_key(), nonce))

    def receive(self, data: bytes) -> FromRelay | None:
        """Take one message; returns the frame it carries once the line is open, None during the handshake."""
        try:
            return self._take(self._read(data))
        except (Malformed, HandshakeFailed):
            self.state = State.CLOSED
            raise

    def _take(self, received: Frame) -> FromRelay | None:
        if self.state is not State.OPEN:
            self._shake(received)
            return None
        if isinstance(received, FromRelay):
            return received
        raise Malformed("a relay does not send this frame")

    def _shake(self, received: Frame) -> None:
        if not isinstance(received, Talk):
            raise Malformed("frame out of turn")
        if received.kind is Kind.DENIED:
            code, message = received.content.get("error"), received.content.get("message")
            raise HandshakeFailed(str(code)[:64], str(message)[:256])
        if self.state is State.CHALLENGE and received.kind is Kind.CHALLENGE:
            asked = handshake.read_challenge(received.content)
            self.instance, self.relay_time = asked.instance, asked.time
            self._send(
                handshake.prove(
                    asked, nonce=self._nonce, host=self._host, credential=self._credential, identity=self._identity
                )
            )
            self.state = State.WELCOME
        elif self.state is State.WELCOME and received.kind is Kind.OK:
            self.terms = handshake.read_welcome(received.content)
            self.state = State.OPEN
        else:
            raise Malformed("frame out of turn")
