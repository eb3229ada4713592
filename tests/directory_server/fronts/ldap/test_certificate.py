import contextlib
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.fronts.ldap.certificate import CertificateError, context, self_signed

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_certificate_is_made_once_and_renewed_in_time(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path / "tls", "directory.example", NOW)
    first = certificate.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert self_signed(tmp_path / "tls", "directory.example", NOW + timedelta(days=700)) == (certificate, key)
    assert certificate.read_bytes() == first
    self_signed(tmp_path / "tls", "directory.example", NOW + timedelta(days=800))
    assert certificate.read_bytes() != first
    assert context(certificate, key).minimum_version.name == "TLSv1_2"


@pytest.mark.parametrize("host", ["directory.example", "192.0.2.1", "127.0.0.1", "localhost", "::1"])
def test_the_host_is_named(tmp_path: Path, host: str) -> None:
    held = x509.load_pem_x509_certificate(self_signed(tmp_path, host, NOW)[0].read_bytes())
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert host in [str(name.value) for name in names]
    assert isinstance(held.public_key(), ec.EllipticCurvePublicKey)


def test_useless_files_are_named(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "localhost", NOW)
    with pytest.raises(CertificateError, match=r"missing\.crt"):
        context(tmp_path / "missing.crt", key)
    other = self_signed(tmp_path / "other", "localhost", NOW)[1]
    with pytest.raises(CertificateError, match=r"ldap\.key"):
        context(certificate, other)
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    secret = serialization.BestAvailableEncryption(b"x")
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(loaded.private_bytes(*formats, secret))
    with pytest.raises(CertificateError, match="passphrase"):
        context(certificate, key)
    certificate.write_text("nonsense")
    with pytest.raises(CertificateError, match=r"ldap\.crt"):
        self_signed(tmp_path, "localhost", NOW)


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, session: ssl.SSLSession | None) -> ssl.SSLObject:
    """Return the client's end after a handshake in memory and a first byte from the server."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(to_client, to_server, session=session)
    for step in (here.do_handshake, there.do_handshake, here.do_handshake, there.do_handshake):
        with contextlib.suppress(ssl.SSLWantReadError):
            step()
    there.write(b"x")
    assert here.read(1) == b"x"
    return here


def test_a_client_may_resume_a_session_as_often_as_it_likes(tmp_path: Path) -> None:
    server = context(*self_signed(tmp_path, "localhost", datetime.now(UTC)))
    client = ssl.create_default_context(cafile=str(tmp_path / "ldap.crt"))
    client.check_hostname = False
    first = shaken(server, client, None)
    assert not first.session_reused
    second = shaken(server, client, first.session)
    assert second.session_reused
    assert shaken(server, client, second.session).session_reused
    assert server.num_tickets == 1, "more are made for each handshake and hardly ever used"
