"""The doctor says what is wrong with each part and goes on to the next, whatever the part does."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from directory_server.app import Directory
from directory_server.app.doctor import Finding, examine
from directory_server.fronts.ldap.certificate import load, self_signed
from directory_server.fronts.uplink import tenant
from directory_server.observe.status import Health
from directory_server.store import sources
from directory_server.store.file_lock import file_lock
from tests.fakes.command_line import CommandLine
from tests.servers.proxy import PASSWORD, USER, Proxy
from tests.servers.relay import Relay


@pytest.fixture
def line(tmp_path):
    made = CommandLine(tmp_path / "data")
    made.ok("init")
    return made


@pytest.fixture
def stranger() -> Iterator[str]:
    """Return the address of a program that greets everybody with a line of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"220 mail.example ready\r\n")
                    connection.recv(1000)

        threading.Thread(target=greet, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def found(line: CommandLine, **settings: str) -> dict[str, list[Finding]]:
    nothing = {"web": "", "https": "", "ldap": "", "ldaps": ""}
    by_check: dict[str, list[Finding]] = {}
    with Directory(line.data, **(nothing | settings)) as directory:
        for finding in examine(directory):
            by_check.setdefault(finding.check, []).append(finding)
    return by_check


@pytest.mark.parametrize("name", ["web", "https", "ldap", "ldaps"])
@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:99999", "127.0.0.1:x"])
def test_an_address_that_is_none_is_named(line, name, address) -> None:
    (finding,) = found(line, **{name: address})[name]
    assert (finding.health, finding.detail) == (Health.BAD, f"{name}: {address!r} is not host:port")


@pytest.mark.parametrize("name", ["web", "https", "ldap", "ldaps"])
def test_a_front_that_does_not_run_is_told(line, name) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    (finding,) = found(line, **{name: address})[name]
    assert (finding.health, finding.advice) == (Health.BAD, "contact-directory serve")
    assert address in finding.detail


@pytest.mark.parametrize("name", ["web", "https", "ldap", "ldaps"])
def test_another_program_at_our_address_is_told(line, name, stranger) -> None:
    (finding,) = found(line, **{name: stranger})[name]
    assert finding.health is Health.BAD
    assert stranger in finding.detail


def test_a_proxy_is_not_asked_for_our_own_web_page(line, stranger, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{stranger}")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    (finding,) = found(line, web=address)["web"]
    assert "Connection refused" in finding.detail


def test_the_relay_is_asked_as_the_line_is(line, tmp_path) -> None:
    with Relay() as relay, Proxy("basic") as proxy:
        with Directory(line.data) as directory:
            identity = tenant.identity_key(directory.database)
            tid = UUID(int=1)
            registered = tenant.Tenant(
                tid=tid, relay=relay.url, registrar=relay.url, authority="", client_id="", epoch=1,
                credential=relay.credential(tid, identity), audiences=frozenset(), clients=frozenset(),
            )  # fmt: skip
            tenant.save(directory.database, registered)
        (finding,) = found(line)["line"]
        assert finding.detail == f"{relay.url} holds no line (503)"
        (finding,) = found(line, proxy=proxy.url)["line"]
        assert "asks for user and password" in finding.detail
        assert finding.advice == "contact-directory proxy check"
        line.ok("proxy", "login", "--user", USER, "--password-stdin", given=PASSWORD + "\n")
        (finding,) = found(line, proxy=proxy.url)["line"]
        assert finding.detail == f"{relay.url} holds no line (503)"
        (finding,) = found(line, ca_file=str(tmp_path / "none.pem"))["line"]
        assert "none.pem cannot be read" in finding.detail


def test_a_source_whose_secret_does_not_open_is_a_finding(line) -> None:
    line.ok(
        "source", "add", "ad", "--type", "ldap", "--set", "host=127.0.0.1", "--set", "user=u", "--set", "password=p"
    )
    with Directory(line.data) as directory, directory.database.write() as connection:
        connection.exec_driver_sql("UPDATE source_secrets SET sealed = substr(sealed, 1, 50)")
    broken, *_ = found(line)["source ad"]
    assert (broken.health, broken.detail.partition(":")[0]) == (Health.BAD, "SealBroken")


def test_a_broken_connector_is_a_finding_that_tells_no_data(line, tmp_path, monkeypatch) -> None:
    def broken(_: object) -> None:
        raise KeyError("personal data")

    monkeypatch.setattr("connectors.csv_file.connector.CsvConnector.check", broken)
    line.ok("source", "add", "c", "--type", "csv", "--set", f"path={tmp_path / 'x.csv'}")
    finding, *_ = found(line)["source c"]
    assert finding.detail == "ConnectorBroken: unexpected KeyError in the connector 'csv'"
    assert finding.advice == "report it to whoever wrote it."
    for command in ("check", "discover"):
        monkeypatch.setattr(f"connectors.csv_file.connector.CsvConnector.{command}", broken)
        assert line.refused("source", command, "c") == "unexpected KeyError in the connector 'csv'"


def test_an_index_being_written_is_a_warning(line, tmp_path) -> None:
    (tmp_path / "x.csv").write_text("id;company\n1;Acme\n")
    line.ok("source", "add", "c", "--type", "csv", "--set", f"path={tmp_path / 'x.csv'}")
    line.ok("sync")
    with Directory(line.data) as directory:
        sources.remove(directory.database, sources.by_name(directory.database, "c"), directory.clock())
        with file_lock(directory.database.lock_file("index"), "x"):
            (finding,) = found(line)["index"]
    assert (finding.health, finding.detail) == (Health.WARNING, "1 changes behind the store")


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("left", "health", "detail"),
    [
        (31, Health.GOOD, "expires"), (30, Health.WARNING, "in 29 days"), (1, Health.WARNING, "in 0 days"),
        (0, Health.BAD, "expired"),
    ],
)  # fmt: skip
def test_a_certificate_near_its_end_is_told(line, own, left, health, detail) -> None:
    folder = line.data.parent if own else line.data / "tls"
    certificate, key = self_signed(folder, "localhost", datetime.now(UTC) - timedelta(days=825 - left))
    ends = f"{load(certificate, key).ends:%Y-%m-%d}"
    settings = {"tls_certificate": certificate, "tls_key": key} if own else {}
    (finding,) = found(line, **settings)["certificate"]
    assert finding.health is health
    assert {str(certificate), ends} <= set(finding.detail.replace(",", " ").replace(":", " ").split())
    assert detail in finding.detail
    if health is not Health.GOOD:
        assert ("no restart is needed" in finding.advice) is (own or health is Health.BAD)


def test_a_certificate_that_does_not_serve_is_told(line, tmp_path) -> None:
    now = datetime.now(UTC)
    certificate, key = (
        self_signed(tmp_path / "a", "localhost", now)[0],
        self_signed(tmp_path / "b", "localhost", now)[1],
    )
    for files in ((certificate, key), (tmp_path / "missing.crt", key)):
        (finding,) = found(line, tls_certificate=files[0], tls_key=files[1])["certificate"]
        assert finding.health is Health.BAD
        assert str(files[0]) in finding.detail
        assert "correct tls_certificate" in finding.advice


def test_the_command_prints_findings_and_fails_for_bad_ones(line, tmp_path) -> None:
    (line.data / "directory.toml").write_text('web = ""\nldap = ""\nldaps = ""\n')
    assert {finding["check"] for finding in line.ok("doctor")} == {
        *("data folder", "disk", "index", "web", "https", "ldap", "ldaps", "line")
    }
    line.ok("source", "add", "c", "--type", "csv", "--set", f"path={tmp_path / 'x.csv'}")
    ran = line.run("doctor")
    assert ran.code == 1
    assert "BAD  source c: SourceGone" in ran.out
    with Directory(line.data) as directory:
        assert sources.all(directory.database)
