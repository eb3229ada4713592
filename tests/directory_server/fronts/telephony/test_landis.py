"""Landis' attendant console: its own example, and every property as a text, a list, null or nothing at all."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.fronts.telephony import landis
from directory_server.store.rows import Location
from tests.fakes.world import World
from tests.servers.telephony import RunningTelephony, add_client, front_of

PATH = "/lookup/landis"
KEYS = [
    "azureAdId", "givenName", "surname", "displayName", "userPricipalName", "companyName", "jobTitle", "department",
    "officeLocation", "emailAddress", "businessPhone", "mobilePhone", "preferredLanguage", "notes", "country",
]  # fmt: skip
EXAMPLE = {
    "searchTerm": "John Doe", "departments": ["Sales"], "officeLocations": ["New York"], "countries": ["USA"],
    "jobTitles": ["Sales Manager"], "postalCodes": ["10002"], "givenName": ["John"], "surname": ["Doe"],
    "displayNames": ["John Doe"], "mail": ["jdoe@contoso.com"], "userPrincipalName": ["jdoe@contoso.com"],
    "maxContactSearchResults": "20",
}  # fmt: skip
JOHN = Contact(
    given_name="John", family_name="Doe", display_name="John Doe", company="Contoso", department="Sales",
    job_title="Sales Manager", office="New York", emails=(Email("jdoe@contoso.com"),),
    phones=(Phone(PhoneKind.FAX, "+1 810 653 0000"), Phone(PhoneKind.MOBILE, "+1 810 653 3164"),
            Phone(PhoneKind.WORK, "810-653-3163")),
    addresses=(Address(postal_code="10002", country="USA"),), notes="likes tea",
    custom=(("entra_oid", "7b-1"), ("userPrincipalName", "jdoe@contoso.com")),
)  # fmt: skip
JANE = Contact(given_name="Jane", family_name="Roe", department="Service", company="Contoso")


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    with World(tmp_path_factory.mktemp("landis")) as world:
        source = world.source("crm", Location("US"))
        many = {f"m{at}": Contact(given_name=f"Max{at}", family_name="Many") for at in range(60)}
        world.put(source, {"1": JOHN, "2": JANE, **many})
        add_client(world, "sbc", {"crm": source.id})
        add_client(world, "few", {"crm": source.id}, result_limit=3)
        with RunningTelephony(front_of(world)) as running, running.client() as client, running.client("few") as few:
            client.few = few
            yield client


def surnames(answer):
    assert answer.status_code == 200, answer.text
    return [one["surname"] for one in answer.json()]


def test_the_documented_example(ask):
    answer = ask.post(PATH, json=EXAMPLE)
    assert answer.headers["content-type"] == "application/json"
    (found,) = answer.json()
    assert list(found) == KEYS
    assert found == {
        "azureAdId": "7b-1", "givenName": "John", "surname": "Doe", "displayName": "John Doe",
        "userPricipalName": "jdoe@contoso.com", "companyName": "Contoso", "jobTitle": "Sales Manager",
        "department": "Sales", "officeLocation": "New York", "emailAddress": "jdoe@contoso.com",
        "businessPhone": "+18106533163", "mobilePhone": "+18106533164", "preferredLanguage": None,
        "notes": "likes tea", "country": "USA",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in EXAMPLE if name not in {"searchTerm", "maxContactSearchResults"}])
@pytest.mark.parametrize(
    "form", [lambda one: one, lambda one: [one], lambda one: ["zzz", one], lambda one: [None, one]]
)
def test_every_property_finds_alone_in_every_form(ask, name, form):
    assert surnames(ask.post(PATH, json={name: form(EXAMPLE[name][0])})) == ["Doe"]
    assert surnames(ask.post(PATH, json={name: form("nowhere")})) == []
    assert surnames(ask.post(PATH, json={"searchTerm": "Doe", name: form(EXAMPLE[name][0])})) == ["Doe"]
    assert surnames(ask.post(PATH, json={"searchTerm": "Doe", name: form("nowhere")})) == []


@pytest.mark.parametrize("value", [None, [], "", " ", [""], [None], {}, {"a": 1}, True, [[]], "-", "ü" * 300])
def test_a_property_that_says_nothing_is_left_out(ask, value):
    asked = {"searchTerm": "contoso", **dict.fromkeys(EXAMPLE.keys() - {"searchTerm"}, value)}
    wanted = [] if isinstance(value, str) and value.startswith("ü") else ["Doe", "Roe"]
    assert surnames(ask.post(PATH, json=asked)) == wanted


def test_words_may_be_begun_and_several_values_are_or(ask):
    assert surnames(ask.post(PATH, json={"departments": ["Serv", "Sal"], "surname": ["Do", "Ro"]})) == ["Roe", "Doe"]
    assert surnames(ask.post(PATH, json={"departments": ["les"]})) == []
    assert surnames(ask.post(PATH, json={"searchTerm": "+18106533163"})) == ["Doe"]


def test_nothing_asked_finds_nothing(ask):
    assert ask.post(PATH, json={}).json() == []
    assert ask.post(PATH, json={"unknown": "John"}).json() == []


@pytest.mark.parametrize(
    ("results", "found"),
    [("2", 2), (2, 2), ("0", 1), ("-5", 1), ("x", 20), (None, 20), ("", 20), ("1000", 50), ("9" * 5000, 50), (2.5, 20)],
)
def test_results_are_a_text_and_have_limits(ask, results, found):
    assert len(surnames(ask.post(PATH, json={"searchTerm": "Many", "maxContactSearchResults": results}))) == found
    assert len(surnames(ask.few.post(PATH, json={"searchTerm": "Many", "maxContactSearchResults": results}))) == min(
        found, 3
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 16000, b"3"])
def test_what_is_no_object_is_a_bad_request(ask, body):
    assert ask.post(PATH, content=body).status_code == 400


def test_too_long_a_body_is_refused(ask):
    assert ask.post(PATH, content=b" " * 16_385).status_code == 413
    assert ask.post(PATH, content=b" " * 16_382 + b"{}").status_code == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(list(EXAMPLE)), JSON))
def test_any_values_are_read(asked):
    search = landis.read(json.dumps(asked).encode())
    assert search.results >= 1
    assert all(query.strip() for query in search.queries())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    try:
        landis.read(body)
    except landis.NotASearch:
        return
