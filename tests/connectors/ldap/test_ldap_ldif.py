"""LDIF: what is written is read back, what is broken is said with its line, what is cut is never whole."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigInvalid, PartialRead
from connectors.events import BadRecord, Event, Snapshot, Upsert
from connectors.ldap import ldif
from connectors.ldap.connector import LdapConnector
from connectors.ldap.ldif import Truncated, parse, render
from connectors.ldap.record import Broken, Entry, Item
from connectors.ldap.settings import LdapSettings

NAMES = st.from_regex(r"[a-z][a-z0-9.-]{0,9}(;[a-z][a-z0-9-]{0,5})?", fullmatch=True).filter(
    lambda name: name not in {"dn", "control", "changetype", "version"}
)
VALUES = st.binary(max_size=300) | st.text(max_size=100).map(str.encode)
DNS = st.text(st.characters(codec="utf-8"), max_size=120)
ENTRIES = st.lists(
    st.builds(Entry, DNS, st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=6).map(tuple)), max_size=5
)


def read(data: bytes) -> list[Item]:
    return list(parse(data.splitlines(keepends=True)))


def lines_of(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


@given(ENTRIES, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_what_is_rendered_is_read_back(entries: list[Entry], end: bytes, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + render(entries).replace(b"\n", end)
    assert list(parse(lines_of(data))) == entries
    assert all(len(line) <= ldif.FOLD + 2 for line in data.splitlines())


@given(ENTRIES.filter(bool), st.data())
def test_a_file_cut_anywhere_never_gives_a_wrong_entry(entries: list[Entry], data: st.DataObject) -> None:
    whole = render(entries)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    found: list[Item] = []
    try:
        found.extend(parse(cut.splitlines(keepends=True) if b"\r" not in cut else pieces(cut)))
    except Truncated:
        return
    good = [item for item in found if isinstance(item, Entry)]
    # Cut exactly between two lines, the last entry may look whole: it holds its first attributes, the last one cut.
    assert good[:-1] == entries[: len(good)][:-1] or not good
    if good:
        read_, written = good[-1].attributes, entries[len(good) - 1].attributes
        assert read_[:-1] == written[: len(read_)][:-1]
        assert all(
            short[0] == long[0] and long[1].startswith(short[1]) for short, long in zip(read_, written, strict=False)
        )


def pieces(data: bytes) -> list[bytes]:
    ended, _, rest = data.rpartition(b"\n")
    return [*(line + b"\n" for line in ended.split(b"\n")), *([rest] if rest else [])]


@given(st.binary(max_size=400) | st.text("dn: abc=\n#1 :<version", max_size=200).map(str.encode))
def test_garbage_is_entries_broken_or_truncated_and_nothing_else(data: bytes) -> None:
    try:
        for item in parse(pieces(data)):
            assert isinstance(item, Entry | Broken)
    except Truncated:
        pass


def test_folding_comments_base64_several_values_and_options() -> None:
    data = (
        "# export\n# a comment\n  that goes on\nversion: 1\ndn:: Y249SsO8cmdlbg==\nCN: Jürg\n en\ncn;lang-en:George\n"
        "tel: 1\n# between\ntel: 2\njpegPhoto:< file:///etc/passwd\nnote:\n\n\n# end\n"
    ).encode()
    (entry,) = read(data)
    assert entry == Entry(
        "cn=Jürgen",
        (("CN", "Jürgen".encode()), ("cn;lang-en", b"George"), ("tel", b"1"), ("tel", b"2"), ("note", b"")),
    )
    assert entry.line == 4


def test_a_broken_entry_names_its_line_and_the_others_survive() -> None:
    data = b"dn: cn=a\ncn: a\n\ndn: cn=b\nentryUUID: b\nno colon here\n\ndn: cn=c\ncn:: %%%\n\ndn: cn=d\ncn: d\n\n"
    a, b, c, d = read(data)
    assert isinstance(a, Entry)
    assert isinstance(d, Entry)
    assert b == Broken(6, "not of the form 'attribute: value'", (("dn", b"cn=b"), ("entryUUID", b"b")))
    assert isinstance(c, Broken)
    assert (c.line, c.reason) == (9, "value of cn is not valid base64")


@pytest.mark.parametrize(
    "data",
    [
        b"dn: cn=a\ncn: a\n\ndn: cn=b\ncn: hal",  # no line end
        b"dn: cn=a\ncn: a\n\ndn: cn=b\ncn:: SGFsbG\n",  # base64 ends early
        b"dn: cn=a\ncn: a\n\nd\n",
        b"dn: cn=a\ncn: a\n\n# search result\nsearch: 2\nresult: 4 Size limit exceeded\n",
    ],
)
def test_a_cut_file_is_truncated(data: bytes) -> None:
    with pytest.raises(Truncated):
        read(data)


def test_the_trailer_of_ldapsearch_is_no_entry() -> None:
    (entry,) = read(b"dn: cn=a\ncn: a\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n")
    assert isinstance(entry, Entry)


def test_change_records() -> None:
    added, deleted, future = read(
        b"dn: cn=a\nchangetype: add\ncn: a\n\ndn: cn=b\nchangetype: delete\n\nversion: 2\ndn: cn=c\ncn: c\n\n"
    )
    assert added == Entry("cn=a", (("cn", b"a"),))
    assert isinstance(deleted, Broken)
    assert isinstance(future, Broken)


def test_huge_entries_and_lines_are_refused_in_bounded_memory_and_linear_time() -> None:
    piece = b"A" * 1_048_576
    endless = [b"dn: cn=a\n", b"x:: ", *[piece] * 40, b"\n", b"\n", b"dn: cn=b\n", b"cn: b\n", b"\n"]
    big, small = parse(endless)
    assert isinstance(big, Broken)
    assert big.reason.startswith("entry larger than")
    assert small == Entry("cn=b", (("cn", b"b"),))
    folded = [b"dn: cn=a\n", b"x:: \n", *[b" " + b"QUJD" * 18 + b"\n"] * 100_000, b"\n"]
    began = time.perf_counter()
    (entry,) = parse(folded)
    assert isinstance(entry, Entry)
    assert time.perf_counter() - began < 5


def connector(path: Path, **changed: object) -> LdapConnector:
    return LdapConnector(LdapSettings.model_validate({"ldif": str(path), **changed}))


def events_of(path: Path, data: bytes, **changed: object) -> list[Event]:
    path.write_bytes(data)
    return list(connector(path, **changed).read(None))


def test_a_broken_entry_keeps_its_contact_if_its_key_is_known(tmp_path: Path) -> None:
    path = tmp_path / "x.ldif"
    good = b"dn: cn=a\nentryUUID: A1\ncn: a\n\n"
    events = events_of(path, good + b"dn: cn=b\nentryUUID: B2\n???\n\n")
    assert events[:-1] == [
        Upsert("a1", {"entryUUID": ("A1",), "cn": ("a",), "dn": ("cn=a",)}),
        BadRecord("b2", "line 7: not of the form 'attribute: value'"),
        Snapshot(complete=True),
    ]
    events = events_of(path, good + b"dn: cn=b\ncn: b\n\n")
    assert BadRecord(None, "line 5: no objectGUID or entryUUID or nsUniqueId") in events
    assert Snapshot(complete=False) in events


def test_of_a_whole_tree_only_people_are_taken(tmp_path: Path) -> None:
    kinds = ("organizationalUnit", "inetOrgPerson", "group", "computer\nobjectClass: user", "Contact")
    data = "".join(f"dn: cn={i}\nobjectClass: top\nobjectClass: {k}\nentryUUID: {i}\n\n" for i, k in enumerate(kinds))
    events = events_of(tmp_path / "x.ldif", data.encode())
    assert [event.key for event in events if isinstance(event, Upsert)] == ["1", "4"]
    assert Snapshot(complete=True) in events


def test_files_that_are_no_export(tmp_path: Path) -> None:
    path = tmp_path / "x.ldif"
    with pytest.raises(PartialRead, match="empty"):
        events_of(path, b"")
    with pytest.raises(PartialRead):
        events_of(path, b"dn: cn=a\nentryUUID: A1\ncn: a\n\ndn: cn=b\ncn: ")
    for other in (b"Name;Vorname\r\nM\xfcller;J\r\n\r\n", b"<html>\n\n", b"\x00\x01\x02\n\n"):
        with pytest.raises(ConfigInvalid, match="ldif"):
            events_of(path, other)
    with pytest.raises(ConfigInvalid):
        connector(tmp_path).check()


def test_utf_16_of_ldifde(tmp_path: Path) -> None:
    path = tmp_path / "x.ldif"
    text = "dn: cn=a\r\nchangetype: add\r\nobjectGUID:: AAECAwQFBgcICQoLDA0ODw==\r\ncn: Jürgen Groß\r\n\r\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        data = ("\ufeff" + text).encode(encoding)
        event = events_of(path, data)[0]
        assert isinstance(event, Upsert)
        assert event.key == "03020100-0504-0706-0809-0a0b0c0d0e0f"
        assert event.record["cn"] == ("Jürgen Groß",)
        with pytest.raises(PartialRead):
            events_of(path, data[:-9])


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.ldif"
    path.write_bytes(render([Entry(f"cn={i}", (("entryUUID", b"%d" % i),)) for i in range(3)]))
    stream = connector(path).read(None)
    next(stream)
    with path.open("ab") as file:
        file.write(b"dn: cn=4\nentryUUID: 4\n\n")
    with pytest.raises(PartialRead, match="changed"):
        list(stream)
