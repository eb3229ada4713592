"""Settings: file, environment, options; each wins over the one before, unknown names are refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from directory_server import config


def test_environment_wins_over_file_and_options_over_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "directory.toml").write_text('ldap = "127.0.0.1:1"\nldaps = "127.0.0.1:2"\nweb = "127.0.0.1:3"\n')
    monkeypatch.setenv("CONTACTORY_LDAPS", "127.0.0.1:20")
    monkeypatch.setenv("CONTACTORY_WEB", "127.0.0.1:30")
    loaded = config.load(tmp_path, web="127.0.0.1:300", ldap=None)
    assert (loaded.ldap, loaded.ldaps, loaded.web) == ("127.0.0.1:1", "127.0.0.1:20", "127.0.0.1:300")


def test_unknown_key_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "directory.toml").write_text("ldpa = true\n")
    with pytest.raises(ValidationError, match="ldpa"):
        config.load(tmp_path)


def test_unknown_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.UnknownVariable, match="CONTACTORY_LDPA"):
        config.load(tmp_path, {"CONTACTORY_LDPA": "x"})


@pytest.mark.parametrize("text", ["*", "proxy.example.com", "10.0.0.0/8, *", "10.0.0.1/8", "10.0.0.1,,"])
def test_a_proxy_that_is_no_network_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        config.load(tmp_path, {}, trusted_proxies=text)
    assert config.load(tmp_path, {}, trusted_proxies="10.0.0.1, fd00::/8").trusted_proxies


def test_variables_of_the_other_programs_are_left_alone(tmp_path: Path) -> None:
    environ = {"CONTACTORY_RELAY_LISTEN": "x", "CONTACTORY_TEAMS_RELAY": "x", "CONTACTORY_DATA": "x", "PATH": "x"}
    assert config.load(tmp_path, environ).web == "127.0.0.1:8400"


@pytest.mark.parametrize(
    "url", ["proxy.test:3128", "https://proxy.test:3128", "http://proxy.test", "http://:1", "http://p:1/x"]
)
def test_a_setting_that_is_no_proxy_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match="is not http://host:port"):
        config.load(tmp_path, {}, proxy=url)
    assert config.load(tmp_path, {}, proxy="http://proxy.test:3128").proxy


def test_credentials_in_the_setting_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="contact-directory proxy login"):
        config.load(tmp_path, {}, proxy="http://anna:hunter2@proxy.test:3128")
