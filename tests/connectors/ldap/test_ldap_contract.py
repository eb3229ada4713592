"""The connector contract on a real slapd and on LDIF files."""

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.ldap.ldif import render
from connectors.ldap.record import Entry
from connectors.ldap.settings import LdapSettings
from deploy.demo.program import free_port
from tests.contracts.connector_contract import ConnectorContract, Person
from tests.servers.slapd import Slapd

pytestmark = pytest.mark.server


class SlapdBench:
    secret = Slapd.reader_password

    def __init__(self, server: Slapd) -> None:
        self.server = server
        self.names: dict[int, str] = {}

    def _with(self, **changed: object) -> LdapConnector:
        server = self.server
        settings = {"host": "127.0.0.1", "port": server.port, "user": server.reader_dn, "base": server.suffix}
        settings |= {"password": server.reader_password, "page_size": 50}
        return LdapConnector(LdapSettings.model_validate(settings | changed))

    def connector(self) -> LdapConnector:
        return self._with()

    def wrong_login(self) -> LdapConnector:
        return self._with(password="falsch")

    def dead(self) -> LdapConnector:
        return self._with(port=free_port())

    def gone(self) -> LdapConnector:
        return self._with(base=f"ou=weg,{self.server.suffix}")

    def _dn(self, i: int) -> str:
        return f"uid={self.names[i]},{self.server.people_dn}"

    def add(self, people: Iterable[Person]) -> None:
        for person in people:
            self.names[person.i] = f"u{person.i}"
            given, family = person.given_name, person.family_name
            attributes = {"objectClass": ["inetOrgPerson"], "uid": f"u{person.i}", "cn": f"{given} {family}"}
            attributes |= {"sn": family, "givenName": given, "o": person.company, "telephoneNumber": person.number}
            self.server.add(self._dn(person.i), attributes)

    def change(self, i: int, number: str) -> None:
        self.server.modify(self._dn(i), {"telephoneNumber": [number]})

    def clear(self, i: int) -> None:
        self.server.modify(self._dn(i), {"telephoneNumber": []})

    def rename(self, i: int, family_name: str) -> None:
        old, self.names[i] = self._dn(i), f"neu{i}"
        self.server.rename(old, f"uid=neu{i}")
        self.server.modify(self._dn(i), {"sn": [family_name]})

    def remove(self, i: int) -> None:
        self.server.delete(self._dn(i))


class LdifBench:
    secret = ""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "export.ldif"
        self.people: dict[int, dict[str, str]] = {}
        self._write()

    def _write(self) -> None:
        entries = [
            Entry(f"cn={fields['sn']},dc=example", tuple((name, value.encode()) for name, value in fields.items()))
            for fields in self.people.values()
        ]
        self.path.write_bytes(render(entries))

    def _with(self, path: Path) -> LdapConnector:
        return LdapConnector(LdapSettings(ldif=str(path)))

    def connector(self) -> LdapConnector:
        return self._with(self.path)

    def wrong_login(self) -> None:
        return None

    def dead(self) -> None:
        return None

    def gone(self) -> LdapConnector:
        return self._with(self.path.with_name("weg.ldif"))

    def add(self, people: Iterable[Person]) -> None:
        for person in people:
            self.people[person.i] = {
                "entryUUID": str(uuid.uuid5(uuid.NAMESPACE_DNS, str(person.i))),
                "sn": person.family_name,
                "givenName": person.given_name,
                "o": person.company,
                "telephoneNumber": person.number,
            }
        self._write()

    def change(self, i: int, number: str) -> None:
        self.people[i]["telephoneNumber"] = number
        self._write()

    def clear(self, i: int) -> None:
        del self.people[i]["telephoneNumber"]
        self._write()

    def rename(self, i: int, family_name: str) -> None:
        self.people[i]["sn"] = family_name
        self._write()

    def remove(self, i: int) -> None:
        del self.people[i]
        self._write()


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    with Slapd() as running:
        yield running


class TestSlapdContract(ConnectorContract):
    @pytest.fixture
    def bench(self, server: Slapd) -> SlapdBench:
        server.clear()
        return SlapdBench(server)


class TestLdifContract(ConnectorContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> LdifBench:
        return LdifBench(tmp_path)
