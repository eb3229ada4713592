"""Every file of an index, damaged in every way: built anew by itself, and everything is found again."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory import tables
from directory_server.directory.index import Index
from directory_server.directory.words import segment_file, segments
from directory_server.directory.words.segment_file import SegmentFile
from tests.fakes.world import World

SIZE = 60
FOREIGN = b"PK\x03\x04 somebody else's file \xff\xfe" * 300


def flipped(share: float) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        at = min(int(len(content) * share), len(content) - 1)
        return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :] if content else b"\x10"

    return damage


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "emptied": lambda _: b"",
    "cut by a byte": lambda content: content[:-1],
    "cut in half": lambda content: content[: len(content) // 2],
    "cut to its header": lambda content: content[:100],
    "longer": lambda content: content + b"\0" * 4096,
    "foreign": lambda _: FOREIGN,
    "zeroed": lambda content: bytes(len(content)),
    "removed": lambda _: None,
    **{f"a bit flipped at {share:.0%}": flipped(share) for share in (0, 0.01, 0.1, 0.3, 0.5, 0.8, 1)},
}


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Make a world whose index has words both inside its database and in files of their own."""
    with pytest.MonkeyPatch.context() as patch, World(tmp_path_factory.mktemp("damaged")) as world:
        patch.setattr(segments, "_INSIDE", SIZE // 2)
        source = world.source("crm")
        world.put(source, {str(at): contact(at) for at in range(SIZE)})
        world.index.rebuild()
        world.put(source, {"new": contact(SIZE), "0": contact(SIZE + 1)})
        with closing(sqlite3.connect(next((world.folder / "index").glob("index-*/*.sqlite")))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        world.index.close()
        yield world


@pytest.fixture
def world(intact: World) -> Iterator[World]:
    """Give the world with a copy of its index, to be opened when that is damaged."""
    kept = intact.folder / "kept"
    if not kept.exists():
        shutil.copytree(intact.folder / "index", kept)
    shutil.rmtree(intact.folder / "index")
    shutil.copytree(kept, intact.folder / "index")
    yield intact
    intact.index.close()


def contact(at: int) -> Contact:
    return Contact(
        given_name=f"Given{chr(97 + at % 26)}{chr(97 + at // 26)}",
        family_name="Steinacher",
        phones=(Phone(PhoneKind.WORK, f"089 {at:07}"),),
    )


def files(world: World) -> list[Path]:
    return sorted(path for path in (world.folder / "index").rglob("*") if path.is_file())


def check(world: World) -> None:
    """Find everything by beginnings, typos, numbers and ids."""
    view = world.view()
    expected = {str(at) for at in range(SIZE)} | {"new"}
    assert {one.key for one in view.all()} == expected
    assert {one.key for one in view.listings("steinacher", 100)} == expected
    assert {one.key for one in view.listings("stenacher", 100)} == expected
    for at in (1, 2, SIZE // 2, SIZE, SIZE + 1):
        key = {SIZE: "new", SIZE + 1: "0"}.get(at, str(at))
        assert [one.key for one in view.listings(f'"{contact(at).given_name}"')] == [key]
        assert [one.key for one in view.lookup(f"089 {at:07}").listings] == [key]


def in_cards(before: bytes, after: bytes) -> bool:
    """Whether two contents of a file differ among the cards of a segment only, which are checked when they are read."""
    _kind, start, length, _checksum = SegmentFile(before)._sections["cards"]
    return (
        len(before) == len(after)
        and before[:start] == after[:start]
        and before[start + length :] == after[start + length :]
    )


def test_there_is_something_to_damage(world: World) -> None:
    names = {path.name.rstrip("0123456789") for path in files(world)}
    assert {"current", "segments.sqlite", "words-"} <= names
    world.index = Index.open(world.folder / "index", world.database)
    check(world)
    assert world.index.follow() == 0


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("serving", [False, True])
def test_a_damaged_file_is_built_anew(world: World, damage: str, serving: bool) -> None:
    pristine = {path: path.read_bytes() for path in files(world)}
    for path, content in pristine.items():
        if path.name == tables.FILE and damage.startswith("a bit flipped") and not damage.endswith(" 0%"):
            continue  # SQLite keeps no checksums: inside of a row nobody can tell
        damaged = DAMAGES[damage](content)
        if damaged is None:
            path.unlink()
        else:
            path.write_bytes(damaged)
        if serving:
            world.index = Index.serving(world.folder / "index", world.database)
            world.index.follow()
        else:
            world.index = Index.open(world.folder / "index", world.database)
        try:
            if path.name.startswith("words-") and damaged is not None and in_cards(content, damaged):
                with pytest.raises(sqlite3.DatabaseError, match="index rebuild"):
                    check(world)
                world.index.rebuild()
            check(world)
        except BaseException as error:
            error.add_note(f"{path.name} {damage}")
            raise
        world.index.close()
        shutil.rmtree(world.folder / "index")
        for other, whole in pristine.items():
            other.parent.mkdir(exist_ok=True)
            other.write_bytes(whole)
    world.index = Index.open(world.folder / "index", world.database)


def test_segments_of_an_older_format_are_built_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_file, "FORMAT", segment_file.FORMAT + 1)
    world.index = Index.open(world.folder / "index", world.database)
    check(world)


@pytest.mark.parametrize("version", ["", "0", "1.1", "999.999", "x"])
def test_an_index_of_another_version_is_built_anew(world: World, version: str) -> None:
    (path,) = (world.folder / "index").glob("index-*/*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'version'", (version,))
        connection.commit()
    world.index = Index.open(world.folder / "index", world.database)
    check(world)
    assert not path.exists()


@pytest.mark.parametrize(
    "name", ["index", "index-x", "words-1", ".DS_Store", "current.new", "index-999", "index-1.sqlite"]
)
@pytest.mark.parametrize("folder", [False, True])
def test_what_else_lies_in_the_folder_disturbs_nobody(world: World, name: str, folder: bool) -> None:
    at = world.folder / "index" / name
    if folder and name != "current.new":
        at.mkdir()
        (at / "x").write_bytes(FOREIGN)
    else:
        at.write_bytes(FOREIGN)
    (*_, generation) = (world.folder / "index").glob("index-[0-9]/")
    (generation / "words-77").write_bytes(FOREIGN)
    world.index = Index.open(world.folder / "index", world.database)
    check(world)
    world.index.rebuild()
    check(world)


@pytest.mark.parametrize(
    ("before", "after"), [(b'{"given_name"', b'{"given_name '), (b"Steinacher", b"Steincanary"), (b"2026-", b"2027-")]
)
def test_a_damaged_contact_is_told_of_and_nothing_of_it(world: World, before: bytes, after: bytes) -> None:
    (path,) = (world.folder / "index").glob("index-*/words-*")
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after[: len(before)]))
    world.index = Index.open(world.folder / "index", world.database)
    with pytest.raises(sqlite3.DatabaseError, match="index rebuild") as told:
        world.view().listings("steinacher", 100)
    assert "canar" not in str(told.value)
    assert told.value.__context__ is None or told.value.__suppress_context__
    world.index.rebuild()
    check(world)


@pytest.mark.parametrize("ask", [lambda view: view.listings("steinacher", 100), lambda view: list(view.all())])
def test_a_file_that_is_cut_short_while_it_is_asked_is_told_of(
    world: World, monkeypatch: pytest.MonkeyPatch, ask
) -> None:
    world.index = Index.open(world.folder / "index", world.database)
    monkeypatch.setattr("os.pread", lambda _file, size, _at: bytes(size - 1))
    with pytest.raises(sqlite3.DatabaseError, match="index rebuild"):
        ask(world.view())
