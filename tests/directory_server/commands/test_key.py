from directory_server.fronts.uplink import sequence
from directory_server.store.database import Database
from directory_server.vault import master_key
from directory_server.vault.vault import Vault


def test_rotation_is_left_for_the_server_to_find(line):
    assert line.ok("key", "rotate") == {"replaced": 0}
    database = Database.open(line.data / "contactory.sqlite", Vault(master_key.load(line.data)))
    try:
        sequence.keep(database, 1_800_000_000)
        assert line.ok("key", "rotate") == {"replaced": 1_800_000_000}
        assert sequence.replaced(database) == 1_800_000_000
    finally:
        database.close()
    assert "within a few seconds" in line.run("key", "rotate").out
