"""Sealing and opening of `contact-relay/1` messages (HPKE base mode, RFC 9180; response keyed inside the request).

With HKDF-SHA256 and AES-256-GCM; the recipient's key decides the KEM. The response key travels inside the sealed
request, so a replayed request never reveals an answer, and only the two ends know it. Randomness and
keys are arguments.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from directory_server.protocol import kem, padding
from directory_server.protocol.messages import Inner, decode_inner
from directory_server.protocol.version import REQUEST_LABEL, RESPONSE_LABEL
from relay_cloud.wire.envelope import Request, Response, SenderClass, Status
from relay_cloud.wire.es256 import SIGNATURE_SIZE, sign, verify


class CannotOpen(ValueError):  # noqa: N818 - the wire's word
    """The message was not sealed to this key, or was changed on the way."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A request as the directory sees it, and the KEM it came by.

    `signed` is True when a service signature was checked and holds.
    """

    request: Request
    inner: Inner
    signed: bool
    by: kem.Kem


def request_info(request: Request) -> bytes:
    """Return what the seal binds besides the content: tenant, request, key and sender class."""
    return b"".join((REQUEST_LABEL, request.tid.bytes, request.rid, request.kid, bytes((request.sender,))))


def seal_request(
    request: Request, inner: Inner, key: kem.PublicKey, signer: ec.EllipticCurvePrivateKey | None = None
) -> Request:
    """Return the request with `sealed` filled in; a `signer` is needed for, and only for, the service class."""
    if (request.sender is SenderClass.SERVICE) != (signer is not None):
        raise ValueError("service requests are signed, tab requests are not")
    info = request_info(request)
    content = inner.encode()
    tail = sign(signer, info + hashlib.sha256(content).digest()) if signer else b""
    return replace(request, sealed=kem.encrypt(key, padding.pad(content, tail), info))


def open_request(request: Request, key: kem.PrivateKey, service_key: ec.EllipticCurvePublicKey | None) -> Opened:
    """Open a request; `service_key` is the Teams service's pinned key or None where that end is switched off.

    Raises CannotOpen for a foreign or changed message, BadMessage for content that is no request. A service request
    whose signature does not hold comes back with `signed=False`.
    """
    info = request_info(request)
    try:
        padded = kem.decrypt(key, request.sealed, info)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("message was not sealed to this key") from error
    service = request.sender is SenderClass.SERVICE
    try:
        content, tail = padding.unpad(padded, SIGNATURE_SIZE if service else 0)
    except ValueError as error:
        raise CannotOpen("message has a wrong padding") from error
    signed = service and service_key is not None and verify(service_key, tail, info + hashlib.sha256(content).digest())
    return Opened(request, decode_inner(content), signed, kem.kem_of(key))


def seal_response(
    request: Request,
    response_key: bytes,
    status: Status,
    body: Mapping[str, Any],
    nonce: bytes,
    *,
    by: kem.Kem,
) -> Response:
    """Seal an answer to the request that came `by` a KEM; `nonce` is 32 fresh random bytes. Raises padding.TooLarge."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    sealer = AESGCM(_answer_key(request, response_key, nonce, by))
    sealed = sealer.encrypt(bytes(12), padding.pad(content), request.rid + bytes((status,)))
    return Response(request.rid, status, nonce, sealed)


def open_response(request: Request, response_key: bytes, response: Response, *, by: kem.Kem) -> dict[str, Any]:
    """Open the answer to our own request, sealed `by` a KEM; raises CannotOpen for any other message."""
    if response.rid != request.rid:
        raise CannotOpen("answer belongs to another request")
    opener = AESGCM(_answer_key(request, response_key, response.nonce, by))
    try:
        padded = opener.decrypt(bytes(12), response.sealed, response.rid + bytes((response.status,)))
        body = json.loads(padding.unpad(padded)[0])
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("answer was changed on the way") from error
    if not isinstance(body, dict):
        raise CannotOpen("answer is not an object")
    return body


def _answer_key(request: Request, response_key: bytes, nonce: bytes, by: kem.Kem) -> bytes:
    salt = request.sealed[: by.encapsulated_size] + nonce
    info = RESPONSE_LABEL + request.tid.bytes + request.rid
    return HKDF(hashes.SHA256(), 32, salt, info).derive(response_key)
