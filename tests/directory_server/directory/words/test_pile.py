"""What is put on a pile comes back in its order, from memory or from a file."""

import gc
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.words import pile as module
from directory_server.directory.words.pile import Pile


@given(st.lists(st.binary(max_size=20)), st.sampled_from([0, 7, 1000]), st.sampled_from([1, 8, 1000]))
def test_everything_comes_back(pieces, in_memory, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_IN_MEMORY", in_memory)
        patch.setattr(module, "AT_ONCE", at_once)
        pile = Pile()
        for piece in pieces:
            pile.add(piece)
        whole = b"".join(pieces)
        assert pile.size == len(whole)
        assert b"".join(pile.pieces()) == whole == b"".join(pile.pieces())


def test_little_is_written_at_once(tmp_path, monkeypatch):
    written = []

    class Watched:
        def __init__(self, file):
            self._file = file

        def write(self, data):
            written.append(len(data))
            return self._file.write(data)

        def __getattr__(self, name):
            return getattr(self._file, name)

    monkeypatch.setattr(module, "TemporaryFile", lambda **options: Watched(TemporaryFile(**options)))  # noqa: SIM115
    pile = Pile(tmp_path)
    whole = bytes(range(256)) * (5 * module.AT_ONCE // 256 + 1)
    for _ in range(60):
        pile.add(whole)
    assert b"".join(pile.pieces()) == whole * 60
    assert sum(written) == pile.size
    assert max(written) == module.AT_ONCE


def test_its_file_has_no_name_and_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_IN_MEMORY", 10)
    pile = Pile(tmp_path)
    pile.add(b"x" * 1000)
    file = pile._file
    assert list(tmp_path.iterdir()) == []
    assert not file.closed
    del pile
    gc.collect()
    assert file.closed
