"""The front through the eyes of ldapsearch, ldap3, python-ldap and bonsai: vectors, controls, operations, limits."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import ldap3
import pytest

from directory_server.fronts.ldap.control import ListView
from directory_server.fronts.ldap.session import CANCEL
from tests.fakes.ldap_vectors import IN_PORTLAND, LETTERS, expected, rows
from tests.servers.ldap_clients import BASE, CLIENTS, Found, Ldap3, LdapSearch, PythonLdap, load
from tests.servers.ldap_front import PASSWORD
from tests.servers.ldap_front_process import SLOW, SLOW_S, FrontProcess, Served

pytestmark = pytest.mark.server
ERIKA, EVERYBODY = "uid=1,ou=contacts,dc=contacts", "(objectClass=person)"
ME = "dn:cn=sbc,ou=clients,dc=contacts"
Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with FrontProcess(tmp_path_factory.mktemp("front")) as front:
        yield front.served


@pytest.fixture(scope="module")
def held(served: Served) -> Iterator[Callable[[str, str], Any]]:
    """Return a client by its name and user, connected once."""
    with contextlib.ExitStack() as stack:
        known: dict[tuple[str, str], Any] = {}

        def get(name: str, user: str = "sbc") -> Any:
            if (name, user) not in known:
                known[name, user] = CLIENTS[name](served, user)
                stack.callback(known[name, user].close)
            return known[name, user]

        yield get


@pytest.fixture
def connect(served: Served) -> Iterator[Connect]:
    with contextlib.ExitStack() as stack:

        def made(name: str, **options: object) -> Any:
            client = CLIENTS[name](served, **options)
            stack.callback(client.close)
            return client

        yield made


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize(("text", "expectation"), list(rows()))
def test_every_filter_of_real_clients(held, name: str, text: str, expectation: str) -> None:
    if name == "ldap3" and text in ("(&)", "(|)"):
        pytest.skip("ldap3 cannot write it")
    client = held(name, "portland" if text in IN_PORTLAND else "sbc")
    bases = [BASE, ""] if "base " in expectation and "base =" not in expectation else [BASE]
    for base in bases:
        found = client.search(text, base)
        letters = "".join(sorted(LETTERS[name] for name in found.values("sn")))
        assert (found.code, letters) == (0, expected(text, expectation))


@pytest.mark.parametrize("name", CLIENTS)
def test_a_number_comes_back_as_it_was_asked(held, name: str) -> None:
    for asked in ("004930123456789", "030 123456-789", "+4930123456789"):
        found = held(name).search(f"(telephoneNumber={asked})", attributes=["telephoneNumber"])
        assert found.values("telephoneNumber") == [asked]


@pytest.mark.parametrize("name", CLIENTS)
def test_pages(held, name: str) -> None:
    assert held(name).search(EVERYBODY, page=1).values("sn") == ["Mustermann", "Groß", "Smith"]


@pytest.mark.parametrize("name", CLIENTS)
def test_sort(held, name: str) -> None:
    client = held(name)
    assert client.search(EVERYBODY, sort="sn").values("sn") == ["Groß", "Mustermann", "Smith"]
    assert client.search(EVERYBODY, sort="sn", page=2).values("sn") == ["Groß", "Mustermann", "Smith"]


@pytest.mark.parametrize("name", ["python-ldap", "bonsai"])
def test_sort_backwards(held, name: str) -> None:
    assert held(name).search(EVERYBODY, sort="-sn").values("sn") == ["Smith", "Mustermann", "Groß"]


@pytest.mark.parametrize("name", ["ldap3", "python-ldap", "bonsai"])
@pytest.mark.parametrize("view", [ListView(0, 1, 2), ListView(0, 1, value="M"), ListView(1, 0, 3)])
def test_list_view(held, name: str, view: ListView) -> None:
    assert held(name).search(EVERYBODY, sort="sn", view=view).values("sn") == ["Mustermann", "Smith"]


@pytest.mark.parametrize("wire", ["plain", "starttls", "ldaps"])
@pytest.mark.parametrize("name", CLIENTS)
def test_who_am_i_on_every_wire(connect: Connect, name: str, wire: str) -> None:
    client = connect(name, wire=wire)
    assert client.whoami() == ME
    assert client.search("(sn=Smith)").values("sn") == ["Smith"]


@pytest.mark.parametrize("wire", ["starttls", "ldaps"])
@pytest.mark.parametrize("name", ["python-ldap", "bonsai"])
def test_sasl_plain_under_tls(connect: Connect, name: str, wire: str) -> None:
    assert connect(name, wire=wire, sasl=True).whoami() == ME


@pytest.mark.parametrize("name", ["ldapsearch", "ldap3", "python-ldap"])
def test_compare(held, name: str) -> None:
    client = held(name)
    assert client.compare(ERIKA, "telephoneNumber", "030 123456789")
    assert not client.compare(ERIKA, "sn", "smith")


@pytest.mark.parametrize("name", ["ldap3", "python-ldap"])
def test_ldap_version_2(connect: Connect, name: str) -> None:
    assert connect(name, version=2).search("(sn=Smith)").values("sn") == ["Smith"]


def test_ldap_version_2_of_ldapsearch(held) -> None:
    assert held("ldapsearch").search("(sn=Smith)", version=2).values("sn") == ["Smith"]


@pytest.mark.parametrize("name", CLIENTS)
def test_types_without_values(held, name: str) -> None:
    found = held(name).search("(sn=Smith)", attributes=["sn", "mail", "mobile"], types_only=True)
    ((dn, values),) = found.entries
    assert dn == "uid=3,ou=portland,dc=contacts"
    assert {kind: told for kind, told in values.items() if kind != "mobile"} == {"sn": [], "mail": []}
    assert not values.get("mobile")


@pytest.mark.parametrize("name", CLIENTS)
def test_size_limit(connect: Connect, name: str) -> None:
    options = {"pages": False} if name == "bonsai" else {}
    found: Found = connect(name, **options).search(EVERYBODY, size=2)
    assert found.code == 4
    if name != "bonsai":  # which keeps the entries to itself
        assert len(found.entries) == 2


@pytest.mark.parametrize("name", ["ldapsearch", "ldap3", "python-ldap"])
def test_time_limit(held, name: str) -> None:
    client = held(name, "busy")
    start = time.monotonic()
    assert client.search(SLOW, seconds=1).code == 3
    assert 0.9 < time.monotonic() - start < SLOW_S


def test_bonsai_waits_no_longer_than_its_time(connect: Connect) -> None:
    client = connect("bonsai", user="busy")
    assert client.search(SLOW, seconds=0.2).code == client.bonsai.TimeoutError.code


def goes_on_at_once(client: Any, start: float) -> None:
    assert client.whoami() == ME.replace("sbc", "busy")
    assert client.search("(sn=Number 42)").values("sn") == ["Number 42"]
    assert time.monotonic() - start < SLOW_S - 0.5


def test_python_ldap_abandons_and_cancels(connect: Connect) -> None:
    client: PythonLdap = connect("python-ldap", user="busy")
    wire, ldap = client.connection, client.ldap
    start = time.monotonic()
    wire.abandon(wire.search(BASE, ldap.SCOPE_SUBTREE, SLOW))
    goes_on_at_once(client, start)
    asked = wire.search(BASE, ldap.SCOPE_SUBTREE, SLOW)
    wire.cancel_s(asked)
    with pytest.raises(ldap.CANCELLED):
        wire.result(asked, timeout=1)
    with pytest.raises(ldap.NO_SUCH_OPERATION):
        wire.cancel_s(asked)
    goes_on_at_once(client, start)


def test_bonsai_goes_on_after_it_gave_up(served: Served) -> None:
    bonsai = load("bonsai")

    async def ask() -> None:
        client = bonsai.LDAPClient(served.url)
        client.set_credentials("SIMPLE", user="busy", password=PASSWORD)
        async with client.connect(is_async=True) as wire:
            with pytest.raises(asyncio.TimeoutError):
                await wire.search(BASE, bonsai.LDAPSearchScope.SUBTREE, SLOW, timeout=0.2)
            found = await wire.search(BASE, bonsai.LDAPSearchScope.SUBTREE, "(sn=Number 42)", ["sn"])
            assert [one["sn"] for one in found] == [["Number 42"]]

    start = time.monotonic()
    asyncio.run(ask())
    assert time.monotonic() - start < SLOW_S - 0.5


def test_ldap3_abandons_and_cancels(served: Served, connect: Connect) -> None:
    client: Ldap3 = connect("ldap3", user="busy")
    server = client.connection.server
    start = time.monotonic()
    with ldap3.Connection(
        server, "busy", PASSWORD, client_strategy=ldap3.ASYNC, auto_bind=True, check_names=False
    ) as wire:
        wire.abandon(wire.search(BASE, SLOW))
        asked = wire.search(BASE, SLOW)
        value = b"\x30\x05\x02\x03" + asked.to_bytes(3, "big")  # ldap3 counts over all connections
        _, told = wire.get_response(wire.extended(CANCEL, value), timeout=1)
        assert told["result"] == 0
        _, told = wire.get_response(asked, timeout=1)
        assert told["result"] == 118
    goes_on_at_once(client, start)


def test_ldapsearch_asks_with_an_option_that_we_do_not_know(served: Served) -> None:
    done = LdapSearch(served).run("ldapsearch", "-LLL", "-b", BASE, "-E", "!subentries=true", "(sn=Smith)")
    assert done.returncode == 12
