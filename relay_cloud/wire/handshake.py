"""How a directory proves to a relay that it holds the identity key of its credential, pure.

directory → relay  HELLO     {v, credential, ik, nonce, capabilities}
relay → directory  CHALLENGE {nonce, instance, time}
directory → relay  PROOF     {host, sig}
relay → directory  OK        {ping, max_inflight, max_lifetime}   or at any point DENIED {error, message}

`sig` covers both nonces, the relay's instance and host (so that it proves nothing elsewhere) and the credential.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import base64url, es256
from relay_cloud.wire.credential import Credential, CredentialRefused, check
from relay_cloud.wire.frame import Kind, Talk

VERSION = 1
NONCE_SIZE = 32
LABEL = b"contact-relay/1 connect"
MAX_NAME = 255


class HandshakeFailed(ValueError):  # noqa: N818 - named by what happened
    """The other side may not go on; `code` is sent in DENIED.

    Codes: malformed, version, credential_invalid, credential_expired, key_foreign, host_mismatch, proof_invalid,
    superseded (a newer registration of this tenant exists), revoked (by the registrar's list), timeout.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Hello:
    """A checked greeting: a valid credential and the identity key it names, of which possession is yet to be proved."""

    credential: Credential
    digest: bytes
    identity: ec.EllipticCurvePublicKey
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Challenge:
    """The relay's question; `time` is its clock in Unix seconds."""

    nonce: bytes
    instance: str
    time: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What the relay grants a line: ping interval in s, requests in flight, lifetime in s."""

    ping: int = 20
    max_inflight: int = 64
    max_lifetime: int = 3600


def greet(credential: str, identity: ec.EllipticCurvePublicKey, nonce: bytes) -> Talk:
    """Return the HELLO of a directory."""
    return Talk(
        Kind.HELLO,
        {
            "v": VERSION,
            "credential": credential,
            "ik": es256.to_jwk(identity),
            "nonce": base64url.encode(nonce),
            "capabilities": [],
        },
    )


def read_hello(content: Mapping[str, Any], registrar: ec.EllipticCurvePublicKey, now: float) -> Hello:
    """Check a HELLO; raises HandshakeFailed."""
    if content.get("v") != VERSION:
        raise HandshakeFailed("version", f"this relay speaks contact-relay/{VERSION}")
    text = content.get("credential")
    try:
        credential = check(text, registrar, now)
    except CredentialRefused as refused:
        raise HandshakeFailed(refused.code, str(refused)) from refused
    nonce = _bytes(content, "nonce", NONCE_SIZE)
    try:
        identity = es256.from_jwk(content.get("ik", {}))
    except ValueError as error:
        raise HandshakeFailed("malformed", "ik is no P-256 key") from error
    if not hmac.compare_digest(es256.thumbprint(identity).encode(), credential.thumbprint.encode()):
        raise HandshakeFailed("key_foreign", "credential belongs to another identity key")
    return Hello(credential, hashlib.sha256(str(text).encode()).digest(), identity, nonce)


def challenge(instance: str, nonce: bytes, now: float) -> Talk:
    """Return the CHALLENGE of a relay; `nonce` is 32 fresh random bytes."""
    return Talk(Kind.CHALLENGE, {"nonce": base64url.encode(nonce), "instance": instance, "time": int(now)})


def read_challenge(content: Mapping[str, Any]) -> Challenge:
    """Read a CHALLENGE; raises HandshakeFailed."""
    instance, time = content.get("instance"), content.get("time")
    if (
        not isinstance(instance, str)
        or not 0 < len(instance) <= MAX_NAME
        or not instance.isascii()
        or not isinstance(time, int)
    ):
        raise HandshakeFailed("malformed", "challenge lacks instance or time")
    return Challenge(_bytes(content, "nonce", NONCE_SIZE), instance, time)


def transcript(asked: Challenge, nonce: bytes, host: str, digest: bytes) -> bytes:
    """Return the bytes the identity key signs; texts carry a u16 length so that no two transcripts coincide."""
    names = b"".join(len(name).to_bytes(2, "big") + name for name in (asked.instance.encode(), host.encode()))
    return LABEL + asked.nonce + nonce + names + digest


def prove(asked: Challenge, *, nonce: bytes, host: str, credential: str, identity: ec.EllipticCurvePrivateKey) -> Talk:
    """Return the PROOF of a directory; `host` is the relay's name as dialled, `nonce` that of its own HELLO."""
    digest = hashlib.sha256(credential.encode()).digest()
    signature = es256.sign(identity, transcript(asked, nonce, host, digest))
    return Talk(Kind.PROOF, {"host": host, "sig": base64url.encode(signature)})


def check_proof(content: Mapping[str, Any], hello: Hello, asked: Challenge, host: str) -> None:
    """Check a PROOF made for the relay called `host`; raises HandshakeFailed."""
    named = content.get("host")
    if not isinstance(named, str) or len(named) > MAX_NAME:
        raise HandshakeFailed("malformed", "proof lacks host")
    if named != host:
        raise HandshakeFailed("host_mismatch", f"this relay is called {host}: use that name in the relay URL")
    signature = _bytes(content, "sig", es256.SIGNATURE_SIZE)
    if not es256.verify(hello.identity, signature, transcript(asked, hello.nonce, host, hello.digest)):
        raise HandshakeFailed("proof_invalid", "proof is not signed by the identity key")


def welcome(terms: Terms) -> Talk:
    """Return the OK of a relay."""
    content = {"ping": terms.ping, "max_inflight": terms.max_inflight, "max_lifetime": terms.max_lifetime}
    return Talk(Kind.OK, content)


def read_welcome(content: Mapping[str, Any]) -> Terms:
    """Read an OK; raises HandshakeFailed."""
    values = [content.get(name) for name in ("ping", "max_inflight", "max_lifetime")]
    if not all(isinstance(value, int) and value > 0 for value in values):
        raise HandshakeFailed("malformed", "ok lacks its terms")
    return Terms(*(int(str(value)) for value in values))


def deny(failure: HandshakeFailed) -> Talk:
    """Return the DENIED that ends a handshake."""
    return Talk(Kind.DENIED, {"error": failure.code, "message": str(failure)})


def _bytes(content: Mapping[str, Any], name: str, size: int) -> bytes:
    text = content.get(name)
    try:
        value = base64url.decode(text) if isinstance(text, str) else b""
    except ValueError as error:
        raise HandshakeFailed("malformed", f"{name} is not base64url") from error
    if len(value) != size:
        raise HandshakeFailed("malformed", f"{name} is not {size} bytes")
    return value
