"""LDAP listeners: the sockets of processes that share an address, as SO_REUSEPORT lets them."""

import errno
import socket
from typing import Any, TypeAlias

from directory_server.fronts.ldap.server import BACKLOG, Address, ListenError

Listeners: TypeAlias = dict[str, list[socket.socket]]
"""The listening sockets of one process by "ldap" and "ldaps"."""


def can_share() -> bool:
    """Whether sockets may share an address here; Windows has no such thing."""
    return hasattr(socket, "SO_REUSEPORT")


def free(name: str, wanted: Address) -> list[Address]:
    """Return the numeric addresses that one stands for, a port of its own for 0; raises ListenError for a taken one.

    Nothing is listened on for that: who connects meanwhile is refused, and not accepted by somebody who leaves.
    """
    host, port = wanted
    found: list[Address] = []
    try:
        meant = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for family, *_, where in meant[:1] if port == 0 else meant:
            try:
                found.append(_bound(family, where))
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:  # "localhost" also names ::1 where there is no IPv6
                    raise
                fault = error
        if not found:
            raise fault
    except OSError as error:
        raise ListenError(error.errno, f"{name} cannot listen on {host}:{port}: {error.strerror}") from error
    return found


def _bound(family: int, where: Any) -> Address:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(where)
        host, port, *_ = probe.getsockname()
        return host, port


def listen(where: Address) -> socket.socket:
    """Return a new socket that listens on a numeric address and shares it with those there are; raises OSError."""
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    return socket.create_server(where, family=family, backlog=BACKLOG, reuse_port=True)
