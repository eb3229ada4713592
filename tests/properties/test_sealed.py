"""What no sealed answer may tell a user, asked through a real relay; and that nothing else can be asked."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import grimp
import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from directory_server.directory.view import for_user
from directory_server.protocol.messages import OPERATIONS
from directory_server.store import grants, sources
from directory_server.store.errors import NotFound
from directory_server.store.rows import FieldGroup
from relay_cloud.wire.envelope import Status
from tests.fakes.books import BOOKS, FAMILIAR, IDS, QUERIES, SCOPES, Book, fill, fill_only, hiding
from tests.fakes.end import End
from tests.fakes.uplinked import TID, Identity, uplinked
from tests.fakes.world import World
from tests.servers.jwks import JwksServer
from tests.servers.relay import Relay

pytestmark = pytest.mark.server
GROUPS = ("g1", "g2")
"""The groups that the asking user's token names."""
NOTHING = [frozenset[FieldGroup]()] * 3

Ask = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]
slow = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)


@pytest.fixture(scope="module")
def ask(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Give what a user asks with: seals, posts to a relay, opens; the directory answers from the world."""
    folder: Path = tmp_path_factory.mktemp("sealed")
    views = lambda oid, groups: for_user(world.database, world.index, oid=oid, groups=groups, country="DE")  # noqa: E731
    with ExitStack() as running:
        relay = running.enter_context(Relay(tenant_rate=10_000, tenant_burst=10_000))
        server = running.enter_context(JwksServer())
        identity = Identity(server.authority)
        server.document = identity.jwks()
        portal = running.enter_context(start_blocking_portal())
        enter = lambda one: running.enter_context(portal.wrap_async_context_manager(one))  # noqa: E731
        enter(uplinked(relay, folder, identity, views=views))
        end = End(enter(httpx.AsyncClient(trust_env=False)), relay.url, TID, relay.registrar.public_key())
        portal.call(end.fetch_keys)
        token = identity.token(groups=list(GROUPS))

        def asked(operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            return portal.call(partial(end.ask, operation, body, relay.ticket(TID), token=token))

        yield asked


def grant(world: World, scope: list[frozenset[FieldGroup]], more: list[frozenset[FieldGroup]] = NOTHING) -> None:
    """Grant `scope` to one of the user's groups and `more` to the other."""
    for group, granted in zip(GROUPS, (scope, more), strict=True):
        for source, fields in zip(sources.all(world.database), granted, strict=True):
            if fields:
                grants.put(world.database, source, group, fields)
            else:
                with suppress(NotFound):  # never granted
                    grants.remove(world.database, source, group)


def everything_told(ask: Ask, questions: list[tuple[str, int]], familiar: list[int]) -> list[Any]:
    """Return all that a user is told, but for the time it took."""
    asked = [("search", {"text": text, "limit": limit, "familiar": familiar}) for text, limit in questions]
    asked += [("person", {"id": number}) for number in IDS]
    asked += [("people", {"id": number, "limit": 1 + number % 3}) for number in IDS]
    asked.append(("whoami", {}))
    return [(operation, body, status, {**told, "took_ms": 0})
            for operation, body in asked for status, told in (ask(operation, body),)]  # fmt: skip


QUESTIONS = st.lists(st.tuples(QUERIES, st.integers(1, 8)), min_size=12, max_size=12)


@slow
@given(BOOKS, BOOKS, SCOPES, QUESTIONS, FAMILIAR)
def test_hidden_values_change_no_sealed_answer(  # noqa: PLR0917 - drawn by hypothesis
    world: World,
    tight: None,
    ask: Ask,
    shown: Book,
    hidden: Book,
    scope: list[frozenset[FieldGroup]],
    questions: list[tuple[str, int]],
    familiar: list[int],
) -> None:
    grant(world, scope)
    fill_only(world, shown, scope)
    told = everything_told(ask, questions, familiar)
    fill(world, hiding(shown, hidden, scope))
    assert everything_told(ask, questions, familiar) == told
    known = zip(sources.all(world.database), scope, strict=True)
    named = [source.name for source, granted in known if granted]
    assert all([one["name"] for one in answer["sources"]] == named for *_, answer in told if "sources" in answer)


@slow
@given(BOOKS, SCOPES, SCOPES)
def test_more_grants_never_take_anything_away(
    world: World, ask: Ask, book: Book, scope: list[frozenset[FieldGroup]], more: list[frozenset[FieldGroup]]
) -> None:
    fill(world, book)
    for before, after in (((scope, NOTHING), (scope, more)), ((NOTHING, scope), (more, scope))):
        seen, found = [], []
        for granted in (before, after):
            grant(world, *granted)
            seen.append(set().union(*(on_card(ask("person", {"id": number})[1]["person"]) for number in IDS)))
            persons = ask("search", {"text": "steinach", "limit": 50})[1]["persons"]
            found.append([
                {contact["id"] for contact in one["contacts"]}
                for one in persons
                if granted is after or one["match"]["rank"] in {"exact", "prefix", "compound"}
            ])  # fmt: skip
        # Of all cards: who seemed one person may be two once their names can be read.
        assert seen[0] <= seen[1]
        assert all(card & set().union(*found[1]) for card in found[0])


def on_card(person: dict[str, Any] | None) -> set[str]:
    """Return all that a card lists, and the ids of its contacts."""
    if person is None:
        return set()
    listed = [number["e164"] or number["raw"] for number in person["numbers"]]
    listed += [one["address"].casefold() for one in person["emails"]] + [one["text"] for one in person["notes"]]
    return {*listed, *person["urls"], *person["categories"], *(str(one["id"]) for one in person["contacts"])}


@settings(slow, max_examples=4)
@given(BOOKS, QUESTIONS, FAMILIAR)
def test_no_grants_no_sealed_answers(
    world: World, ask: Ask, book: Book, questions: list[tuple[str, int]], familiar: list[int]
) -> None:
    fill(world, book)
    grant(world, NOTHING)
    for operation, body, status, told in everything_told(ask, questions, familiar):
        assert status == Status.OK
        assert told["sources"] == [] if operation != "person" else told["person"] is None, (operation, body)
        assert not told.get("persons")
        assert not told.get("more")


@pytest.mark.parametrize("operation", ["why", "explain", "quality", "audit", "lookup", "contact", "Search", ""])
def test_nothing_but_users_operations_is_there(world: World, ask: Ask, operation: str) -> None:
    grant(world, [frozenset(FieldGroup)] * 3)
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        ask(operation, {"text": "steinach", "id": 1})


def test_no_front_of_users_or_phones_can_explain() -> None:
    """Explanations tell what is hidden: whatever answers users or phones must not even load them."""
    assert sorted(OPERATIONS) == ["people", "person", "probe", "search", "whoami"]
    graph = grimp.build_graph("directory_server", "relay_cloud", "connectors", cache_dir=None)
    explaining = {name for name in graph.modules if name.startswith("directory_server.directory.")
                  and name.split(".")[2] in {"explain", "hiding", "quality", "evidence", "number_trace"}}  # fmt: skip
    assert len(explaining) > 4
    for front in (
        "directory_server.fronts.uplink",
        "directory_server.fronts.ldap",
        "directory_server.fronts.telephony",
    ):
        for module in (front, *graph.find_descendants(front)):
            assert not explaining & graph.find_upstream_modules(module), module
