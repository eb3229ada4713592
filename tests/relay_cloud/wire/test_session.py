"""Both ends of a line, connected in memory."""

from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import credential, es256, frame
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import Ack, Drain, Keys, Kind, RefusalCode, Refused, RequestFrame, ResponseFrame, Talk
from relay_cloud.wire.handshake import HandshakeFailed, Terms
from relay_cloud.wire.session import DirectorySession, RelaySession, State

TID = UUID(int=7)
NOW = 1_780_000_000
IDENTITY, REGISTRAR, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12, 13))


def relay_end(**changed: Any) -> RelaySession:
    settings: dict[str, Any] = {
        "registrar": REGISTRAR.public_key(),
        "instance": "i1",
        "host": "relay.test",
        "nonce": bytes(32),
        "terms": Terms(1, 2, 3),
    }
    return RelaySession(**{**settings, **changed})


def directory_end(**changed: Any) -> DirectorySession:
    thumbprint = es256.thumbprint(IDENTITY.public_key())
    text = credential.issue(REGISTRAR, tid=TID, thumbprint=thumbprint, epoch=5, now=NOW)
    settings: dict[str, Any] = {"credential": text, "identity": IDENTITY, "host": "relay.test", "nonce": b"n" * 32}
    return DirectorySession(**{**settings, **changed})


def shake(relay: RelaySession, directory: DirectorySession) -> None:
    """Carry messages both ways until nobody has anything to say."""
    while True:
        up = directory.to_send()
        for message in up:
            relay.receive(message, NOW)
        down = relay.to_send()
        for message in down:
            directory.receive(message)
        if not up and not down:
            return


def test_a_line_opens() -> None:
    relay, directory = relay_end(), directory_end()
    shake(relay, directory)
    assert (relay.state, directory.state) == (State.OPEN, State.OPEN)
    assert relay.credential is not None
    assert (relay.credential.tid, relay.credential.epoch) == (TID, 5)
    assert (directory.terms, directory.instance, directory.relay_time) == (Terms(1, 2, 3), "i1", NOW)
    for sent in (ResponseFrame(bytes(60)), Refused(bytes(16), RefusalCode.BUSY), Keys({}), Ack(bytes(16))):
        assert relay.receive(sent.encode(), NOW) == sent
    for to_directory in (RequestFrame(bytes(60)), Drain(9)):
        assert directory.receive(to_directory.encode()) == to_directory


@pytest.mark.parametrize(
    ("relay", "directory", "code"),
    [
        ({}, {"host": "other.test"}, "host_mismatch"),
        ({"registrar": OTHER.public_key()}, {}, "credential_invalid"),
        ({}, {"identity": OTHER}, "key_foreign"),
        ({}, {"credential": "x"}, "credential_invalid"),
    ],
)
def test_the_directory_learns_why_it_is_denied(relay: dict[str, Any], directory: dict[str, Any], code: str) -> None:
    here, there = relay_end(**relay), directory_end(**directory)
    with pytest.raises(HandshakeFailed) as refused:
        shake(here, there)
    assert (refused.value.code, here.state) == (code, State.CLOSED)
    denied = here.to_send()[-1]
    with pytest.raises(HandshakeFailed) as told:
        there.receive(denied)
    assert (told.value.code, there.state) == (code, State.CLOSED)


def test_admission_is_asked_with_the_proven_credential() -> None:
    def superseded(proven: Credential) -> None:
        raise HandshakeFailed("superseded", f"epoch {proven.epoch}")

    relay, directory = relay_end(admit=superseded), directory_end()
    with pytest.raises(HandshakeFailed, match="epoch 5"):
        shake(relay, directory)
    assert relay.credential is None


@pytest.mark.parametrize(
    "data", [b"", b"x", RequestFrame(bytes(60)).encode(), Ack(bytes(16)).encode(), Keys({}).encode()]
)
def test_out_of_turn_closes_the_relays_end(data: bytes) -> None:
    relay = relay_end()
    with pytest.raises(Malformed):
        relay.receive(data, NOW)
    assert relay.state is State.CLOSED
    assert frame.decode(relay.to_send()[0]).content["error"] == "malformed"  # type: ignore[union-attr]  # it is a Talk
    with pytest.raises(Malformed):
        relay.receive(directory_end().to_send()[0], NOW)


def test_open_lines_take_only_what_the_other_side_sends() -> None:
    for wrong in (RequestFrame(bytes(60)), Drain(1), Talk(Kind.HELLO, {})):
        relay, directory = relay_end(), directory_end()
        shake(relay, directory)
        with pytest.raises(Malformed):
            relay.receive(wrong.encode(), NOW)
        assert relay.to_send() == [], "an open line is closed, not denied"
    for wrong_down in (ResponseFrame(bytes(60)), Ack(bytes(16)), Talk(Kind.OK, {})):
        relay, directory = relay_end(), directory_end()
        shake(relay, directory)
        with pytest.raises(Malformed):
            directory.receive(wrong_down.encode())


def test_the_directory_takes_no_welcome_before_its_proof() -> None:
    directory = directory_end()
    with pytest.raises(Malformed):
        directory.receive(Talk(Kind.OK, {"ping": 1, "max_inflight": 1, "max_lifetime": 1}).encode())
    with pytest.raises(Malformed):
        directory_end().receive(Ack(bytes(16)).encode())


def test_a_closed_session_takes_nothing() -> None:
    relay = relay_end()
    relay.close()
    with pytest.raises(Malformed):
        relay.receive(directory_end().to_send()[0], NOW)
    relay.deny(HandshakeFailed("timeout", "too slow"))
    assert relay.to_send() == []
