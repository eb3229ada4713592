"""Values of search controls: read as their specifications write them, and refused where they are anything else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, control
from directory_server.fronts.ldap.control import ControlError, Controls, ListView, Paged, SortKey
from directory_server.fronts.ldap.message import Control
from tests.fakes import ldap_controls as written

COUNTS = st.integers(0, 2**31 - 1)
TEXTS = st.text(max_size=20)


def read(*controls: tuple[str, bytes | None]) -> Controls:
    return control.read([Control(oid, critical=False, value=value) for oid, value in controls])


@given(COUNTS, st.binary(max_size=40))
def test_paged(size: int, cookie: bytes) -> None:
    assert read((control.PAGED, written.paged(size, cookie))).paged == Paged(size, cookie)


@given(st.lists(st.builds(SortKey, TEXTS, TEXTS, st.booleans()), min_size=1, max_size=8))
def test_sort(keys: list[SortKey]) -> None:
    assert read((control.SORT, written.sort(*keys))).sort == tuple(keys)


@given(st.builds(ListView, COUNTS, COUNTS, COUNTS, COUNTS), st.binary(max_size=8) | st.none())
def test_a_list_view_by_offset(view: ListView, context: bytes | None) -> None:
    assert read((control.LIST_VIEW, written.list_view(view, context))).list_view == view


@given(st.builds(ListView, COUNTS, COUNTS, value=TEXTS), st.binary(max_size=8) | st.none())
def test_a_list_view_by_value(view: ListView, context: bytes | None) -> None:
    assert read((control.LIST_VIEW, written.list_view(view, context))).list_view == view


def test_other_controls_are_passed_over() -> None:
    assert not read(("1.2.3", None))
    assert read(("1.2.3", b"x"), (control.PAGED, written.paged(1, b""))) == Controls(paged=Paged(1, b""))


@pytest.mark.parametrize("oid", control.OIDS)
def test_a_control_comes_once_and_with_a_value(oid: str) -> None:
    with pytest.raises(ControlError, match="lacks its value"):
        read((oid, None))
    with pytest.raises(ControlError, match="given twice"):
        read((oid, None), (oid, None))


def test_the_number_of_sort_keys_is_limited() -> None:
    for count in (0, control.MOST_SORT_KEYS + 1):
        with pytest.raises(ControlError, match="1 to 8 keys"):
            read((control.SORT, written.sort(*[SortKey("sn")] * count)))


def test_what_is_beyond_the_number_of_sort_keys_is_not_read() -> None:
    """A megabyte of them would hold up everybody else."""
    keys = b"".join([ber.encode(ber.SEQUENCE, ber.encode_text("sn"))] * (control.MOST_SORT_KEYS + 1))
    with pytest.raises(ControlError, match="1 to 8 keys"):
        read((control.SORT, ber.encode(ber.SEQUENCE, keys + b"\xff")))


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (control.PAGED, b""),
        (control.PAGED, written.paged(-1, b"")),
        (control.PAGED, written.paged(2**31, b"")),
        (control.PAGED, written.paged(1, b"") + b"\x00"),
        (control.SORT, written.sort(SortKey("sn"))[:-1]),
        (control.LIST_VIEW, ber.encode(ber.SEQUENCE, ber.encode_integer(0) * 2)),
        (control.LIST_VIEW, ber.encode(ber.SEQUENCE, ber.encode_integer(0) * 2 + ber.encode(0x82, b""))),
        (control.LIST_VIEW, written.list_view(ListView(0, -1, 1))),
    ],
)
def test_a_malformed_value_is_refused(oid: str, value: bytes) -> None:
    with pytest.raises(ControlError, match="malformed"):
        read((oid, value))


@given(st.sampled_from(control.OIDS), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(oid: str, value: bytes) -> None:
    with contextlib.suppress(ControlError):
        assert read((oid, value))
