import pytest
from hypothesis import given

from directory_server.fronts.ldap import ber, filter_text
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.limits import Limits
from tests.fakes.ldap_filters import filters

DEEP = Limits(filter_depth=3, filter_nodes=5)


@given(filters)
def test_the_text_form_comes_back(node: f.Filter) -> None:
    assert filter_text.parse(filter_text.write(node)) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("(cn=*)", f.Present("cn")),
        ("(cn=a*b*c)", f.Substrings("cn", "a", ("b",), "c")),
        ("(cn=*\\2a*)", f.Substrings("cn", "", ("*",), "")),
        ("(cn=J\\c3\\bcrgen*)", f.Substrings("cn", "Jürgen", (), "")),
        ("(&)", f.And(())),
        ("(:dn:ou:=x)", f.Extensible("ou", "", "x", True)),
        ("(cn:dn:2.5.13.5:=x)", f.Extensible("2.5.13.5", "cn", "x", True)),
        ("(cn:caseExactMatch:=x)", f.Extensible("caseExactMatch", "cn", "x", False)),
        ("(sn>=Mus)", f.GreaterOrEqual("sn", "Mus")),
        ("(!(a=b))", f.Not(f.Equality("a", "b"))),
        ("(cn=)", f.Equality("cn", "")),
    ],
)
def test_text_is_read(text: str, node: f.Filter) -> None:
    assert filter_text.parse(text) == node


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("cn=a", 0),
        ("(cn=a", 5),
        ("(cn=a)x", 6),
        ("(!(a=b)(c=d))", 0),
        ("(=a)", 1),
        ("(cn=\\zz)", 4),
        ("(cn)", 1),
        ("(&(cn=a)", 8),
        ("(:=a)", 1),
        ("(:dn:=a)", 1),
    ],
)
def test_wrong_text_names_the_place(text: str, offset: int) -> None:
    with pytest.raises(filter_text.FilterSyntaxError) as caught:
        filter_text.parse(text)
    assert caught.value.offset == offset


@pytest.mark.parametrize("text", ["(cn=**)", "(cn=***)"])
def test_substrings_without_parts_are_no_text(text: str) -> None:
    with pytest.raises(filter_text.FilterSyntaxError):
        filter_text.parse(text)


def nested(depth: int) -> bytes:
    data = b"\x87\x01a"
    for _ in range(depth):
        data = ber.encode(f.NOT, data)
    return data


def test_depth_is_counted() -> None:
    data = nested(2)
    assert f.decode(data, 0, len(data), DEEP)[0] == f.Not(f.Not(f.Present("a")))
    for depth in (3, 10_000):
        data = nested(depth)
        with pytest.raises(f.FilterTooLargeError):
            f.decode(data, 0, len(data), DEEP)


def test_depth_is_counted_in_text() -> None:
    assert filter_text.parse("(!(a=*))", DEEP) == f.Not(f.Present("a"))
    for depth in (3, 10_000):
        with pytest.raises(f.FilterTooLargeError):
            filter_text.parse("(!" * depth + "(a=*)" + ")" * depth, DEEP)


def test_substrings_are_counted() -> None:
    most = Limits().substring_parts
    for count, fits in ((most, True), (most + 1, False)):
        data = ber.encode(f.SUBSTRINGS, b"\x04\x01a" + ber.encode(ber.SEQUENCE, b"\x81\x01x" * count))
        if fits:
            assert f.decode(data, 0, len(data), Limits())[0] == f.Substrings("a", "", ("x",) * count, "")
        else:
            with pytest.raises(f.FilterTooLargeError):
                f.decode(data, 0, len(data), Limits())


def test_nodes_are_counted() -> None:
    for count, fits in ((4, True), (5, False)):
        data = ber.encode(f.OR, b"\x87\x01a" * count)
        if fits:
            assert len(f.decode(data, 0, len(data), DEEP)[0].parts) == count
        else:
            with pytest.raises(f.FilterTooLargeError):
                f.decode(data, 0, len(data), DEEP)


@pytest.mark.parametrize(
    "data",
    [
        b"\xa2\x06\x87\x01a\x87\x01b",  # NOT of two
        b"\xa2\x00",
        b"\xa4\x05\x04\x01a\x30\x00",  # no substrings
        b"\xa4\x08\x04\x01a\x30\x03\x80\x01",
        b"\xa4\x0b\x04\x01a\x30\x06\x82\x01x\x80\x01y",  # final before initial
        b"\xa4\x07\x04\x01a\x30\x02\x81\x00",  # an empty one
        b"\xa3\x03\x04\x01a",  # no value
        b"\xa3\x09\x04\x01a\x04\x01b\x04\x01c",  # two values
        b"\xaa\x00",
        b"\xa9\x03\x82\x01a",  # no value
        b"\xa9\x03\x83\x01a",  # neither rule nor attribute
        b"\xa9\x06\x83\x01a\x82\x01b",  # value before attribute
        b"\xa9\x06\x82\x01a\x82\x01b",  # two attributes
        b"\xa9\x06\x82\x01a\x84\x01\xff",  # dn before a value
        b"\xa9\x09\x82\x01a\x83\x01b\x85\x01c",  # unknown part
    ],
)
def test_malformed_filters_are_refused(data: bytes) -> None:
    with pytest.raises(ber.BerError):
        f.decode(data, 0, len(data), Limits())
