"""TLS for LDAPS and StartTLS: the admin's certificate, or a self-signed one made in the data folder."""

import ipaddress
import os
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from directory_server.store.file_lock import file_lock

_VALID_DAYS = 825  # what clients accept at most
WARN_BEFORE = timedelta(days=30)
"""How long before its end a certificate is warned of, or renewed if it is self-signed."""
_CLOCK_SKEW = timedelta(days=1)
_LOCK_SECONDS = 5.0


class CertificateError(Exception):
    """The certificate or its key cannot be used; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, ready to serve; `begins` and `ends` are its validity, `file` is where it came from."""

    context: ssl.SSLContext
    file: Path
    begins: datetime
    ends: datetime


def load(certificate: Path, key: Path) -> Pair:
    """Read a PEM chain and its key; CertificateError if they cannot be read or do not fit each other."""
    try:
        held = x509.load_pem_x509_certificate(certificate.read_bytes())
        begins, ends = held.not_valid_before_utc, held.not_valid_after_utc
    except (OSError, ValueError, x509.InvalidVersion) as error:
        raise CertificateError(f"certificate {certificate}: {error}") from error
    return Pair(context(certificate, key), certificate, begins, ends)


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a server context of TLS 1.2 and later; CertificateError if the files do not serve."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.num_tickets = 1  # of the usual two, clients that resume use one; each costs 20 µs of a handshake
    try:
        tls.load_cert_chain(certificate, key, password=_no_passphrase)
    except (OSError, ValueError) as error:
        raise CertificateError(f"certificate {certificate} with key {key}: {error}") from error
    return tls


def _no_passphrase() -> str:
    raise CertificateError("the TLS key is encrypted; store it without a passphrase, readable by the service only")


def self_signed(folder: Path, host: str, now: datetime) -> tuple[Path, Path]:
    """Return certificate and key files in `folder`, made when missing or about to expire; the key is ours alone.

    ECDSA on P-256: a handshake costs a fraction of RSA's. Of several processes one renews. Raises CertificateError if
    the certificate is none, store.errors.Busy or OSError if it cannot be made.
    """
    files = folder / "ldap.crt", folder / "ldap.key"
    if _serves(*files, now):
        return files
    with file_lock(folder / "ldap.lock", "another process renews the certificate", _LOCK_SECONDS):
        if not _serves(*files, now):
            _make(*files, host, now)
    return files


def _serves(certificate_file: Path, key_file: Path, now: datetime) -> bool:
    if not (certificate_file.exists() and key_file.exists()):
        return False
    try:
        held = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except ValueError as error:
        raise CertificateError(f"certificate {certificate_file}: {error}") from error
    # What another issuer signed is the admin's, whatever the name of the file.
    return held.issuer != held.subject or held.not_valid_after_utc - WARN_BEFORE > now


def _make(certificate_file: Path, key_file: Path, host: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = _certificate(key, host, now).public_bytes(serialization.Encoding.PEM)
    written = (_write(key_file, pem, 0o600), key_file), (_write(certificate_file, chain, 0o644), certificate_file)
    for fresh, file in written:  # close together, so that hardly ever a pair is seen that does not fit
        fresh.replace(file)


def _certificate(key: ec.EllipticCurvePrivateKey, host: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    loopback = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    names: list[x509.GeneralName] = [_general_name(host), *(one for one in loopback if one != _general_name(host))]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(path: Path, data: bytes, mode: int) -> Path:
    """Write beside `path`, with its mode from the start, what is to replace it; return where."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
    return fresh
