import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from relay_cloud.wire import base64url, es256

KEY, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (31, 32))


@given(st.binary(max_size=200))
def test_signatures(message: bytes) -> None:
    signature = es256.sign(KEY, message)
    assert len(signature) == es256.SIGNATURE_SIZE
    assert es256.verify(KEY.public_key(), signature, message)
    assert not es256.verify(OTHER.public_key(), signature, message)
    assert not es256.verify(KEY.public_key(), signature, message + b"x")
    assert not es256.verify(KEY.public_key(), signature[:-1], message)
    assert not es256.verify(KEY.public_key(), bytes(64), message)


@given(st.binary(max_size=100))
def test_base64url(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.parametrize("text", ["!", "A", "ä", "AA AA"])
def test_other_texts_are_no_base64url(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the one error of the contract
        base64url.decode(text)


def test_pem() -> None:
    private = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert es256.thumbprint(es256.from_private_pem(private).public_key()) == es256.thumbprint(
        es256.from_public_pem(public)
    )


def test_other_pem_is_refused() -> None:
    foreign = rsa.generate_private_key(65537, 2048)
    larger = ec.generate_private_key(ec.SECP384R1())
    for key in (foreign, larger):
        with pytest.raises(ValueError, match="P-256"):
            es256.from_private_pem(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with pytest.raises(ValueError, match="P-256"):
            es256.from_public_pem(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    with pytest.raises(ValueError, match="encrypted"):
        es256.from_private_pem(locked)
    for read in (es256.from_private_pem, es256.from_public_pem):
        with pytest.raises(ValueError):  # noqa: PT011 - the library's words
            read(b"garbage")
