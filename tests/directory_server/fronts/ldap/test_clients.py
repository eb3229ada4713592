"""Real clients against a running front: ldapsearch, ldapwhoami, ldapcompare and ldap3, in clear, StartTLS and LDAPS."""

import base64
import contextlib
import ssl
import subprocess
from collections.abc import Iterator

import ldap3
import pytest

from directory_server.fronts.ldap import control
from directory_server.fronts.ldap.control import ListView, SortKey
from tests.fakes import ldap_controls as written
from tests.servers.ldap_front import PASSWORD, RunningFront

pytestmark = pytest.mark.server
WIRES = ("plain", "starttls", "ldaps")


def openldap(running: RunningFront, program: str, *arguments: str, wire: str = "plain", user: str | None = "sbc"):
    folder = running.world.folder
    url = running.secure_url if wire == "ldaps" else running.url
    command = [program, "-x", "-H", url, *(["-ZZ"] if wire == "starttls" else [])]
    command += [] if user is None else ["-D", user, "-w", PASSWORD]
    environment = {"LDAPTLS_CACERT": str(folder / "ldap.crt"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=10, env=environment
    )


@contextlib.contextmanager
def ldap3_connection(
    running: RunningFront, wire: str = "plain", info: str = ldap3.NONE, **options: object
) -> Iterator[ldap3.Connection]:
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(running.world.folder / "ldap.crt"))
    host, port = running.front.addresses["ldaps" if wire == "ldaps" else "ldap"]
    server = ldap3.Server(host, port, use_ssl=wire == "ldaps", tls=tls, get_info=info, connect_timeout=5)
    bind = ldap3.AUTO_BIND_TLS_BEFORE_BIND if wire == "starttls" else ldap3.AUTO_BIND_NO_TLS
    asked = {"user": "sbc", "password": PASSWORD, "auto_bind": bind, "check_names": False, "receive_timeout": 5}
    connection = ldap3.Connection(server, **(asked | options))
    try:
        yield connection
    finally:
        connection.unbind()


def plain(password: str) -> dict[str, object]:
    credentials = (None, "sbc", password)
    return {"user": None, "authentication": ldap3.SASL, "sasl_mechanism": ldap3.PLAIN, "sasl_credentials": credentials}


@pytest.mark.parametrize("wire", WIRES)
def test_ldapsearch(running: RunningFront, wire: str) -> None:
    done = openldap(
        running, "ldapsearch", "-LLL", "-b", "dc=contacts", "(telephoneNumber=0049 30 123456789)",
        "telephoneNumber", "displayName", wire=wire,
    )  # fmt: skip
    assert done.stderr == ""
    assert "telephoneNumber: 0049 30 123456789" in done.stdout
    assert "displayName: Mustermann, Erika" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("wire", WIRES)
def test_ldap3(running: RunningFront, wire: str) -> None:
    with ldap3_connection(running, wire) as connection:
        assert connection.search("dc=contacts", "(sn=gross)", attributes=["cn"])
        assert connection.response[0]["attributes"]["cn"] == ["Jürgen Groß", "Groß Jürgen"]
        assert connection.response[0]["dn"] == "uid=2,ou=contacts,dc=contacts"
        assert connection.extend.standard.who_am_i() == "dn:cn=sbc,ou=clients,dc=contacts"


@pytest.mark.parametrize("wire", ["starttls", "ldaps"])
def test_ldap3_binds_by_sasl_plain_under_tls(running: RunningFront, wire: str) -> None:
    with ldap3_connection(running, wire, ldap3.DSA) as connection:
        assert connection.server.info.supported_sasl_mechanisms == ["PLAIN"]
    with ldap3_connection(running, wire, **plain(PASSWORD)) as connection:
        assert connection.extend.standard.who_am_i() == "dn:cn=sbc,ou=clients,dc=contacts"


@pytest.mark.parametrize(("wire", "password", "code"), [("ldaps", "wrong", 49), ("plain", PASSWORD, 13)])
def test_sasl_plain_is_refused(running: RunningFront, wire: str, password: str, code: int) -> None:
    with ldap3_connection(running, wire, auto_bind=ldap3.AUTO_BIND_NONE, **plain(password)) as connection:
        assert not connection.bind()
        assert connection.result["result"] == code


def test_sasl_plain_is_not_offered_in_clear(running: RunningFront) -> None:
    with ldap3_connection(running, info=ldap3.DSA) as connection:
        assert not connection.server.info.supported_sasl_mechanisms


def test_ldap3_reads_the_schema_and_checks_names_against_it(running: RunningFront) -> None:
    with ldap3_connection(running, info=ldap3.ALL) as connection:
        schema, info = connection.server.schema, connection.server.info
        assert "telephoneNumber" in schema.attribute_types
        assert "sn" in schema.object_classes["person"].must_contain
        assert schema.attribute_types["cn"].equality == ["caseIgnoreMatch"]
        assert info.naming_contexts == ["dc=contacts"]
        assert {"2", "3"} == {str(version) for version in info.supported_ldap_versions}
        connection.check_names = True
        assert connection.search("dc=contacts", "(&(objectClass=inetOrgPerson)(mobile=*))", attributes=["*", "+"])
        (entry,) = connection.entries
        assert entry.entry_dn == "uid=1,ou=contacts,dc=contacts"
        assert entry.objectClass.values == ["top", "person", "organizationalPerson", "inetOrgPerson"]
        assert entry.subschemaSubentry.value == "cn=subschema"


@pytest.mark.parametrize("user", ["sbc", "cn=sbc,ou=clients,dc=contacts", "CN=sbc , OU=Clients , DC=Contacts"])
def test_a_client_binds_by_name_or_dn(running: RunningFront, user: str) -> None:
    done = openldap(running, "ldapwhoami", user=user)
    assert done.stdout.strip() == "dn:cn=sbc,ou=clients,dc=contacts"


def test_a_client_has_its_own_suffix(running: RunningFront) -> None:
    name = "cn=Büro\\, Nord,ou=clients,o=Acme"
    done = openldap(running, "ldapsearch", "-LLL", "-b", "ou=contacts,o=acme", "(sn=Mustermann)", "uid", user=name)
    assert done.stdout.splitlines()[:2] == ["dn: uid=1,ou=contacts,o=Acme", "uid: 1"]
    assert openldap(running, "ldapsearch", "-b", "dc=contacts", "(sn=x)", user=name).returncode == 32


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("nobody", 49),
        ("cn=nobody,ou=clients,dc=contacts", 49),
        ("cn=sbc,ou=clients,dc=elsewhere", 49),
        ("cn=sbc,ou=people,dc=contacts", 49),
    ],
)
def test_wrong_names_do_not_bind(running: RunningFront, user: str, code: int) -> None:
    assert openldap(running, "ldapwhoami", user=user).returncode == code


def test_the_root_and_the_schema_are_open_to_everyone_and_nothing_else(running: RunningFront) -> None:
    root = openldap(running, "ldapsearch", "-LLL", "-b", "", "-s", "base", "+", user=None)
    assert "namingContexts: dc=contacts" in root.stdout
    assert "1.3.6.1.4.1.1466.20037" in root.stdout
    schema = openldap(running, "ldapsearch", "-LLL", "-b", "cn=subschema", "-s", "base", "objectClasses", user=None)
    assert "inetOrgPerson" in schema.stdout
    for base in ("", "dc=contacts", "ou=contacts,dc=contacts", "uid=1,ou=contacts,dc=contacts", "dc=elsewhere"):
        assert openldap(running, "ldapsearch", "-b", base, "(objectClass=*)", user=None).returncode == 50


def test_ldapsearch_pages_and_sorts(running: RunningFront) -> None:
    def surnames(*options: str) -> tuple[list[str], str]:
        extended = [part for option in options for part in ("-E", option)]
        done = openldap(running, "ldapsearch", *extended, "-b", "dc=contacts", "(objectClass=person)", "sn")
        assert done.stderr.strip() in ("", "# extended LDIF"), done.stderr
        values = (line.partition(":")[2] for line in done.stdout.splitlines() if line.startswith("sn:"))
        found = [base64.b64decode(one[1:]).decode() if one.startswith(":") else one.strip() for one in values]
        return found, done.stdout

    found, told = surnames("!pr=1/noprompt")
    assert found == ["Mustermann", "Groß", "Smith"]
    assert told.count("pagedresults: cookie=") == 3
    assert surnames("!sss=sn")[0] == ["Groß", "Mustermann", "Smith"]
    assert surnames("!sss=-sn")[0] == ["Smith", "Mustermann", "Groß"]
    assert surnames("!sss=sn", "pr=2/noprompt")[0] == ["Groß", "Mustermann", "Smith"]


@pytest.mark.parametrize("view", [ListView(0, 1, 2), ListView(0, 1, value="M")])
def test_ldap3_scrolls_a_list(running: RunningFront, view: ListView) -> None:
    asked = [(control.SORT, True, written.sort(SortKey("sn"))), (control.LIST_VIEW, True, written.list_view(view))]
    with ldap3_connection(running) as connection:
        assert connection.search("dc=contacts", "(objectClass=person)", attributes=["sn"], controls=asked)
        assert [one.sn.value for one in connection.entries] == ["Mustermann", "Smith"]
        told = connection.result["controls"][written.VIEWED]["value"]
        assert told == bytes.fromhex("30090201020201030a0100"), "place 2 of 3"


def test_ldap3_reads_all_in_pages(running: RunningFront) -> None:
    with ldap3_connection(running) as connection:
        found = connection.extend.standard.paged_search(
            "dc=contacts", "(objectClass=person)", attributes=["sn"], paged_size=2, paged_criticality=True
        )
        # ldap3 hands out each page from its end
        assert [one["attributes"]["sn"] for one in found] == [["Groß"], ["Mustermann"], ["Smith"]]


def test_compare(running: RunningFront) -> None:
    entry = "uid=1,ou=contacts,dc=contacts"
    for assertion, code in (
        ("sn:mustermann", 6), ("sn:smith", 5), ("telephoneNumber:030 123456789", 6), ("pager:1", 16), ("x:1", 17),
    ):  # fmt: skip
        assert openldap(running, "ldapcompare", entry, assertion).returncode == code
    assert openldap(running, "ldapcompare", "uid=99,ou=contacts,dc=contacts", "sn:x").returncode == 32
    assert openldap(running, "ldapcompare", entry, "sn:x", user=None).returncode == 50


def test_writes_are_refused(running: RunningFront) -> None:
    with ldap3_connection(running) as connection:
        entry = "uid=1,ou=contacts,dc=contacts"
        for ask in (
            lambda: connection.add(entry, "person", {"sn": "x", "cn": "x"}),
            lambda: connection.delete(entry),
            lambda: connection.modify(entry, {"sn": [(ldap3.MODIFY_REPLACE, ["x"])]}),
            lambda: connection.modify_dn(entry, "uid=2"),
        ):
            assert not ask()
            assert connection.result["result"] == 53
        assert connection.search("dc=contacts", "(sn=Smith)")
