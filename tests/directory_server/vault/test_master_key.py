import stat

import pytest

from directory_server.vault import master_key
from directory_server.vault.errors import MasterKeyExists, MasterKeyMissing, MasterKeyTooOpen, MasterKeyWrongSize


def test_a_created_key_is_loaded_again(tmp_path):
    key = master_key.create(tmp_path)
    assert len(key) == master_key.SIZE
    assert master_key.load(tmp_path) == key
    assert [entry.name for entry in tmp_path.iterdir()] == [master_key.FILE_NAME]


def test_the_file_is_readable_by_its_owner_only(tmp_path):
    master_key.create(tmp_path)
    assert stat.S_IMODE((tmp_path / master_key.FILE_NAME).stat().st_mode) == 0o400


def test_keys_differ(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert master_key.create(tmp_path / "a") != master_key.create(tmp_path / "b")


def test_a_key_is_never_replaced(tmp_path):
    key = master_key.create(tmp_path)
    with pytest.raises(MasterKeyExists):
        master_key.create(tmp_path)
    assert master_key.load(tmp_path) == key
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_key_names_the_way_out(tmp_path):
    with pytest.raises(MasterKeyMissing, match="init"):
        master_key.load(tmp_path)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420])
def test_a_key_others_may_touch_is_refused(tmp_path, mode):
    master_key.create(tmp_path)
    (tmp_path / master_key.FILE_NAME).chmod(mode)
    with pytest.raises(MasterKeyTooOpen, match=f"{mode:04o}"):
        master_key.load(tmp_path)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_refused(tmp_path, size):
    path = tmp_path / master_key.FILE_NAME
    path.write_bytes(bytes(size))
    path.chmod(0o400)
    with pytest.raises(MasterKeyWrongSize, match=f"{size} bytes"):
        master_key.load(tmp_path)
