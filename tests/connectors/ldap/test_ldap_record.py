import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.ldap.record import Entry, is_disabled, key_attribute, key_of, record
from connectors.ldap.settings import LdapSettings
from connectors.mapping import apply, load


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"host": "a", "ldif": "b"},
        {"host": "a", "user": "cn=x"},  # an empty password would be an anonymous bind that "succeeds"
        {"host": "a", "password": "geheim-x"},
        {"host": "ldap://a"},
        {"host": "a", "port": 0},
        {"host": "a", "tls": "maybe"},
        {"host": "a", "page_size": 0},
        {"host": "a", "unknown": "1"},
    ],
)
def test_settings_that_cannot_be_right(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as error:
        LdapSettings.model_validate(settings)
    assert "geheim" not in str(error.value)


def test_default_ports() -> None:
    assert LdapSettings(host="a").address() == ("a", 389)
    assert LdapSettings(host="a", tls="ldaps").address() == ("a", 636)
    assert LdapSettings.model_validate({"host": "a", "port": "1389"}).address() == ("a", 1389)


def test_which_key_a_server_has() -> None:
    assert key_attribute({"supportedCapabilities": ("1.2.840.113556.1.4.800",)}) == "objectGUID"
    assert key_attribute({"vendorName": ("389 Project",)}) == "nsUniqueId"
    assert key_attribute({}) == "entryUUID"


def test_disabled_accounts() -> None:
    def entry(name: str, value: bytes) -> Entry:
        return Entry("", ((name, value),))

    assert is_disabled(entry("userAccountControl", b"514"))
    assert is_disabled(entry("nsAccountLock", b"TRUE"))
    assert not is_disabled(entry("userAccountControl", b"512"))
    assert not is_disabled(entry("userAccountControl", b"x"))
    assert not is_disabled(entry("cn", b"x"))


@given(st.lists(st.tuples(st.from_regex(r"[a-zA-Z;-]{1,20}", fullmatch=True), st.binary(max_size=20))))
def test_records_are_clean_whatever_comes(attributes: list[tuple[str, bytes]]) -> None:
    entry = Entry("cn=x", tuple(attributes))
    key_of(entry, ("entryUUID", "a"))
    for name, values in record(entry).items():
        assert values
        assert all(value == value.strip() and value and "\0" not in value for value in values)
        assert ";" not in name
        assert len(set(values)) == len(values)
    apply(load("connectors.ldap"), record(entry))


def test_secrets_and_changing_values_never_leave() -> None:
    names = ("userPassword", "unicodePwd", "ms-Mcs-AdmPwd", "sambaNTPassword", "lastLogon", "logonCount", "whenChanged")
    assert record(Entry("cn=x", tuple((name, b"1") for name in names))) == {"dn": ("cn=x",)}


def test_inet_org_person_mapping() -> None:
    fields = {"cn": "JG", "sn": "Groß", "givenName": "Jürgen", "o": "Müller", "ou": "Einkauf", "title": "Leiter"}
    fields |= {"telephoneNumber": "089/1", "mobile": "0171", "homePhone": "08", "facsimileTelephoneNumber": "9"}
    fields |= {"mail": "j@example.test", "street": "Weg 1", "postalCode": "80331", "l": "München", "co": "DE"}
    contact = apply(load("connectors.ldap"), {name: (value,) for name, value in fields.items()})
    assert (contact.display_name, contact.company, contact.department) == ("JG", "Müller", "Einkauf")
    assert [(phone.kind, phone.raw) for phone in contact.phones] == [
        ("work", "089/1"), ("mobile", "0171"), ("home", "08"), ("fax", "9"),
    ]  # fmt: skip
    assert contact.addresses[0].city == "München"
    assert contact.emails[0].address == "j@example.test"
