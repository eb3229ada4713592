"""Calls answered in the view of the called user, and never more than that."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.called import view_of_call
from directory_server.directory.view import for_user
from directory_server.store import clients, grants
from directory_server.store.rows import Client, FieldGroup, Location, SharedNumbers
from tests.fakes.world import World

HERE = Location("DE", "89", "840798", 2)
CALLER = "+491715550101"
NAME, BUSINESS = FieldGroup.NAME, FieldGroup.BUSINESS


def user(oid, number, groups="", **fields):
    custom = tuple(pair for pair in (("entra_oid", oid), ("groups", groups)) if pair[1])
    return Contact(phones=(Phone(PhoneKind.WORK, number),), custom=custom, **fields)


def caller(name):
    return Contact(family_name=name, phones=(Phone(PhoneKind.MOBILE, CALLER),))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("called")) as made:
        made.ad = made.source("ad", HERE)
        made.put(
            made.ad,
            {
                "anna": user("oid-anna", "089 840798-11", "g-sales; g-board ;", given_name="Anna"),
                "bert": user(" oid-bert ", "089 840798-12"),
                "team 1": user("oid-anna", "089 840798-13"),
                "team 2": user("oid-bert", "089 840798-13"),
                "desk 1": user("oid-anna", "089 840798-14", "g-sales"),
                "desk 2": user("", "089 840798-14", "g-board"),
                "printer": user("", "089 840798-15"),
                "reception": user("oid-anna", "089 840798-0", company="Us"),
            },
        )
        made.open = made.source("open", priority=1)
        made.sales = made.source("sales", priority=2)
        made.board = made.source("board", priority=3)
        made.annas = made.source("annas", priority=4)
        for source in (made.open, made.sales, made.board, made.annas):
            made.put(source, {"1": caller(f"Known to {source.name}")})
        made.stranger = made.source("stranger")
        made.put(made.stranger, {"1": user("oid-anna", "089 840798-16")})
        grants.put(made.database, made.open, "all", FieldGroup)
        grants.put(made.database, made.sales, "g-sales", {NAME, BUSINESS})
        grants.put(made.database, made.board, "g-board", {NAME, BUSINESS})
        grants.put(made.database, made.annas, "oid-anna", FieldGroup)
        asked = Client(
            0, "sbc", "generic", frozenset({made.board.id}), frozenset({NAME, BUSINESS}), "", HERE,
            called_view=frozenset({made.ad.id}),
        )  # fmt: skip
        made.client = clients.add(made.database, asked, "x")
        yield made


def seen(world, called, **changes):
    client = replace(world.client, **changes)
    return [one.source for one in view_of_call(world.database, world.index, client, called).lookup(CALLER).listings]


@pytest.mark.parametrize(
    ("called", "sources"),
    [
        ("+498984079811", ["open", "sales", "board", "annas"]),
        ("089/840798-11", ["open", "sales", "board", "annas"]),
        ("11", ["open", "sales", "board", "annas"]),  # the client's own location makes it a whole number
        ("+498984079812", ["open"]),
        ("", ["board"]),
        ("  ", ["board"]),
        ("anonymous", ["board"]),
        ("+498984079899", ["board"]),  # nobody's: the company's at most
        ("+498984079813", ["board"]),  # two users'
        ("+498984079814", ["open", "sales", "annas"]),  # groups of whoever is no user do not count
        ("+498984079815", ["board"]),  # no user's
        ("+498984079816", ["board"]),  # a user's by a source that was not named for this
    ],
)
def test_the_called_users_view_answers(world, called, sources):
    assert seen(world, called) == sources


def test_it_is_off_unless_sources_are_named(world):
    assert seen(world, "+498984079811", called_view=frozenset()) == ["board"]
    assert seen(world, "+498984079811", called_view=frozenset({world.stranger.id})) == ["board"]
    assert seen(world, "+498984079816", called_view=frozenset({world.stranger.id})) == ["open", "annas"]


def test_fields_are_the_users_and_the_policy_and_location_the_clients(world):
    client = replace(world.client, shared_numbers=SharedNumbers.ONLY_IF_UNAMBIGUOUS)
    asking = view_of_call(world.database, world.index, client, "+498984079811")
    assert asking.lookup(CALLER).listings == ()
    assert asking.location == HERE
    assert asking.groups_of("sales") == {NAME, BUSINESS}
    assert asking.groups_of("annas") == frozenset(FieldGroup)
    assert asking.groups_of("ad") == frozenset()


GROUPS = ("g-sales", "g-board")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(("u1", "u2", "")), st.sets(st.sampled_from(GROUPS))), min_size=1, max_size=3),
    st.sets(st.sampled_from(("open", "sales", "board", "annas"))),
    st.frozensets(st.sampled_from(tuple(FieldGroup))),
    st.sampled_from(("+498984079821", "21", "+498984079822", "")),
)
def test_a_caller_never_sees_more_than_the_client_or_the_user(world, holders, sources, fields, called):
    world.put(
        world.ad,
        {f"drawn {at}": Contact() for at in range(3)}
        | {f"drawn {at}": user(oid, "-21", ";".join(held)) for at, (oid, held) in enumerate(holders)},
    )
    ids = frozenset(getattr(world, name).id for name in sources)
    client = replace(world.client, source_ids=ids, fields=fields)
    asking = view_of_call(world.database, world.index, client, called)
    own = dict.fromkeys(ids, fields) if fields else {}
    users = {oid for oid, _groups in holders if oid}
    allowed = [own]
    if len(users) == 1 and called in {"+498984079821", "21"}:
        (oid,) = users
        held = frozenset().union(*(groups for one, groups in holders if one == oid))
        user_view = for_user(world.database, world.index, oid=oid, groups=held, country="DE")
        allowed = [dict(user_view.scope.fields)]
    assert dict(asking.scope.fields) in allowed
