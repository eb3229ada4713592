"""The number of changes is another one after each, for every process, and none while one is under way."""

import pytest

from directory_server.directory.changes import Changes


def test_a_change_is_seen_by_all_and_known_by_nobody_while_it_is_made(tmp_path):
    one, other = Changes(tmp_path / "changes"), Changes(tmp_path / "changes")
    before = one.number()
    assert before is not None
    with one.changing():
        assert (one.number(), other.number()) == (None, None)
    after = other.number()
    assert after == one.number()
    assert after not in {None, before}
    assert (tmp_path / "changes").stat().st_mode & 0o777 == 0o600


def test_a_failed_change_may_have_become_visible(tmp_path):
    changes = Changes(tmp_path / "changes")
    before = changes.number()
    with pytest.raises(OSError, match="full"), changes.changing():
        raise OSError("full")
    assert changes.number() not in {None, before}


def test_after_a_killed_writer_nobody_can_tell_until_the_next_change(tmp_path):
    changes = Changes(tmp_path / "changes")
    before = changes.number()
    (tmp_path / "changes").write_bytes((before + 1).to_bytes(8, "little"))
    assert changes.number() is None
    with changes.changing():
        assert changes.number() is None
    assert changes.number() not in {None, before}


def test_a_folder_that_is_gone_is_looked_for_again(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    changes = Changes(folder / "changes")
    before = changes.number()
    folder.rename(tmp_path / "away")
    changes.reopen()
    assert changes.number() == before
    folder.mkdir()
    changes.reopen()
    with Changes(folder / "changes").changing():
        assert changes.number() is None


def test_a_replaced_file_is_found_by_looking_again(tmp_path):
    changes = Changes(tmp_path / "changes")
    for replace in (lambda: (tmp_path / "new").replace(tmp_path / "changes"), (tmp_path / "changes").unlink):
        other = Changes(tmp_path / "new")
        for _ in range(5):
            with other.changing():
                pass
        replace()
        changes.reopen()
        again = Changes(tmp_path / "changes")
        with again.changing():
            assert changes.number() is None
        assert changes.number() == again.number()


def test_a_number_is_still_the_same_until_something_changes(tmp_path):
    one, other = Changes(tmp_path / "changes"), Changes(tmp_path / "changes")
    before = one.number()
    assert one.is_still(before)
    with other.changing():
        assert not one.is_still(before)
    assert not one.is_still(before)
    assert one.is_still(one.number())


def test_who_looks_often_finds_a_replaced_file(tmp_path):
    changes = Changes(tmp_path / "changes")
    with changes.changing():
        pass
    assert changes.look() == changes.number()
    Changes(tmp_path / "new")
    (tmp_path / "new").replace(tmp_path / "changes")
    assert {changes.look() for _ in range(300)} == {2, 0}
