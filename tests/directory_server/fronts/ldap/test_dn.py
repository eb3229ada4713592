import pytest

from directory_server.fronts.ldap import dn


@pytest.mark.parametrize(
    "text",
    ["cn=A  b,DC=x", "CN = a B , dc=X", "commonName=a b,dc=x", '2.5.4.3="a b",dc=x', "cn=\\61 b,dc=x", "cn=a\\ b;dc=x"],
)
def test_equal_names_parse_equal(text: str) -> None:
    assert dn.parse(text) == ((("cn", "a b"),), (("dc", "x"),))


@pytest.mark.parametrize(
    "text", ["cn", "=a", "cn=a,", "cn=a,,dc=x", 'cn="a', 'cn="a"b', "cn=a\\", "cn=<", ",", "cn=a+", "1=a", "a" * 5000]
)
def test_broken_names_are_refused(text: str) -> None:
    with pytest.raises(dn.DnSyntaxError):
        dn.parse(text)


def test_values() -> None:
    assert dn.parse("") == dn.parse("  ") == ()
    assert dn.parse("b=2+a=1") == dn.parse("a=1+b=2")
    assert dn.parse("cn=#0401ff") == ((("cn", "#0401ff"),),)
    assert dn.parse("cn=Ju\\cc\\88rgen") == ((("cn", "jürgen"),),)
    assert dn.first_value("cn=Büro\\, Nord,ou=clients") == "Büro, Nord"
    assert dn.first_value("cn=trail\\  ,dc=x") == "trail "


def test_below() -> None:
    base = dn.parse("dc=contacts")
    assert dn.below(base, base)
    assert dn.below(dn.parse("ou=a,DC=Contacts"), base)
    assert not dn.below(dn.parse("dc=x"), base)
    assert not dn.below((), base)


def test_values_that_would_be_read_otherwise_are_escaped() -> None:
    for value in ("#04", " a", "a ", " ", "a,b+c", '"<>;=\\', "\0"):
        assert dn.first_value(f"ou={dn.escape(value)},dc=contacts") == value
    assert dn.first_value('ou="a\\"b" ; dc=contacts') == 'a"b'


def test_common_counts_from_the_root() -> None:
    name = dn.parse("uid=1,ou=a,dc=contacts")
    assert [dn.common(name, dn.parse(text)) for text in ("", "dc=x", "dc=contacts", "ou=b,dc=contacts")] == [0, 0, 1, 1]
    assert dn.common(name, name) == len(name)
