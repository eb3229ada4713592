"""`contact-directory serve` with look-ups over HTTP and HTTPS, as an SBC, anynode and a phone ask them."""

import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from directory_server.app import Directory
from directory_server.app.doctor import examine
from directory_server.store import clients
from directory_server.store import sources as stored
from directory_server.store.rows import Client, FieldGroup, Location
from tests.fakes.command_line import CommandLine
from tests.servers.stack import CUSTOMERS

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(120)]
PASSWORD = "a-long-test-password"
SHOWN = "Jürgen Groß (Müller Maschinenbau GmbH)"  # by the preset's template


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("lookups")
    line = CommandLine(folder / "data")
    line.ok("init")
    (folder / "c.csv").write_text(CUSTOMERS, encoding="utf-8")
    line.ok(
        "source", "add", "crm", "--type", "csv", "--set", f"path={folder / 'c.csv'}", "--country", "DE", "--area", "89"
    )
    line.ok("sync")
    shared = ("client", "add", "--sources", "crm", "--fields", "name,business", "--country", "DE")
    line.ok(*shared, "sbc", "--preset", "audiocodes", "--password-stdin", given=PASSWORD + "\n")
    return line


@contextmanager
def serving(line: CommandLine, *options: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Run the server on free ports; give its addresses, and what it logged once it has ended in order."""
    command = [sys.executable, "-m", "directory_server", "--data", line.data, "serve", "--json", "--ldap", ""]
    command += ["--web", "127.0.0.1:0", "--ldaps", "127.0.0.1:0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    logged: list[str] = []
    try:
        assert process.stdout
        first = process.stdout.readline()
        assert first, process.communicate()[1]
        yield json.loads(first), logged
        process.send_signal(signal.SIGTERM)
        logged.append(process.communicate(timeout=30)[1])
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def client(address: str, *, trusting: ssl.SSLContext | bool = True, password: str | None = PASSWORD) -> httpx.Client:
    login = ("sbc", password) if password else None
    return httpx.Client(base_url=address, auth=login, verify=trusting, trust_env=False, timeout=20)


def test_names_come_over_http_and_https_and_into_no_log(line: CommandLine) -> None:
    with serving(line, "--https", "127.0.0.1:0") as (facts, logged):
        trusting = ssl.create_default_context(cafile=str(line.data / "tls" / "ldap.crt"))
        with client(f"https://{facts['https']}", trusting=trusting) as https, client(f"http://{facts['web']}") as http:
            for asked in (https, http):
                answer = asked.get("/lookup/%2B498999998512")
                assert (answer.status_code, answer.text) == (200, SHOWN)
                assert asked.get("/lookup/08999998599.json").json()["company"] == "Müller Maschinenbau GmbH"
                call = {"sourceAddress": {"dialString": "+498999998512", "displayName": ""}}
                assert asked.post("/lookup/anynode", json=call).json()["sourceAddress"]["displayName"] == SHOWN
                assert (
                    asked.post("/lookup/landis", json={"surname": ["Groß"]}).json()[0]["mobilePhone"] == "+491715550101"
                )
                assert f"{SHOWN} (Mobil)" in asked.get("/phonebook/cisco.xml?q=gross").text
            assert https.get("/healthz").status_code == 404
            assert https.get("/api/search?text=x").status_code == 404
            assert http.get("/healthz").status_code == 200
            assert http.get("/lookups").status_code == 404
            with Directory(line.data, https=facts["https"], web=facts["web"]) as directory:
                findings = {one.check: one.health for one in examine(directory)}
            assert (findings["web"], findings["https"]) == ("good", "good")
            status = http.get(facts["status"].replace("/status?", "/status.json?")).json()
            assert {one["name"]: one["address"] for one in status["fronts"]}["HTTPS"] == facts["https"]
        with client(f"https://{facts['https']}", trusting=trusting, password=None) as nobody:
            assert nobody.get("/lookup/%2B498999998512").headers["www-authenticate"].startswith("Basic ")
    for word in ("498999998512", "Groß", "gross", PASSWORD, "Traceback"):
        assert word not in logged[0]


@pytest.mark.parametrize(("trusted", "status"), [("", 401), ("127.0.0.1", 200)])
def test_nobody_may_pretend_to_be_another_address_but_a_trusted_proxy(
    line: CommandLine, monkeypatch: pytest.MonkeyPatch, trusted: str, status: int
) -> None:
    with Directory(line.data) as directory:
        name, sources = f"far {status}", frozenset(one.id for one in stored.all(directory.database))
        far = Client(0, name, "generic", sources, frozenset({FieldGroup.NAME, FieldGroup.BUSINESS}), "", Location("DE"))
        clients.add(directory.database, replace(far, addresses=("10.9.8.7/32",)), None)
    monkeypatch.setenv("CONTACTORY_TRUSTED_PROXIES", trusted)
    with serving(line) as (facts, _logged), client(f"http://{facts['web']}", password=None) as asked:
        assert "https" not in facts
        assert asked.get("/lookup/08999998512", headers={"x-forwarded-for": "10.9.8.7"}).status_code == status


def test_a_taken_address_and_a_wrong_proxy_are_said_plainly(line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(line) as (facts, _logged):
        message = line.refused("serve", "--web", "", "--ldap", "", "--ldaps", "", "--https", facts["web"])
    assert message.startswith(f"https cannot listen on {facts['web']}: ")
    monkeypatch.setenv("CONTACTORY_TRUSTED_PROXIES", "*")
    assert "trusted_proxies" in line.refused("serve")
