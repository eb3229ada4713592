"""Shortcut: the messages that come all day, answered from their bytes without the session reading them.

A search like one before, a simple bind whose password was found right before, and an unbind: what a session border
controller sends for a call, often over a connection of its own.
"""

from directory_server.fronts.ldap import binding, lane
from directory_server.fronts.ldap.envelope import enveloped
from directory_server.fronts.ldap.response import Tag, outcome
from directory_server.fronts.ldap.session import Session
from directory_server.fronts.ldap.shared import Shared

_BOUND = (outcome(Tag.BIND),)


def answer(data: bytes, session: Session, shared: Shared, address: str) -> bytes | None:
    """Return the answer to one whole message, nothing to an unbind; None if the session must take it.

    For a session at rest, which is bound, or ended, if the message asks for that.
    """
    if len(data) == lane.UNBIND_BYTES and lane.is_unbind(data):
        session.end()
        found: bytes | None = b""
    elif session.client:
        tree = shared.credentials.tree(
            session.client, address, can_start_tls=session.can_start_tls, secure=session.secure
        )
        found = None if tree is None else lane.answer(data, session, tree)
    else:
        found = None if session.outstanding else _bound(data, session, shared, address)
    if found is not None:
        session.messages += 1
    return found


def _bound(data: bytes, session: Session, shared: Shared, address: str) -> bytes | None:
    found = lane.split(data)
    if found is None or (given := lane.simple_bind(found[1])) is None:
        return None
    client = binding.again(shared, *given, address)
    if client is None:
        return None
    session.bind_as(client.name, shared.credentials.authorisation(client))
    return enveloped(found[0], _BOUND)
