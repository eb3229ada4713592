import logging
from importlib.metadata import EntryPoint

import pytest

from connectors import registry
from connectors.csv_file.connector import CsvConnector
from connectors.errors import ConfigInvalid
from connectors.odbc.connector import OdbcConnector


@pytest.fixture
def broken(monkeypatch):
    entries = [
        EntryPoint("csv", "connectors.csv_file.connector:CsvConnector", registry.GROUP),
        EntryPoint("broken", "no_such_package.connector:Connector", registry.GROUP),
        EntryPoint("empty", "connectors.events:Nothing", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)


def test_built_in_types_come_from_entry_points() -> None:
    found = registry.types()
    assert found["csv"] is CsvConnector
    assert found["odbc"] is OdbcConnector
    assert all(kind.type_name == name for name, kind in found.items())


def test_a_broken_connector_does_not_hide_the_others(broken, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        assert list(registry.types()) == ["csv"]
    assert "no_such_package" in caplog.text
    for name in ("broken", "empty"):
        with pytest.raises(ConfigInvalid, match=f"'{name}' cannot be loaded"):
            registry.connect(name, {})


def test_an_unknown_type_lists_the_known() -> None:
    with pytest.raises(ConfigInvalid, match=r"'sqll' is unknown; known are: csv, .*odbc"):
        registry.connect("sqll", {})
    with pytest.raises(ConfigInvalid, match="unknown"):
        registry.mapping_of("sqll")


def test_wrong_settings_are_named_and_never_echoed() -> None:
    settings = {"connection": "DSN=x;PWD=geheim", "login_timeout": "geheim", "zzz": "geheim"}
    with pytest.raises(ConfigInvalid) as caught:
        registry.connect("odbc", settings)
    assert "setting 'login_timeout':" in str(caught.value)
    assert "setting 'zzz' is unknown" in str(caught.value)
    assert "geheim" not in str(caught.value) + repr(caught.value.__cause__)


def test_secrets_are_in_no_repr() -> None:
    connector = registry.connect("odbc", {"connection": "DSN=x;PWD=geheim1", "password": "geheim2", "table": "k"})
    assert "geheim" not in repr(connector) + repr(vars(connector))


def test_a_wrong_mapping_is_refused_at_once(tmp_path) -> None:
    with pytest.raises(ConfigInvalid, match="'nix'"):
        registry.connect("csv", {"path": str(tmp_path / "k.csv")}, {"nix": "x"})
    assert registry.mapping_of("csv", {"custom": {"a": "b"}}).picks["custom.a"]
