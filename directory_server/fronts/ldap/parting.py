"""Parting: ends a connection in good order, and in time for a client that does not watch its socket.

Who looks at a connection only when it has something to ask (libldap, and with it Kamailio and many others) sends its
next request into one that was closed meanwhile, succeeds, and learns of the end in place of an answer: a call without a
name. A connection that was reset refuses that request at once, and such a client connects anew and asks again.
"""

import asyncio
import socket
import struct
import sys

GRACE_S = 0.25
"""So long a client has to close its side by itself: it has seen the notice and the end of the stream then."""
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def part(transport: asyncio.Transport) -> asyncio.TimerHandle:
    """Send what is owed and the end of the stream; reset what the client has left open GRACE_S later.

    The caller cancels the handle once the connection is lost.
    """
    if transport.can_write_eof():
        transport.write_eof()
    else:  # TLS: its own end, then asyncio waits for the client's
        transport.close()
    return asyncio.get_running_loop().call_later(GRACE_S, _reset, transport)


def _reset(transport: asyncio.Transport) -> None:
    opened = transport.get_extra_info("socket")
    if opened is not None:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
