"""The certificate is exchanged while serving: when its files change and serve, and not otherwise."""

import logging
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from directory_server.fronts.ldap.certificate import CertificateError, self_signed
from directory_server.fronts.ldap.presented import Presented
from tests.fakes.certificate_files import HOST, NOW, Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, str]]]:
    """Return the level and text of what was logged since the last time."""
    caplog.set_level(logging.INFO)

    def tell() -> list[tuple[str, str]]:
        found = [(one.levelname, f"{one.getMessage()} {vars(one).get('error', '')}") for one in caplog.records]
        caplog.clear()
        return found

    return tell


def presents(one: Presented) -> bytes:
    """Return the certificate that a client without a server name gets, in DER."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    wires = [ssl.MemoryBIO() for _ in range(2)]
    ends = client.wrap_bio(*wires), one.context.wrap_bio(*reversed(wires), server_side=True)
    for end in ends * 3:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ends[0].getpeercert(binary_form=True) or b""


def test_a_changed_pair_is_taken_up_and_told_once(files: Files, told) -> None:
    one = files.present()
    second = files.put(files.pair("second"))
    assert presents(one) != second
    one.check()
    one.check()
    assert presents(one) == second
    assert [level for level, _ in told()] == ["INFO"]


def test_a_client_may_name_whatever_it_likes(files: Files) -> None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    incoming, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="aaaa.example")
    with pytest.raises(ssl.SSLWantReadError):
        asking.do_handshake()
    incoming.write(sent.read().replace(b"aaaa.example", b"\xff\xfe\xffa.example"))
    answered = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):  # for what the client says next
        files.present().context.wrap_bio(incoming, answered, server_side=True).do_handshake()
    assert len(answered.read()) > 300


def test_a_pair_behind_a_link_is_taken_up(files: Files) -> None:
    files.certificate.unlink()
    files.key.unlink()
    link = files.folder / "live"
    link.symlink_to(files.folder / "first")
    files.certificate, files.key = link / "ldap.crt", link / "ldap.key"
    one = files.present()
    certificate, _ = files.pair("second")
    link.unlink()
    link.symlink_to(files.folder / "second")
    one.check()
    assert presents(one) == ssl.PEM_cert_to_DER_cert(certificate.read_text())


def test_a_pair_that_does_not_fit_is_told_once_then_hourly_and_the_old_one_stays(files: Files, told) -> None:
    one = files.present()
    first = presents(one)
    second = files.pair("second")
    files.put(second, key=False)
    one.check()
    assert told() == [], "the key may be on its way"
    for _ in range(3):
        one.check()
    ((level, text),) = told()
    assert level == "WARNING"
    assert str(files.certificate) in text
    assert "put a certificate and the key that fits it" in text
    assert presents(one) == first
    files.now += timedelta(minutes=59)
    one.check()
    assert told() == []
    files.now += timedelta(minutes=1)
    one.check()
    assert len(told()) == 1
    files.put(second)
    one.check()
    assert presents(one) != first
    told()
    files.put(files.pair("first"), key=False)
    one.check(asked=True)
    assert len(told()) == 1, "a new fault is told at once"


@pytest.mark.parametrize("damage", ["", "nonsense", None])
def test_a_damaged_or_missing_file_leaves_the_old_pair(files: Files, told, damage: str | None) -> None:
    one = files.present()
    first = presents(one)
    kept = files.folder / "kept"
    files.certificate.rename(kept)
    if damage is not None:
        files.certificate.write_text(damage)
    one.check(asked=True)
    assert [level for level, _ in told()] == ["WARNING"], "who asked for it is told at once"
    assert presents(one) == first
    kept.rename(files.certificate)
    one.check()
    one.check()
    assert told() == []


def test_a_pair_that_is_not_valid_now_never_replaces_one_that_is(files: Files, told) -> None:
    one = files.present()
    first = presents(one)
    for name, made in (("old", NOW - timedelta(days=900)), ("early", NOW + timedelta(days=900))):
        files.put(files.pair(name, made))
        one.check(asked=True)
        assert presents(one) == first
        assert "is valid from" in told()[0][1]
    files.now += timedelta(days=901)  # the first one has expired
    one.check()
    assert presents(one) != first


def test_the_end_is_told_every_day_from_thirty_days_before(files: Files, told) -> None:
    one = files.present()
    files.now = one.ends - timedelta(days=30)
    one.check()
    assert told() == []
    files.now += timedelta(seconds=1)
    for _ in range(3):
        one.check()
    assert [level for level, _ in told()] == ["WARNING"]
    files.now += timedelta(days=1)
    one.check()
    assert [level for level, _ in told()] == ["WARNING"]
    files.put(files.pair("second", files.now))
    one.check()
    files.now += timedelta(days=1)
    told()
    one.check()
    assert told() == []


def test_a_new_pair_that_ends_soon_is_told_at_once(files: Files, told) -> None:
    files.put(files.pair("short", NOW - timedelta(days=800)))
    one = files.present()
    one.check()
    files.put(files.pair("shorter", NOW - timedelta(days=810)))
    told()
    one.check()
    assert [level for level, _ in told()] == ["INFO", "WARNING"]


def test_one_of_several_processes_tells(files: Files, told) -> None:
    quiet = Presented(lambda: (files.certificate, files.key), lambda: files.now, telling=False)
    files.put(files.pair("second"), key=False)
    quiet.check(asked=True)
    files.now = quiet.ends
    quiet.check()
    assert told() == []


def test_a_self_signed_certificate_renews_itself(tmp_path: Path, told) -> None:
    clock = [NOW]
    one = Presented(lambda: self_signed(tmp_path, HOST, clock[0]), lambda: clock[0])
    first, clock[0] = presents(one), one.ends - timedelta(days=30)
    one.check()
    assert presents(one) != first
    assert one.ends > clock[0] + timedelta(days=800)
    assert x509.load_pem_x509_certificate((tmp_path / "ldap.crt").read_bytes()).not_valid_after_utc == one.ends
    told()
    clock[0] = one.ends - timedelta(days=29)
    (tmp_path / "ldap.crt.new").mkdir()  # nothing can be written
    one.check()
    one.check()
    assert [text for _, text in told() if "cannot be renewed" in text]


def test_what_another_issuer_signed_is_not_renewed(tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert(HOST, not_after=NOW)
    issued.cert_chain_pems[0].write_to_path(tmp_path / "ldap.crt")
    issued.private_key_pem.write_to_path(tmp_path / "ldap.key")
    held = (tmp_path / "ldap.crt").read_bytes()
    self_signed(tmp_path, HOST, NOW)
    assert (tmp_path / "ldap.crt").read_bytes() == held


def test_without_a_first_pair_there_is_nothing_to_present(files: Files) -> None:
    files.key.unlink()
    with pytest.raises(CertificateError, match=r"own\.key"):
        files.present()
