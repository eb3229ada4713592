"""Every limit of the LDAP front, as a number; README.md explains each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds, the rest are counts."""

    pdu_before_bind: int = 64 * 1024
    pdu_after_bind: int = 1024 * 1024
    filter_depth: int = 64
    filter_nodes: int = 512
    substring_parts: int = 64
    attributes: int = 256
    controls: int = 16
    entries: int = 1000
    sorted_entries: int = 100_000
    search_seconds: float = 10.0
    operations: int = 64
    connections: int = 4096
    connections_per_address: int = 512
    tls_handshake_seconds: float = 10.0
    message_seconds: float = 10.0
    unbound_idle_seconds: float = 60.0
    keepalive_seconds: int = 120
    bind_delay_seconds: float = 1.0
    bind_delay_most_seconds: float = 16.0
    bind_failures_per_address: int = 20
    bind_ban_seconds: float = 300.0
    stop_seconds: float = 2.0
