"""Sealing and opening of `contact-relay/1` messages (HPKE base mode, RFC 9180; response keyed inside the request).

Suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The response key travels inside the sealed request, so a
replayed request never reveals an answer, and only the two ends know it. Randomness and keys are arguments.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from directory_server.protocol import padding
from directory_server.protocol.messages import Inner, decode_inner
from directory_server.protocol.version import REQUEST_LABEL, RESPONSE_LABEL
from relay_cloud.wire.envelope import Request, Response, SenderClass, Status
from relay_cloud.wire.es256 import SIGNATURE_SIZE, sign, verify

ENCAPSULATED_SIZE = 65
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class CannotOpen(ValueError):  # noqa: N818 - the wire's word
    """The message was not sealed to this key, or was changed on the way."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A request as the directory sees it; `signed` is True when a service signature was checked and holds."""

    request: Request
    inner: Inner
    signed: bool


def request_info(request: Request) -> bytes:
    """Return what the seal binds besides the content: tenant, request, key and sender class."""
    return b"".join((REQUEST_LABEL, request.tid.bytes, request.rid, request.kid, bytes((request.sender,))))


def seal_request(
    request: Request, inner: Inner, key: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePrivateKey | None = None
) -> Request:
    """Return the request with `sealed` filled in; a `signer` is needed for, and only for, the service class."""
    if (request.sender is SenderClass.SERVICE) != (signer is not None):
        raise ValueError("service requests are signed, tab requests are not")
    info = request_info(request)
    content = inner.encode()
    tail = sign(signer, info + hashlib.sha256(content).digest()) if signer else b""
    return replace(request, sealed=SUITE.encrypt(padding.pad(content, tail), key, info))


def open_request(
    request: Request, key: ec.EllipticCurvePrivateKey, service_key: ec.EllipticCurvePublicKey | None
) -> Opened:
    """Open a request; `service_key` is the Teams service's pinned key or None where that end is switched off.

    Raises CannotOpen for a foreign or changed message, BadMessage for content that is no request. A service request
    whose signature does not hold comes back with `signed=False`.
    """
    info = request_info(request)
    try:
        padded = SUITE.decrypt(request.sealed, key, info)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("message was not sealed to this key") from error
    service = request.sender is SenderClass.SERVICE
    try:
        content, tail = padding.unpad(padded, SIGNATURE_SIZE if service else 0)
    except ValueError as error:
        raise CannotOpen("message has a wrong padding") from error
    signed = service and service_key is not None and verify(service_key, tail, info + hashlib.sha256(content).digest())
    return Opened(request, decode_inner(content), signed)


def encapsulated(request: Request) -> bytes:
    """Return the request's encapsulated key, which salts the response key."""
    return request.sealed[:ENCAPSULATED_SIZE]


def seal_response(
    request: Request, response_key: bytes, status: Status, body: Mapping[str, Any], nonce: bytes
) -> Response:
    """Seal an answer to the request; `nonce` is 32 fresh random bytes. Raises padding.TooLarge."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    sealer = AESGCM(_answer_key(request, response_key, nonce))
    sealed = sealer.encrypt(bytes(12), padding.pad(content), request.rid + bytes((status,)))
    return Response(request.rid, status, nonce, sealed)


def open_response(request: Request, response_key: bytes, response: Response) -> dict[str, Any]:
    """Open the answer to our own request; raises CannotOpen for any other message."""
    if response.rid != request.rid:
        raise CannotOpen("answer belongs to another request")
    opener = AESGCM(_answer_key(request, response_key, response.nonce))
    try:
        padded = opener.decrypt(bytes(12), response.sealed, response.rid + bytes((response.status,)))
        body = json.loads(padding.unpad(padded)[0])
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("answer was changed on the way") from error
    if not isinstance(body, dict):
        raise CannotOpen("answer is not an object")
    return body


def _answer_key(request: Request, response_key: bytes, nonce: bytes) -> bytes:
    salt = encapsulated(request) + nonce
    info = RESPONSE_LABEL + request.tid.bytes + request.rid
    return HKDF(hashes.SHA256(), 32, salt, info).derive(response_key)
