"""Every limit of the look-ups over HTTP, as a number; README.md explains each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes or characters as their names say, times in seconds, the rest are counts."""

    number_characters: int = 128
    text_characters: int = 256
    body_bytes: int = 16 * 1024
    name_characters: int = 256
    lookup_seconds: float = 0.25
    search_seconds: float = 2.0
    entries: int = 1000
    scanned: int = 5000
    hits: int = 200
    matches: int = 50
    threads: int = 2
    waiting: int = 1024
    guesses_at_once: int = 4
    guess_delay_seconds: float = 1.0
    guess_delay_most_seconds: float = 16.0
    forget_guesses_seconds: float = 600.0
    wrong_seconds: float = 60.0
    remembered: int = 4096
    connections: int = 2048
    connections_per_address: int = 512
    request_seconds: float = 10.0
    keep_alive_seconds: int = 75
