"""The service's own keys as PEM files: one signs tickets, one signs sealed requests of the bot."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from relay_cloud.wire import es256

NAMES = ("ticket_key", "service_key")


class KeyUnusable(Exception):  # noqa: N818 - says what is wrong, like the message does
    """A key file is missing, unreadable, or holds no P-256 key; the text names the setting and the file."""


def make(folder: Path) -> list[Path]:
    """Write `ticket_key.pem` and `service_key.pem` (mode 0600) with their `.pub` files; return the private files.

    Raises FileExistsError rather than replace a key that tenants already trust.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in NAMES:
        path = folder / f"{name}.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        path.with_name(path.name + ".pub").write_bytes(public)
        written.append(path)
    return written


def private_key(setting: str, path: Path | None) -> ec.EllipticCurvePrivateKey:
    """Read the private P-256 key a setting points to; raises KeyUnusable."""
    content = _read(setting, path)
    try:
        return es256.from_private_pem(content)
    except ValueError as error:
        raise KeyUnusable(f"{setting}: {path} is no unencrypted P-256 private key in PEM") from error


def public_key(setting: str, path: Path | None) -> ec.EllipticCurvePublicKey:
    """Read the public P-256 key a setting points to; raises KeyUnusable."""
    content = _read(setting, path)
    try:
        return es256.from_public_pem(content)
    except ValueError as error:
        raise KeyUnusable(f"{setting}: {path} is no P-256 public key in PEM") from error


def _read(setting: str, path: Path | None) -> bytes:
    if path is None:
        raise KeyUnusable(f"{setting} is not set")
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyUnusable(f"{setting}: cannot read {path}: {error.strerror}") from error
