"""A trace tries what a look-up tries, and names the step that answered."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory import number_trace
from directory_server.directory.number import ask
from directory_server.store.rows import Location
from tests.fakes.world import World

SITE = Location("DE", "40", "66969", 3)
HERE = Location("DE", "89")


def at(raw, company="", kind=PhoneKind.WORK, name=""):
    return Contact(family_name=name, company=company, phones=(Phone(kind, raw),))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("trace")) as made:
        made.staff, made.crm = made.source("staff", SITE), made.source("crm", HERE)
        made.put(
            made.staff, {"z": at("040/66969-0", "Nordlicht", PhoneKind.MAIN), "a": at("-123", "Nordlicht", name="A")}
        )
        made.put(made.crm, {
            "m": at("089/999985-0", "Müller GmbH", PhoneKind.MAIN),
            "m1": at("089/999985-12", "Müller GmbH", name="Ost"),
            "v1": at("089/666666-11", "Viele", name="Eins"), "v2": at("089/666666-12", "Viele", name="Zwei"),
            "v3": at("089/666666-13", "Drei", name="Drei"), "v4": at("089/666666-14", "Vier", name="Vier"),
            "v5": at("089/666666-15", "Fünf", name="Fünf"), "w": at("089/555555", "Ohne Null", PhoneKind.MAIN),
            "w1": at("089/555555-12", "Ohne Null", name="Acht"),
            "s1": at("089/777777-11", "Eins", name="Eins"), "s2": at("089/777777-22", "Zwei", name="Zwei"),
        })  # fmt: skip
        yield made


def traced(world, text, location=HERE):
    view = world.view(location=location)
    with view.numbers() as reading:
        return number_trace.steps(reading, ask(text, location), view.lookup(text)), view.lookup(text)


@pytest.mark.parametrize(
    ("text", "location", "steps"),
    [
        ("089 99998512", HERE, [("exact", "+498999998512", 1)]),
        ("123", SITE, [("exact", "+494066969123", 1)]),
        ("089 999985", HERE, [("exact", "+4989999985", 0), ("switchboard", "+49899999850", 1)]),
        ("089 99998577", HERE, [("exact", "+498999998577", 0), ("trunk", "+4989999985", 2)]),
        ("089 5555550", HERE, [("exact", "+49895555550", 0), ("switchboard", "+4989555555", 1)]),
        ("089 66666699", HERE, [("exact", "+498966666699", 0), ("trunk", "+4989666666", 5)]),
        ("089 77777733", HERE, [("exact", "+498977777733", 0), ("trunk", "+4989777777", 2)]),
    ],
)
def test_steps_in_order(world, text, location, steps):
    tried, _answer = traced(world, text, location)
    assert [(step["step"], step["number"], step["contacts"]) for step in tried] == steps


def test_companies_that_share_a_trunk_decide_nothing(world):
    tried, answer = traced(world, "089 77777733")
    assert (tried[-1]["decides"], tried[-1]["answer"], answer.listings) == (False, "", ())
    assert {vote["company"] for vote in tried[-1]["votes"]} == {"Eins", "Zwei"}


def test_fewer_than_half_of_the_votes_decide_nothing(world):
    tried, answer = traced(world, "089 66666699")
    assert (tried[-1]["votes"][0], tried[-1]["decides"]) == ({"company": "Viele", "contacts": 2}, False)
    assert answer.listings == ()


def test_a_configured_trunk_is_said(world):
    tried, answer = traced(world, "+494066969777")
    assert answer.approximate
    assert (tried[-1]["configured"], tried[-1]["decides"], tried[-1]["answer"]) == (True, True, "Nordlicht")


def test_how_a_number_is_read():
    read = number_trace.reading_of(ask("089/999985-12", HERE), HERE)
    assert (read["candidates"], read["service"], read["extension"]) == (["+498999998512"], False, "")
    assert number_trace.reading_of(ask("110", HERE), HERE)["service"] is True


DIGITS = st.sampled_from(["089999985", "08999998512", "0406696", "04066969", "089777777", "12", "0", "+49", "66969"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DIGITS, min_size=1, max_size=3).map("".join), st.sampled_from([HERE, SITE]))
def test_the_last_step_is_what_the_look_up_answered(world, text, location):
    tried, answer = traced(world, text, location)
    last = tried[-1] if tried else {"step": "", "contacts": 0}
    decided = bool(last.get("decides"))
    assert decided is answer.approximate
    if answer.listings and not answer.approximate:
        assert last["step"] != "trunk"
        assert last["contacts"] == answer.total
    if not answer.listings:
        assert all(step["contacts"] == 0 or step["step"] == "trunk" for step in tried)
