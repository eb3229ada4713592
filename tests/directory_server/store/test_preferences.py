import pytest

from directory_server.store import preferences
from directory_server.store.database import Database
from directory_server.vault.vault import Vault


@pytest.fixture
def database(tmp_path):
    opened = Database.open(tmp_path / "contactory.sqlite", Vault(bytes(32)))
    yield opened
    opened.close()


def test_preferences_are_kept_replaced_and_forgotten(database):
    assert preferences.all(database) == {}
    preferences.put(database, "notes", ("crm",))
    preferences.put(database, "company", ("crm", "ad"))
    preferences.put(database, "company", ("ad",))
    assert preferences.all(database) == {"company": ("ad",), "notes": ("crm",)}
    assert preferences.remove(database, "company")
    assert not preferences.remove(database, "company")
    assert preferences.all(database) == {"notes": ("crm",)}
    with pytest.raises(ValueError, match="no field 'nix'"):
        preferences.put(database, "nix", ("crm",))
