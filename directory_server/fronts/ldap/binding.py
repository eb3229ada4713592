"""Binding: who a bind makes of a connection, and what a wrong password costs."""

import asyncio

from directory_server.fronts.ldap.event import Bind
from directory_server.fronts.ldap.response import Code
from directory_server.fronts.ldap.shared import Shared
from directory_server.store.rows import Client


def again(shared: Shared, name: str, password: bytes, address: str) -> Client | None:
    """Return the client at once if its password was found right before; None where `verified` must see.

    Session border controllers and phones bind before every look-up.
    """
    who = address, shared.credentials.account(name)
    if shared.doorkeeper.bans(*who, shared.clock()):
        return None
    client = shared.credentials.verify_again(name, password, address)
    if client is not None:
        shared.doorkeeper.succeeded(*who)
    return client


async def verified(shared: Shared, bind: Bind, address: str) -> Client | tuple[Code, str]:
    """Return the client, or with which result the bind is refused; a wrong password takes its time."""
    doorkeeper, client = shared.doorkeeper, None
    who = address, shared.credentials.account(bind.name)
    if not doorkeeper.bans(*who, shared.clock()):
        client = await asyncio.get_running_loop().run_in_executor(
            shared.bind_threads, shared.credentials.verify, bind.name, bind.password, address
        )
    # Asked again, because many tries at once may have brought the ban meanwhile.
    if doorkeeper.bans(*who, shared.clock()):
        return Code.BUSY, "too many wrong passwords from this address; try later"
    if client is None:
        await asyncio.sleep(doorkeeper.failed(*who, shared.clock()))
        return Code.INVALID_CREDENTIALS, "unknown client or wrong password"
    doorkeeper.succeeded(*who)
    return client
