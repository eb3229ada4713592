"""Puts the parts together: the only place that knows them all, reads the clock and makes randomness."""

from directory_server.app.directory import Directory, now
from directory_server.app.server import AddressTaken, Server

__all__ = ["AddressTaken", "Directory", "Server", "now"]
