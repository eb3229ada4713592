"""The contacts of benchmarks/ldap.py: a book that both servers hold, and a second one that is imported under load."""

import csv
import json
from pathlib import Path

from benchmarks.figures import run
from directory_server.store import clients, sources
from directory_server.store.rows import Client, FieldGroup, Location
from tests.fakes.world import World

SUFFIX = "dc=contacts"
CLIENT = "sbc"
PASSWORD = "benchmark"  # noqa: S105 - of a server that lives minutes on loopback
FIRST, SECOND = "people", "more"


def number(at: int, area: str = "89") -> str:
    """Return the number of the contact at this place."""
    return f"+49{area}{1_000_000 + at}"


def name(at: int) -> str:
    """Return its display name."""
    return f"Contact {at}"


def fill(data: Path, count: int) -> None:
    """Import the first book into a new data folder whose one client sees both; the second waits as a file."""
    run(data, "init")
    for source, area in ((FIRST, "89"), (SECOND, "30")):
        file = data.parent / f"{source}.csv"
        _write(file, count, area)
        run(data, "source", "add", source, "--type", "csv", "--set", f"path={file}", "--country", "DE")
    imported = json.loads(run(data, "sync", FIRST, "--json").output)
    if imported["created"] != count:
        raise SystemExit(f"the import took {imported}")
    with World(data) as world:
        seen = frozenset(source.id for source in sources.all(world.database))
        client = Client(0, CLIENT, "generic", seen, frozenset(FieldGroup), "", Location("DE"))
        clients.add(world.database, client, PASSWORD)


def _write(file: Path, count: int, area: str) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(("id", "given_name", "family_name", "display_name", "company", "business_phone"))
        rows.writerows((at, "Contact", at, name(at), "Example GmbH", number(at, area)) for at in range(count))


def ldif(count: int) -> str:
    """Return the first book for slapd."""
    return "\n".join(
        f"dn: uid={at},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {at}\ncn: {name(at)}\nsn: {at}\n"
        f"givenName: Contact\ndisplayName: {name(at)}\no: Example GmbH\ntelephoneNumber: {number(at)}\n"
        for at in range(count)
    )
