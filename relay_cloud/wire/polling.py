"""Long-polls: frames in batches over plain HTTPS, for networks that let no WebSocket through.

Every poll proves by itself who asks (RFC 9449, DPoP): the credential is a token bound to the identity key, the proof a
fresh signature of that key. So polls need no session and may each reach another relay.
"""

import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import base64url, es256
from relay_cloud.wire.credential import Credential, CredentialRefused, check
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import MAX_FRAME
from relay_cloud.wire.handshake import HandshakeFailed

PATH = "/v1/poll"
WAIT_HEADER = "contact-relay-wait"
"""Seconds the directory lets the relay wait for something to come, 0 to 25."""
INSTANCE_HEADER = "contact-relay-instance"
"""In an answer: the relay that sent these frames; in a request: the relay that waits for these frames."""
MAX_WAIT_S = 25
MAX_FRAMES = 256
MAX_BATCH = 1024 * 1024
MAX_ANSWERS = 8
"""Frames a directory brings at once: so many of the largest fit into a batch."""
WINDOW_S = 120
"""A proof's `iat` may differ from the relay's clock by this many seconds; it is good once within them."""
_LENGTH_SIZE = 4
_SCHEME = "DPoP "


def batch(frames: Iterable[bytes]) -> bytes:
    """Return the body that carries these frames, each after its length (4 bytes)."""
    return b"".join(len(frame).to_bytes(_LENGTH_SIZE, "big") + frame for frame in frames)


def unbatch(data: bytes) -> list[bytes]:
    """Return the frames of a body; raises Malformed."""
    frames: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH_SIZE
        at = start + int.from_bytes(data[at:start], "big")
        if not start < at <= len(data) or at - start > MAX_FRAME or len(frames) == MAX_FRAMES:
            raise Malformed("batch is cut off, too long, or has a wrong length in it")
        frames.append(data[start:at])
    return frames


def authorization(credential: str) -> str:
    """Return the value of the Authorization header."""
    return _SCHEME + credential


def proof(identity: ec.EllipticCurvePrivateKey, *, credential: str, url: str, unique: str, now: int) -> str:
    """Return the value of the DPoP header for one poll of `url`; `unique` never comes again."""
    claims = {"jti": unique, "htm": "POST", "htu": url, "iat": now, "ath": _hash(credential)}
    headers = {"typ": "dpop+jwt", "jwk": es256.to_jwk(identity.public_key())}
    return jwt.encode(claims, identity, algorithm="ES256", headers=headers)


def prove(
    authorized: str, proved: str, *, registrar: ec.EllipticCurvePublicKey, host: str, now: float
) -> tuple[Credential, str]:
    """Return whose poll this is, and the proof's unique name; raises HandshakeFailed."""
    if not authorized.startswith(_SCHEME):
        raise HandshakeFailed("credential_invalid", "poll carries no credential")
    text = authorized[len(_SCHEME) :]
    try:
        credential = check(text, registrar, now)
    except CredentialRefused as refused:
        raise HandshakeFailed(refused.code, str(refused)) from refused
    try:
        key = es256.from_jwk(jwt.get_unverified_header(proved).get("jwk"))
        claims = jwt.decode(
            proved,
            key,
            algorithms=["ES256"],
            options={"require": ["jti", "htm", "htu", "iat", "ath"], "verify_iat": False},
        )
        target = urlsplit(str(claims["htu"]))
        issued, unique = int(claims["iat"]), str(claims["jti"])
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise HandshakeFailed("proof_invalid", "poll is not signed by the identity key") from error
    here = (target.netloc, target.path.endswith(PATH), claims["htm"]) == (host, True, "POST")
    if es256.thumbprint(key) != credential.thumbprint or claims["ath"] != _hash(text) or not here:
        raise HandshakeFailed("proof_invalid", "poll is signed for another credential, relay or path")
    if abs(now - issued) > WINDOW_S:
        raise HandshakeFailed("clock", f"the directory's clock is wrong: here it is {int(now)}")
    return credential, unique


def _hash(text: str) -> str:
    return base64url.encode(hashlib.sha256(text.encode()).digest())
