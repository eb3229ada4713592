"""Puts the parts together: the only place that knows them all, reads the clock and makes randomness."""

from directory_server.app.directory import Directory, now

__all__ = ["Directory", "now"]  # the server, which takes long to load, is in `app.server`
