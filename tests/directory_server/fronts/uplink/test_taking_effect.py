"""What an admin changes reaches users on an open line at once: asked sealed, through a real relay."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.contact import Contact, Email
from directory_server.directory.view import View, for_user
from directory_server.store import grants, preferences, sources
from directory_server.store.rows import FieldGroup
from tests.fakes.end import End
from tests.fakes.uplinked import OID, TID, Identity, uplinked
from tests.fakes.world import World
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]
MAIL = (Email("anna@acme.example"),)


def views(world: World) -> Callable[[str, frozenset[str]], View]:
    return lambda oid, groups: for_user(world.database, world.index, oid=oid, groups=groups, country="DE")


async def test_grants_priorities_and_preferences_on_an_open_line(
    relay: Relay, identity: Identity, tmp_path: Path
) -> None:
    with World(tmp_path) as world:
        crm, team = world.source("crm", priority=1), world.source("team", priority=2)
        world.put(crm, {"1": Contact(given_name="Anna", family_name="Weber", department="Einkauf", emails=MAIL)})
        world.put(team, {"1": Contact(given_name="Anna", family_name="Weber", department="Purchase", emails=MAIL)})
        async with (
            uplinked(relay, tmp_path, identity, views=views(world)),
            httpx.AsyncClient(trust_env=False) as client,
        ):
            end = End(client, relay.url, TID, relay.registrar.public_key())
            await end.fetch_keys()

            async def asked() -> list[tuple[str, list[str]]]:
                body: dict[str, Any]
                status, body = await end.ask("search", {"text": "weber"}, relay.ticket(TID), token=identity.token())
                assert status == 0
                return [(one["department"], [part["source"] for part in one["contacts"]]) for one in body["persons"]]

            assert await asked() == []
            grants.put(world.database, crm, "g1", FieldGroup)
            assert await asked() == [("Einkauf", ["crm"])]
            grants.put(world.database, team, OID, FieldGroup)
            assert await asked() == [("Einkauf", ["crm", "team"])]
            preferences.put(world.database, "department", ("team",))
            assert await asked() == [("Purchase", ["crm", "team"])]
            preferences.remove(world.database, "department")
            sources.change(world.database, replace(team, priority=0))
            assert await asked() == [("Purchase", ["team", "crm"])]
            grants.put(world.database, team, OID, {FieldGroup.BUSINESS})
            assert await asked() == [("Einkauf", ["team", "crm"])]
            grants.remove(world.database, crm, "g1")
            assert await asked() == []
