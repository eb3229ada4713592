"""Called user: answers a call in the view of the user it is for, where the telephone system tells the called number.

A user is known by a contact of the sources that the admin named for this (`Client.called_view`): it holds the called
number and carries the custom fields `entra_oid` (the user's object id) and, if wanted, `groups` (group ids, separated
by semicolons).
"""

from typing import Final

from directory_server.directory import view
from directory_server.directory.index import Index
from directory_server.directory.listing import Listing
from directory_server.directory.scope import Scope
from directory_server.directory.view import View
from directory_server.store import rights
from directory_server.store.database import Database
from directory_server.store.rows import Client, FieldGroup

OID: Final = "entra_oid"
GROUPS: Final = "groups"


def view_of_call(database: Database, index: Index, client: Client, called: str) -> View:
    """Return the view of the one user who holds the called number, else the client's own.

    Numbers are read with the client's location, and its policy for shared numbers stays. Nobody but one certain user
    counts: a number that is only an extension or a company's, or that two users hold, is answered as the client is.
    """
    if not called.strip() or not client.called_view:
        return view.for_client(database, index, client)
    known = rights.current(database)
    users = Scope(dict.fromkeys(client.called_view, frozenset(FieldGroup)))
    found = View(index, users, known.sources, client.location).lookup(called)
    holders = [one for one in found.listings if one.match and one.match.rank == "number"]
    oids = {oid for one in holders if (oid := _custom(one, OID))}
    if len(oids) != 1 or found.total > len(found.listings):
        return view.for_client(database, index, client)
    named = (name.strip() for one in holders if _custom(one, OID) for name in _custom(one, GROUPS).split(";"))
    scope = view.scope_of_user(known, oids.pop(), frozenset(name for name in named if name))
    return view.for_client(database, index, client, scope)


def _custom(listing: Listing, name: str) -> str:
    return next((text.strip() for field, text in listing.contact.custom if field.casefold() == name), "")
