"""Addresses that several processes are to listen on: found out without listening, and told when they are taken."""

import socket

import pytest

from deploy.demo.program import free_port
from directory_server.app import ldap_listener
from directory_server.fronts.ldap.server import ListenError

HERE = "127.0.0.1"


def test_port_0_stands_for_a_free_port():
    ((host, port),) = ldap_listener.free("ldap", (HERE, 0))
    assert (host, port > 0) == (HERE, True)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port))


@pytest.mark.parametrize("shared", [False, True])
def test_an_address_that_somebody_listens_on_is_taken_even_if_it_could_be_shared(shared):
    with socket.create_server((HERE, 0), reuse_port=shared) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"ldaps cannot listen on {HERE}:{port}: .*in use"):
            ldap_listener.free("ldaps", (HERE, port))


def test_a_name_that_is_none_is_told():
    with pytest.raises(ListenError, match=r"ldap cannot listen on no\.such\.host\.invalid:389: "):
        ldap_listener.free("ldap", ("no.such.host.invalid", 389))


def meant(monkeypatch, *hosts):
    """Let a name stand for these IPv4 addresses."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, free_port())) for host in hosts]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    return [(host, port) for host, port in (one[-1] for one in answer)]


def test_a_name_stands_for_all_its_addresses_that_are_there(monkeypatch):
    here, _nowhere, there = meant(monkeypatch, HERE, "192.0.2.1", "127.0.0.2")
    assert ldap_listener.free("ldap", ("example", 389)) == [here, there]


def test_a_name_that_stands_for_nothing_here_is_told(monkeypatch):
    meant(monkeypatch, "192.0.2.1")
    with pytest.raises(ListenError, match="ldap cannot listen on example:389: Cannot assign"):
        ldap_listener.free("ldap", ("example", 389))


def test_several_listen_on_one_address():
    (where,) = ldap_listener.free("ldap", (HERE, 0))
    with ldap_listener.listen(where) as one, ldap_listener.listen(where) as other:
        assert one.getsockname() == other.getsockname() == where
