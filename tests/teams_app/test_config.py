"""Settings: file, environment and options in their order; unknown keys refused; the secret never shown."""

from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from teams_app.config import load


def test_option_wins_over_environment_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "teams.toml"
    tid = UUID(int=5)
    file.write_text(
        f'relay = "https://file/"\nauthority = "https://file"\nlisten = "1.2.3.4:5"\n[pins]\n"{tid}" = "fp"\n'
    )
    monkeypatch.setenv("CONTACTORY_TEAMS_RELAY", "https://environment/")
    monkeypatch.setenv("CONTACTORY_TEAMS_AUTHORITY", "https://environment")
    config = load(file, {}, relay="https://option/", listen=None)
    assert (config.relay, config.authority, config.listen) == ("https://option", "https://environment", "1.2.3.4:5")
    assert config.pins == {tid: "fp"}


def test_secret_is_in_no_repr() -> None:
    assert "sesame" not in repr(load(None, {}, bot_app_secret="sesame"))


@pytest.mark.parametrize(
    "wrong",
    [{"relay": "ftp://x"}, {"tenant": "common"}, {"tab_url": "tab"}, {"authority": "https://"}, {"nonsense": "x"}],
)
def test_wrong_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        load(None, {}, **wrong)


def test_unknown_keys_are_refused_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "teams.toml"
    file.write_text('relais = "https://x"\n')
    with pytest.raises(ValidationError, match="relais"):
        load(file, {})
    with pytest.raises(ValueError, match="CONTACTORY_TEAMS_RELAIS"):
        load(None, {"CONTACTORY_TEAMS_RELAIS": "x"})
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.toml", {})


def test_audiences_name_our_api_in_every_form() -> None:
    config = load(None, {}, api_client_id="api", tab_url="https://tab.example:8443/tab/")
    assert config.audiences == {"api", "api://api", "api://tab.example/api"}
    assert load(None, {}).audiences == frozenset()
