"""Tokens open the API by their hash alone."""

from datetime import UTC, datetime

import pytest

from directory_server.store import tokens
from directory_server.store.errors import NameTaken, NotFound
from tests.fakes.world import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    with World(tmp_path) as world:
        yield world.database


def test_a_token_is_known_by_name_until_it_is_removed(database):
    one, other = tokens.new_token(), tokens.new_token()
    tokens.add(database, "page", one, NOW)
    tokens.add(database, "monitor", other, NOW)
    assert [token.name for token in tokens.all(database)] == ["monitor", "page"]
    assert (tokens.verify(database, one), tokens.verify(database, other)) == ("page", "monitor")
    tokens.remove(database, "page")
    assert tokens.verify(database, one) is None
    with pytest.raises(NotFound):
        tokens.remove(database, "page")


def test_a_name_is_taken_once(database):
    tokens.add(database, "page", tokens.new_token(), NOW)
    with pytest.raises(NameTaken):
        tokens.add(database, "page", tokens.new_token(), NOW)


@pytest.mark.parametrize("wrong", ["", "ctd_", "x" * 129, "\ud800", "ü"])
def test_anything_else_is_no_token(database, wrong):
    tokens.add(database, "page", tokens.new_token(), NOW)
    assert tokens.verify(database, wrong) is None


def test_the_file_holds_no_token(database):
    token = tokens.new_token()
    tokens.add(database, "page", token, NOW)
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    held = b"".join(path.read_bytes() for path in database.path.parent.glob("contactory.sqlite*"))
    assert token.encode() not in held
    assert token.removeprefix(tokens.PREFIX).encode() not in held
