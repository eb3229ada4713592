"""What is no LDAP server, or not the one we knew."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConnectorError, StateExpired, Unreachable
from connectors.events import Checkpoint, Event, Snapshot, Upsert
from connectors.ldap.connector import LdapConnector
from connectors.ldap.session import LdapSession
from connectors.ldap.settings import LdapSettings
from tests.servers.slapd import Slapd, running

pytestmark = pytest.mark.server
BIND_OK = bytes.fromhex("61070a010004000400")  # bindResponse: success
MESSAGE_ID = b"<id>"  # stands for the messageID of the request that is answered


def message(operation: bytes) -> bytes:
    """Return an LDAPMessage with the request's id around an operation of at most 60 bytes."""
    return b"0%c" % (len(operation) + 4) + MESSAGE_ID + operation


@contextmanager
def stranger(*answers: bytes) -> Iterator[int]:
    """Listen on a port; answer the n-th thing the client sends by answers[n], then hang up."""

    def serve() -> None:
        with suppress(OSError):
            client, _ = listener.accept()
            with client:
                client.settimeout(5)
                for answer in answers:
                    request = client.recv(65536)
                    start = 3 if request[1:2] == b"\x81" else 2
                    number = int.from_bytes(request[start + 2 : start + 2 + request[start + 1]])
                    client.sendall(answer.replace(MESSAGE_ID, b"\x02\x02" + number.to_bytes(2)))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
    thread.join(6)


def test_the_login_answer_is_a_right_one() -> None:
    with stranger(message(BIND_OK)) as port:
        session = LdapSession(LdapSettings(host="127.0.0.1", port=port, base="dc=x"))
        session.open()
        session.close()


def read(port: int, **changed: object) -> list[Event]:
    given_ = {"host": "127.0.0.1", "port": port, "base": "dc=x", "receive_timeout": 2}
    return list(LdapConnector(LdapSettings.model_validate(given_ | changed)).read(None))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda tail: message(b"\x61" + tail)))
def test_garbage_instead_of_a_login_is_unreachable_or_refused(answer: bytes) -> None:
    with stranger(answer) as port, pytest.raises(ConnectorError):
        read(port)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda tail: message(b"\x64" + tail)))
def test_garbage_instead_of_entries_never_gives_a_snapshot(answer: bytes) -> None:
    with stranger(message(BIND_OK), answer) as port, pytest.raises(ConnectorError):
        read(port)


def test_a_web_server_and_a_silent_one_are_unreachable() -> None:
    with stranger(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(Unreachable):
        read(port)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
        read(int(silent.getsockname()[1]), receive_timeout=1)


def state_of(connector: LdapConnector) -> dict[str, object]:
    last = list(connector.read(None))[-1]
    assert isinstance(last, Checkpoint)
    return dict(last.state)


def test_the_state_belongs_to_one_base_and_survives_only_there() -> None:
    def connector(server: Slapd, base: str) -> LdapConnector:
        login = {"user": server.admin_dn, "password": server.admin_password}
        return LdapConnector(
            LdapSettings.model_validate({"host": "127.0.0.1", "port": server.port, "base": base} | login)
        )

    with running() as server:
        server.add(
            f"uid=a,{server.people_dn}", {"objectClass": ["inetOrgPerson"], "uid": "a", "cn": "A", "sn": "A"}
        )  # fmt: skip
        known = state_of(connector(server, server.suffix))
        events = list(connector(server, server.suffix.upper()).read(known))
        assert [type(event) for event in events] == [Upsert, Snapshot, Checkpoint]
        with pytest.raises(StateExpired):
            list(connector(server, server.people_dn).read(known))
        with running() as other, pytest.raises(StateExpired):
            list(connector(other, other.suffix).read(known))
