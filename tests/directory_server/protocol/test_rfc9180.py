"""HPKE written out from RFC 9180 sections 4.1 and 5.1, checked against its appendix A.3.1, then against our seal."""

import hashlib
import hmac
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from directory_server.protocol import keys, padding, sealing
from directory_server.protocol.messages import Inner, decode_inner
from relay_cloud.wire import es256
from relay_cloud.wire.envelope import Request, SenderClass

KEM = b"KEM" + (0x0010).to_bytes(2, "big")


def extract(salt: bytes, suite: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.new(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def expand(prk: bytes, suite: bytes, label: bytes, info: bytes, size: int) -> bytes:
    info = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    output = block = b""
    for counter in range(1, 3):
        block = hmac.new(prk, block + info + bytes((counter,)), hashlib.sha256).digest()
        output += block
    return output[:size]


def open_single(key: ec.EllipticCurvePrivateKey, enc: bytes, ct: bytes, *, info: bytes, aad: bytes, aead: int) -> bytes:
    """Open the first message of base mode; `aead` 1 is AES-128-GCM, 2 AES-256-GCM."""
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
    prk = extract(b"", KEM, b"eae_prk", key.exchange(ec.ECDH(), sender))
    secret = expand(prk, KEM, b"shared_secret", enc + es256.point(key.public_key()), 32)
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0010, 0x0001, aead))
    context = b"\0" + extract(b"", suite, b"psk_id_hash", b"") + extract(b"", suite, b"info_hash", info)
    schedule = extract(secret, suite, b"secret", b"")
    opener = AESGCM(expand(schedule, suite, b"key", context, 16 * aead))
    return opener.decrypt(expand(schedule, suite, b"base_nonce", context, 12), ct, aad)


def test_the_written_out_form_opens_the_rfc_vector() -> None:
    recipient = ec.derive_private_key(
        0xF3CE7FDAE57E1A310D87F1EBBDE6F328BE0A99CDBCADF4D6589CF29DE4B8FFD2, ec.SECP256R1()
    )
    enc = bytes.fromhex(
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
        "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
    )
    ct = bytes.fromhex("5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434")
    info = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
    assert open_single(recipient, enc, ct, info=info, aad=b"Count-0", aead=1) == b"Beauty is truth, truth beauty"


def test_our_seal_is_that_form() -> None:
    recipient = ec.derive_private_key(0xA11CE, ec.SECP256R1())
    kid = keys.key_id(recipient.public_key())
    asked = Request(UUID(int=7), bytes(16), kid, 1000, SenderClass.TAB, b"")
    inner = Inner(1, "search", {"text": "é"}, bytes(32), token="t")
    sealed = sealing.seal_request(asked, inner, recipient.public_key()).sealed
    info = b"contact-relay/1 req" + UUID(int=7).bytes + bytes(16) + kid + b"\x01"
    padded = open_single(recipient, sealed[:65], sealed[65:], info=info, aad=b"", aead=2)
    assert decode_inner(padding.unpad(padded)[0]) == inner
