"""What a client is told of shared numbers, of companies, and in the view of the user who is called."""

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.store import grants
from directory_server.store.rows import FieldGroup, Location, SharedNumbers
from tests.fakes.world import EVERYTHING, World
from tests.servers.telephony import RunningTelephony, add_client, front_of


def contact(name, *numbers, company="", **fields):
    given, _, family = name.rpartition(" ")
    phones = tuple(Phone(PhoneKind.WORK, number) for number in numbers)
    return Contact(given_name=given, family_name=family, company=company, phones=phones, **fields)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with World(tmp_path_factory.mktemp("views")) as world:
        crm, secret, ad = (world.source(name, Location("DE", "89")) for name in ("crm", "secret", "ad"))
        world.put(crm, {
            "1": contact("Anna Berg", "089 1234-0", company="Acme GmbH", department="Sales"),
            "2": contact("Ben Tal", "089 1234-0", company="Acme GmbH"),
            "3": contact("Cara Feld", "089 1234-15", company="Acme GmbH"),
            "4": contact("Line\r\nInjected: yes", "089 7777"),
            "5": contact("x" * 400, "089 8888"),
        })  # fmt: skip
        world.put(secret, {"s": contact("Secret Friend", "089 9999")})
        world.put(ad, {
            "u": contact("Uwe User", "+49 30 100", custom=(("entra_oid", "oid-uwe"),)),
            "v": contact("Vera User", "+49 30 200", custom=(("entra_oid", "oid-vera"),)),
        })  # fmt: skip
        grants.put(world.database, secret, "oid-uwe", EVERYTHING)
        sources = {"crm": crm.id}
        for policy in SharedNumbers:
            add_client(world, policy.value, sources, shared_numbers=policy)
        add_client(world, "short", sources, result_limit=1)
        add_client(world, "numbers", sources, fields=frozenset({FieldGroup.BUSINESS}))
        add_client(world, "called", sources, called_view=frozenset({ad.id}))
        with RunningTelephony(front_of(world)) as made:
            yield made


def ask(running, name, path):
    with running.client(name) as client:
        return client.get(path)


def test_shared_numbers_are_told_as_the_client_is_set(running):
    path = "/lookup/+498912340"
    assert ask(running, "priority", path).text == "Anna Berg"
    value = ask(running, "priority", path + ".json").json()
    assert ([one["name"] for one in value["matches"]], value["contacts"]) == (["Anna Berg", "Ben Tal"], 2)
    assert value["department"] == "Sales"
    assert ask(running, "company", path).text == "Acme GmbH (2 contacts)"
    value = ask(running, "company", path + ".json").json()
    assert ([one["name"] for one in value["matches"]], value["contacts"]) == (["Acme GmbH (2 contacts)"], 2)
    assert ask(running, "only-if-unambiguous", path).status_code == 404
    assert ask(running, "only-if-unambiguous", path + ".json").json() == {
        "number": "+498912340", "name": "", "company": "", "department": "", "approximate": False, "contacts": 0,
        "matches": [],
    }  # fmt: skip


def test_an_unknown_extension_is_its_companys(running):
    assert ask(running, "priority", "/lookup/+4989123499").text == "Acme GmbH"
    value = ask(running, "priority", "/lookup/+4989123499.json").json()
    assert (value["approximate"], value["company"], value["contacts"]) == (True, "Acme GmbH", 1)


def test_the_location_of_the_client_reads_the_number(running):
    assert ask(running, "priority", "/lookup/089123415").text == "Cara Feld"
    assert ask(running, "priority", "/lookup/123415").status_code == 404  # no area is set for the client


def test_matches_have_the_clients_limit(running):
    value = ask(running, "short", "/lookup/+498912340.json").json()
    assert (len(value["matches"]), value["contacts"]) == (1, 2)


def test_who_may_not_read_names_is_told_nobody(running):
    assert ask(running, "numbers", "/lookup/+4989123415").status_code == 404
    assert ask(running, "numbers", "/lookup/+4989123415.json").json()["contacts"] == 0


def test_a_name_is_one_line_and_not_too_long(running):
    assert ask(running, "priority", "/lookup/+49897777").text == "Line Injected: yes"
    name = ask(running, "priority", "/lookup/+49898888").text
    assert (len(name), name[-1]) == (256, "…")


@pytest.mark.parametrize(
    "called", ["+4930100", "%2B4930100", "004930100", "sip:+4930100@x", "tel:%2B49-30-100", "030100"]
)
def test_a_called_user_sees_by_their_own_rights(running, called):
    assert ask(running, "called", f"/lookup/+49899999?called={called}").text == "Secret Friend"
    assert ask(running, "called", f"/lookup?number=+49899999&called={called}").text == "Secret Friend"
    assert ask(running, "called", f"/lookup/+49899999.json?called={called}").json()["name"] == "Secret Friend"


@pytest.mark.parametrize("called", ["", "+4930200", "x", "9" * 300, "+4930100&called="])
def test_any_other_called_number_shows_nothing_of_theirs(running, called):
    assert ask(running, "called", f"/lookup/+49899999?called={called}").status_code == 404
    assert ask(running, "priority", "/lookup/+49899999?called=+4930100").status_code == 404


def test_anynode_names_the_called_number_as_destination(running):
    with running.client("called") as client:
        for destination, name in (("+4930100", "Secret Friend"), ("+4930200", ""), (None, "")):
            asked = {"sourceAddress": {"dialString": "+49899999", "displayName": ""}}
            body = asked | {"destinationAddress": {"dialString": destination}}
            assert client.post("/lookup/anynode", json=body).json()["sourceAddress"]["displayName"] == name
