"""Whatever arrives: the readers of the wire answer with a value or with their own error, never anything else."""

import contextlib
import json
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.protocol import kem, keys, messages, padding, sealing
from relay_cloud.wire import envelope, frame
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.handshake import HandshakeFailed, Terms
from relay_cloud.wire.session import DirectorySession, RelaySession

KEY = ec.derive_private_key(41, ec.SECP256R1())
XWING_KEY = kem.xwing_private_key(bytes(32))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
handshakes = st.builds(
    lambda kind, content: frame.Talk(kind, content).encode(),
    st.sampled_from([frame.Kind.HELLO, frame.Kind.CHALLENGE, frame.Kind.PROOF, frame.Kind.OK, frame.Kind.DENIED]),
    st.dictionaries(
        st.sampled_from(["v", "credential", "ik", "nonce", "instance", "time", "host", "sig", "ping", "error"]),
        json_values,
    )
    | st.fixed_dictionaries({"v": st.just(1), "credential": st.text(), "ik": json_values, "nonce": st.text()}),
)
anything = st.binary(max_size=300) | st.builds(
    lambda kind, rest: bytes((kind,)) + rest, st.integers(0, 32), st.binary()
)


@settings(max_examples=400)
@given(anything)
def test_frames_and_envelopes(data: bytes) -> None:
    for read in (frame.decode, envelope.decode_request, envelope.decode_response):
        with contextlib.suppress(Malformed):
            read(data)


@settings(max_examples=300)
@given(st.lists(anything | handshakes, max_size=4))
def test_sessions(received: list[bytes]) -> None:
    relay = RelaySession(
        registrar=KEY.public_key(), instance="i", host="h", nonce=bytes(32), terms=Terms(), admit=lambda _: None
    )
    directory = DirectorySession(credential="c", identity=KEY, host="h", nonce=bytes(32))
    for data in received:
        with contextlib.suppress(Malformed, HandshakeFailed):
            relay.receive(data, 0)
        with contextlib.suppress(Malformed, HandshakeFailed):
            directory.receive(data)
    assert relay.credential is None


@settings(max_examples=300)
@given(st.binary(max_size=1300), st.sampled_from(envelope.SenderClass), st.sampled_from((kem.P256, kem.XWING)))
def test_sealed_parts(sealed: bytes, sender: envelope.SenderClass, by: kem.Kem) -> None:
    request = envelope.Request(UUID(int=1), bytes(16), bytes(8), 1, sender, sealed)
    with contextlib.suppress(sealing.CannotOpen):
        sealing.open_request(request, KEY if by is kem.P256 else XWING_KEY, KEY.public_key())
    response = envelope.Response(bytes(16), envelope.Status.OK, bytes(32), sealed)
    with contextlib.suppress(sealing.CannotOpen):
        sealing.open_response(request, bytes(32), response, by=by)


@settings(max_examples=300)
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_contents(content: bytes) -> None:
    with contextlib.suppress(messages.BadMessage):
        messages.decode_inner(content)
    with contextlib.suppress(ValueError):
        padding.unpad(content, len(content) % 70)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(["config", "sig", "ik", "credential"]), json_values))
def test_key_documents(document: dict[str, object]) -> None:
    with contextlib.suppress(keys.Untrusted):
        keys.trust(document, tid=UUID(int=1), registrar=KEY.public_key(), now=0)
