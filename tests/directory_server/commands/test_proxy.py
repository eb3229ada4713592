"""`proxy login`, `proxy logout` and what `proxy check` says, at real proxies and a real relay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.program import free_port
from tests.fakes.command_line import CommandLine
from tests.servers.jwks import JwksServer
from tests.servers.proxy import PASSWORD, USER, Proxy
from tests.servers.relay import Relay
from tests.servers.terminator import Terminator

pytestmark = pytest.mark.server

STEPS = ["proxy", "credentials", "connection", "relay", "line", "identity provider"]


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with Relay() as running:
        yield running


@pytest.fixture(scope="module")
def authority() -> Iterator[str]:
    with JwksServer() as server:
        yield server.authority


def check(line: CommandLine, relay: str, authority: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what works by step, and the details of all steps; text and JSON must agree."""
    words = ("proxy", "check", "--relay", relay, "--authority", authority)
    ran, told = line.run(*words), line.run(*words, "--json")
    steps = told.json()
    works = {step["check"]: step["works"] for step in steps}
    assert ran.code == told.code == (0 if all(works.values()) else 1)
    for step in steps:
        assert f"{'ok  ' if step['works'] else 'BAD '} {step['check']}: " in ran.out
        assert step["works"] or step["advice"], "what does not work comes with what to do"
        assert step["advice"] in ran.out
    return works, {step["check"]: step["detail"] for step in steps}


def login(line: CommandLine, password: str = PASSWORD) -> None:
    assert line.ok("proxy", "login", "--user", USER, "--password-stdin", given=password + "\n") == {"user": USER}


def test_without_a_proxy_everything_works(line, relay, authority) -> None:
    works, details = check(line, relay.url, authority)
    assert works == dict.fromkeys([step for step in STEPS if step != "credentials"], True)
    assert details["proxy"].startswith("none")


@pytest.mark.parametrize("mode", ["basic", "ntlm"])
def test_the_login_is_needed_and_used_until_it_is_forgotten(mode, line, relay, authority, monkeypatch) -> None:
    with Proxy(mode) as proxy:
        monkeypatch.setenv("CONTACTORY_PROXY", proxy.url)
        works, details = check(line, relay.url, authority)
        assert works == {"proxy": True, "credentials": False}
        assert "asks for user and password" in details["credentials"]
        login(line)
        assert check(line, relay.url, authority)[0] == dict.fromkeys(STEPS, True)
        login(line, "hunter2")
        works, details = check(line, relay.url, authority)
        assert works == {"proxy": True, "credentials": False}
        assert "refuses user or password" in details["credentials"]
        assert "hunter2" not in str(details)
        line.ok("proxy", "logout")
        assert "asks for" in check(line, relay.url, authority)[1]["credentials"]


def test_the_password_is_asked_for_on_the_terminal(line, relay, authority, monkeypatch) -> None:
    ran = line.run("proxy", "login", "--user", USER, given=PASSWORD + "\n")
    assert ran.code == 0
    assert PASSWORD not in ran.out + ran.err
    with Proxy("basic") as proxy:
        monkeypatch.setenv("CONTACTORY_PROXY", proxy.url)
        assert check(line, relay.url, authority)[0]["credentials"]


@pytest.mark.parametrize(("user", "given"), [("", "x\n"), ("anna", "\n"), ("anna", "")])
def test_an_empty_login_is_refused(user, given, line) -> None:
    assert line.run("proxy", "login", "--user", user, "--password-stdin", given=given).code == 2


def test_a_proxy_that_is_not_there(line, relay, authority, monkeypatch) -> None:
    monkeypatch.setenv("CONTACTORY_PROXY", f"http://127.0.0.1:{free_port()}")
    works, details = check(line, relay.url, authority)
    assert works == {"proxy": False}
    assert "Connection refused" in details["proxy"]


def test_a_relay_that_is_not_there(line, authority, monkeypatch) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    works, details = check(line, gone, authority)
    assert works == {"proxy": True, "connection": False, "identity provider": True}
    assert "Connection refused" in details["connection"]
    with Proxy() as proxy:
        monkeypatch.setenv("CONTACTORY_PROXY", proxy.url)
        works, details = check(line, gone, authority)
        assert works == {"proxy": False}
        assert "status 502" in details["proxy"]


def test_a_proxy_that_lets_no_websocket_through(line, relay, authority, monkeypatch) -> None:
    with Proxy("stripping") as proxy:
        monkeypatch.setenv("CONTACTORY_PROXY", proxy.url)
        works, details = check(line, relay.url, authority)
        assert works == {**dict.fromkeys(STEPS, True), "line": False}
        assert "instead of opening a WebSocket" in details["line"]


def test_another_server_is_no_relay_and_no_identity_provider(line, relay, authority) -> None:
    works, _ = check(line, authority, relay.url)
    assert works == {"proxy": True, "connection": True, "relay": False, "line": False, "identity provider": False}


def test_an_inspecting_proxy_is_recognised(line, relay, authority, tmp_path: Path, monkeypatch) -> None:
    with (
        Terminator(tmp_path, relay.port) as front,
        Proxy("inspecting", trusts=front.ca_file) as proxy,
        JwksServer() as provider,
    ):
        assert "not trusted" in check(line, front.url, authority)[1]["tls"]
        monkeypatch.setenv("CONTACTORY_CA_FILE", str(front.ca_file))
        steps = ["proxy", "tls", "relay", "line", "identity provider"]
        assert check(line, front.url, provider.authority)[0] == dict.fromkeys(steps, True)
        monkeypatch.setenv("CONTACTORY_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", provider.authority.removeprefix("http://"))  # it speaks no TLS to be inspected
        assert "not trusted" in check(line, front.url, provider.authority)[1]["tls"]
        monkeypatch.setenv("CONTACTORY_CA_FILE", str(proxy.ca_file))
        works, details = check(line, front.url, provider.authority)
        assert works == {**dict.fromkeys(steps, True), "credentials": True}
        assert "certificate by" in details["tls"]


def test_a_ca_file_that_is_none_is_told(line, relay, authority, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CONTACTORY_CA_FILE", str(tmp_path / "none.pem"))
    works, details = check(line, relay.url, authority)
    assert works == {"trust": False}
    assert "none.pem cannot be read" in details["trust"]
    assert "none.pem cannot be read" in line.refused("serve", "--web", "127.0.0.1:0", "--ldap", "", "--ldaps", "")


def test_a_relay_has_to_be_named_before_registration(line) -> None:
    assert "--relay" in line.run("proxy", "check").err
    assert line.run("proxy", "check").code == 2
    assert line.run("proxy", "check", "--relay", "relay.test").code == 2
