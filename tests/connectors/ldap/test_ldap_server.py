"""The LDAP connector against a real slapd: limits, encryption, logins, servers that die."""

from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from connectors.connector import CheckResult
from connectors.errors import AuthFailed, ConfigInvalid, ConnectorError, PartialRead, SourceGone, Unreachable
from connectors.events import BadRecord, Checkpoint, Event, Snapshot, Upsert
from connectors.ldap.connector import LdapConnector
from connectors.ldap.settings import LdapSettings
from tests.fakes.cutting_proxy import CuttingProxy
from tests.servers.slapd import ACTIVE_DIRECTORY, Slapd, running

pytestmark = pytest.mark.server
COUNT = 1200
CANARY = "Canarywood"


def people(count: int) -> str:
    return "\n".join(
        f"dn: uid=u{i},ou=people,dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: u{i}\ncn: {CANARY} {i}\n"
        f"sn: {CANARY}\ngivenName: Vorname{i}\ntelephoneNumber: 0761 {10000 + i}\nuserPassword: pa55-{i}\n"
        f"cn;lang-de: Name {i}\njpegPhoto:: /9j/4AAQSkZJRgABAQEA\n"
        for i in range(count)
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    with running(people(COUNT), tls=True) as slapd:
        yield slapd


def connector(server: Slapd, **changed: Any) -> LdapConnector:
    settings = {"host": "127.0.0.1", "port": server.port, "base": server.suffix, "user": server.reader_dn}
    settings |= {"password": server.reader_password, "receive_timeout": 10}
    return LdapConnector(LdapSettings.model_validate(settings | changed))


def upserts(events: list[Event]) -> list[Upsert]:
    return [event for event in events if isinstance(event, Upsert)]


def test_pages_are_halved_until_the_server_accepts_them_and_nothing_is_lost(server: Slapd) -> None:
    events = list(connector(server, page_size=5000).read(None))
    assert len({event.key for event in upserts(events)}) == COUNT
    assert events[-2] == Snapshot(complete=True)
    assert isinstance(events[-1], Checkpoint)


def test_records_hold_text_only_and_no_secret(server: Slapd) -> None:
    server.modify(f"uid=u0,{server.people_dn}", {"userPassword": ["pa55-0"]})
    admin = connector(server, user=server.admin_dn, password=server.admin_password, filter="(uid=u0)")
    (event,) = upserts(list(admin.read(None)))
    assert event.record["cn"] == (f"{CANARY} 0", "Name 0"), "cn;lang-de is a cn"
    assert event.record["dn"] == ("uid=u0,ou=people,dc=example,dc=test",)
    assert not {"jpegPhoto", "userPassword"} & event.record.keys()
    assert "pa55" not in str(admin.discover())


def test_a_search_the_server_cut_short_is_a_partial_read(server: Slapd) -> None:
    with running(people(30), total_limit=12) as small:
        events: list[Event] = []
        with pytest.raises(PartialRead):
            events.extend(connector(small, page_size=5).read(None))
        assert upserts(events)
        assert not any(isinstance(event, Snapshot | Checkpoint) for event in events)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_server_that_dies_gives_no_snapshot(server: Slapd, share: float) -> None:
    with CuttingProxy(server.port) as proxy:
        whole = list(connector(server, port=proxy.port, page_size=100).read(None))
        total = proxy.answered
    assert len(upserts(whole)) == COUNT
    with CuttingProxy(server.port, int(total * share)) as proxy:
        events: list[Event] = []
        with pytest.raises(PartialRead if share > 0.1 else Unreachable):
            events.extend(connector(server, port=proxy.port, page_size=100).read(None))
    assert len(events) < COUNT
    assert not any(isinstance(event, Snapshot | Checkpoint) for event in events)


def test_a_killed_server_is_a_partial_read_and_reads_whole_afterwards() -> None:
    with running(people(300)) as slapd:
        stream = connector(slapd, page_size=100).read(None)
        next(stream)
        slapd.kill()
        with pytest.raises(PartialRead):
            list(stream)
        slapd.start()
        assert len(upserts(list(connector(slapd).read(None)))) == 300


@pytest.mark.parametrize("tls", ["starttls", "ldaps"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_encrypted_with_own_ca(server: Slapd, tls: str, host: str) -> None:
    port = server.port if tls == "starttls" else server.tls_port
    source = connector(server, host=host, port=port, tls=tls, ca_file=server.ca_file, filter="(uid=u1)")
    assert len(upserts(list(source.read(None)))) == 1
    assert not source.check().warnings


@pytest.mark.parametrize("tls", ["starttls", "ldaps"])
def test_wrong_or_missing_ca_is_refused_before_the_password_is_sent(server: Slapd, tls: str, tmp_path: Any) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    port = server.port if tls == "starttls" else server.tls_port
    for ca_file in (str(other), ""):
        with pytest.raises(ConfigInvalid, match="ca_file"):
            connector(server, port=port, tls=tls, ca_file=ca_file).check()
    with pytest.raises(ConfigInvalid, match="ca_file"):
        connector(server, port=port, tls=tls, ca_file=str(tmp_path / "none.pem")).check()


def test_a_certificate_for_another_name_is_refused() -> None:
    with running(tls=True, names=("ldap.example.test",)) as slapd, pytest.raises(ConfigInvalid, match="ca_file"):
        connector(slapd, tls="starttls", ca_file=slapd.ca_file).check()


def test_tls_towards_a_plain_port_and_plain_towards_tls(server: Slapd) -> None:
    with pytest.raises(Unreachable):
        connector(server, port=server.port, tls="ldaps", ca_file=server.ca_file, receive_timeout=2).check()
    with pytest.raises(Unreachable):
        connector(server, port=server.tls_port, receive_timeout=2).check()


def test_starttls_where_the_server_has_none_never_falls_back() -> None:
    with running() as slapd, pytest.raises(Unreachable):
        connector(slapd, tls="starttls").check()


def test_wrong_logins(server: Slapd) -> None:
    for user, password in ((server.reader_dn, "x"), ("cn=nobody,dc=example,dc=test", "x")):
        with pytest.raises(AuthFailed):
            connector(server, user=user, password=password).check()


def test_anonymous_reads_where_allowed_and_sees_no_base_where_not(server: Slapd) -> None:
    with running(people(3), anonymous=True) as slapd:
        assert len(upserts(list(connector(slapd, user="", password="").read(None)))) == 3
    with pytest.raises(ConnectorError):
        list(connector(server, user="", password="").read(None))


def test_missing_base_is_gone_and_a_base_that_is_no_dn_is_invalid(server: Slapd) -> None:
    with pytest.raises(SourceGone):
        list(connector(server, base="ou=weg,dc=example,dc=test").read(None))
    with pytest.raises(SourceGone):
        list(connector(server, base="dc=other,dc=test").read(None))
    with pytest.raises(ConfigInvalid, match="base"):
        list(connector(server, base="no dn at all").read(None))
    with pytest.raises(ConfigInvalid, match="filter"):
        list(connector(server, filter="(uid=u1").read(None))


def test_without_a_base_the_naming_context_is_read(server: Slapd) -> None:
    assert len(upserts(list(connector(server, base="").read(None)))) == COUNT


def test_scopes(server: Slapd) -> None:
    assert not upserts(list(connector(server, scope="onelevel").read(None)))
    assert len(upserts(list(connector(server, scope="onelevel", base=server.people_dn).read(None)))) == COUNT


def test_entries_without_the_named_key_are_bad_and_nothing_may_be_deleted(server: Slapd) -> None:
    with pytest.raises(ConfigInvalid, match="employeeNumber"):
        list(connector(server, key="employeeNumber").read(None))
    server.modify(f"uid=u1,{server.people_dn}", {"employeeNumber": ["E1"]})
    events = list(connector(server, key="employeeNumber").read(None))
    assert [event.key for event in upserts(events)] == ["E1"]
    assert sum(isinstance(event, BadRecord) for event in events) == COUNT - 1
    assert Snapshot(complete=False) in events
    assert CANARY not in str([event for event in events if isinstance(event, BadRecord)])


def test_of_entries_with_one_key_the_first_counts_and_the_others_are_told(server: Slapd) -> None:
    events = list(connector(server, key="sn").read(None))
    assert [event.key for event in upserts(events)] == [CANARY]
    bad = [event for event in events if isinstance(event, BadRecord)]
    assert bad[0] == BadRecord(CANARY, "entry 2: an earlier entry has the same sn")
    assert (len(bad), events[-2]) == (COUNT - 1, Snapshot(complete=True))


def test_check_and_discover(server: Slapd) -> None:
    server.add(f"ou=extern,{server.people_dn}", {"objectClass": ["organizationalUnit"], "ou": "extern"})
    result = connector(server).check()
    assert isinstance(result, CheckResult)
    assert f"127.0.0.1:{server.port}" in result.server
    assert "clear" in result.warnings[0]
    containers = connector(server).discover()
    assert [container.name for container in containers[:2]] == [server.suffix, server.people_dn]
    assert f"ou=extern,{server.people_dn}" in {container.name for container in containers}
    empty = connector(server, filter="(uid=nobody)").check()
    assert any("No entry" in warning for warning in empty.warnings)


def test_active_directory_shapes() -> None:
    with running(schemas=ACTIVE_DIRECTORY) as slapd:
        for i, control in enumerate(("512", "514")):  # 514 = normal account, disabled
            slapd.add(
                f"cn=P{i},{slapd.people_dn}",
                {
                    "objectClass": ["user", "extensibleObject"], "cn": f"P{i}", "sn": "Groß",
                    "instanceType": "4", "objectCategory": "cn=person", "nTSecurityDescriptor": "x",
                    "objectGUID": bytes(range(i, i + 16)), "userAccountControl": control,
                    "mobile": "0171/1", "otherMobile": "0171/2", "proxyAddresses": ["SMTP:a@example.test", "x500:/o=x"],
                },
            )  # fmt: skip
        source = connector(slapd, key="objectGUID", filter="(objectClass=user)")
        (event,) = upserts(list(source.read(None)))
        assert event.key == "03020100-0504-0706-0809-0a0b0c0d0e0f"
        assert event.record["objectGUID"] == (event.key,)
        contact = source.check().samples[0]
        assert [phone.raw for phone in contact.phones] == ["0171/1", "0171/2"]
        assert [email.address for email in contact.emails] == ["a@example.test"]
        both = connector(slapd, key="objectGUID", filter="(objectClass=user)", skip_disabled=False)
        assert len(upserts(list(both.read(None)))) == 2
