"""The report over a small world in which every fault occurs."""

from datetime import timedelta

import pytest

from connectors.contact import Contact, Email, Phone, PhoneKind
from directory_server.directory.quality.report import CHECKS, report
from directory_server.store import clients, grants, runs
from directory_server.store.rows import Client, FieldGroup, Location, RunState
from tests.fakes.world import EVERYTHING, MOMENT, World

NAME_AND_BUSINESS = frozenset({FieldGroup.NAME, FieldGroup.BUSINESS})


def one(given, family, *phones, mail="", company="Acme"):
    mails = (Email(mail),) if mail else ()
    numbers = tuple(Phone(kind, raw) for kind, raw in phones)
    return Contact(given_name=given, family_name=family, company=company, phones=numbers, emails=mails)


WORK, MOBILE, MAIN = PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.MAIN
CRM = {
    "ok": one("Ada", "Gut", (WORK, "089/840798-12")),
    "text": one("Bo", "Text", (WORK, "siehe Notiz"), (MOBILE, "0171 4455661")),
    "excel": one("Cy", "Excel", (WORK, "4,97611E+11")),
    "short": one("Di", "Kurz", (MOBILE, "0171 12345")),
    "local": one("Ed", "Lokal", (WORK, "840798")),
    "s1": one("Fe", "Ost", (WORK, "+49 30 5550011")),
    "s2": one("Gi", "West", (WORK, "+49 30 5550011")),
    "d1": one("Jo", "Doppelt", (MOBILE, "0171 7778881"), mail="jo@acme.example"),
    "d2": one("Jo", "Doppelt", (MOBILE, "+49 171 7778881"), mail="Jo@acme.example"),
    "d3": one("J.", "Doppelt", mail="jo@acme.example"),
    "board": Contact(company="Zentral AG", phones=(Phone(MAIN, "+49 30 777777-0"),)),
    "b1": one("Ka", "Chef", (MAIN, "+49 30 7777770"), company="Zentral AG"),
    "nameless": Contact(phones=(Phone(WORK, "+49 30 5550099"),), emails=(Email("x@y.example"),)),
}
ERP = {"1": one("Fe", "Ost", (WORK, "+49 30 5550011")), "2": one("Li", "Los", mail="li@los.example")}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("quality")) as made:
        made.crm, made.erp, made.new = made.source("crm"), made.source("erp", Location("DE", "89")), made.source("new")
        made.put(made.crm, CRM)
        made.put(made.erp, ERP)
        grants.put(made.database, made.crm, "all", NAME_AND_BUSINESS)
        with made.database.write() as connection:
            done = {"seconds": 1.0, "state": RunState.DONE}
            runs.add(connection, made.erp.id, started=MOMENT, **done)
            faults = ["line 3: the key column is empty", "line 7: an earlier line has the same key"]
            runs.add(
                connection, made.crm.id, started=MOMENT + timedelta(hours=40), faults=faults, counts={"bad": 2}, **done
            )
        yield made


def found(world, **options):
    value = report(world.database, world.index, now=MOMENT + timedelta(hours=48), **options)
    return value, {finding["check"]: finding for finding in value["findings"]}


def keys(finding):
    return [example["key"] for example in finding["examples"]]


def test_every_check_reports_once_in_order(world):
    value, _by_check = found(world)
    assert [finding["check"] for finding in value["findings"]] == list(CHECKS)
    assert (value["contacts"], value["sources"]) == (15, {"crm": 13, "erp": 2, "new": 0})
    assert value["problems"] == sum(finding["count"] for finding in value["findings"])


def test_numbers(world):
    _value, by_check = found(world)
    assert sorted(keys(by_check["unparsable_numbers"])) == ["local", "text"]
    (text,) = [one for one in by_check["unparsable_numbers"]["examples"] if one["key"] == "text"]
    assert (text["raw"], text["kind"], text["source"], text["display_name"]) == (
        "siehe Notiz",
        "work",
        "crm",
        "Bo Text",
    )
    problems = {one["key"]: one["problem"] for one in by_check["suspicious_numbers"]["examples"]}
    assert problems == {"excel": "excel", "short": "too_short"}
    assert keys(by_check["missing_location"]) == ["local"]


def test_shared_numbers_leave_switchboards_and_one_persons_contacts_out(world):
    (example,) = found(world)[1]["shared_numbers"]["examples"]
    assert (example["number"], example["persons"], example["contacts"]) == ("+49305550011", 2, 3)
    assert {who["key"] for who in example["who"]} == {"s1", "s2", "1"}


def test_each_sign_of_a_switchboard_is_enough(tmp_path):
    dial, board = "+49 30 666666", "+49 30 888888"
    with World(tmp_path) as made:
        made.put(made.source("crm"), {
            "t1": one("Al", "Eins", (WORK, dial)), "t2": one("Bo", "Zwei", (WORK, dial)),
            "t3": one("Cy", "Drei", (WORK, dial + "-12")),  # its hyphen tells that 666666 is a switchboard
            "m1": one("Di", "Vier", (WORK, board)), "m2": one("Ed", "Fünf", (MAIN, board)),
        })  # fmt: skip
        assert found(made)[1]["shared_numbers"]["count"] == 0


def test_a_contact_with_the_number_twice_counts_once(tmp_path):
    number = "+49 30 5550011"
    with World(tmp_path) as made:
        twice = one("Al", "Eins", (WORK, number), (PhoneKind.HOME, number))
        made.put(made.source("crm"), {"1": twice, "2": one("Bo", "Zwei", (WORK, number))})
        (example,) = found(made)[1]["shared_numbers"]["examples"]
        assert (example["persons"], example["contacts"], len(example["who"])) == (2, 2, 2)


def test_duplicates_are_counted_once_per_person(world):
    finding = found(world)[1]["duplicates"]
    assert (finding["count"], finding["surplus"], finding["by_source"]) == (1, 2, {"crm": 1})
    assert {who["key"] for who in finding["examples"][0]["who"]} == {"d1", "d2", "d3"}


def test_contacts_without_a_name_or_number(world):
    _value, by_check = found(world)
    assert keys(by_check["no_name"]) == ["nameless"]
    assert (by_check["no_name"]["examples"][0]["raw"], by_check["no_name"]["examples"][0]["kind"]) == (
        "+49 30 5550099", "work",
    )  # fmt: skip
    assert sorted(keys(by_check["no_number"])) == ["2", "d3"]


def test_contacts_without_a_number_are_told_apart_by_their_mail(tmp_path):
    with World(tmp_path) as made:
        made.put(made.source("crm"), {
            "mail": one("Al", "Eins", mail="al@eins.example"), "nothing": one("Bo", "Zwei"),
            "both": one("Cy", "Drei", (WORK, "+49 30 5550011"), mail="cy@drei.example"),
        })  # fmt: skip
        finding = found(made)[1]["no_number"]
        assert (finding["count"], finding["with_mail"]) == (2, 1)
        assert {one["key"]: one["mail"] for one in finding["examples"]} == {"mail": "al@eins.example", "nothing": ""}
        assert found(made, limit=0)[1]["no_number"]["with_mail"] == 1


def test_colleagues_may_share_a_fax_but_no_telephone(tmp_path):
    fax, number = PhoneKind.FAX, "+49 30 5550011"
    with World(tmp_path) as made:
        crm = made.source("crm")
        made.put(crm, {"1": one("Al", "Eins", (fax, number)), "2": one("Bo", "Zwei", (fax, number))})
        assert found(made)[1]["shared_numbers"]["count"] == 0
        made.put(crm, {"3": one("Cy", "Drei", (WORK, number))})
        assert found(made)[1]["shared_numbers"]["count"] == 1


def test_bad_records_name_the_faults(world):
    finding = found(world)[1]["bad_records"]
    assert (finding["count"], finding["by_source"]) == (2, {"crm": 2})
    assert finding["examples"][1] == {"source": "crm", "fault": "line 7: an earlier line has the same key"}


DONE, FAILED, HELD = RunState.DONE, RunState.FAILED, RunState.HELD


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ([(DONE, 0)], []),
        ([(FAILED, 0)], ["first"]),
        ([(HELD, 0)], ["first"]),
        ([(HELD, 3)], ["run 1"]),
        ([(HELD, 3), (FAILED, 0)], ["run 1"]),
        ([(HELD, 3), (DONE, 0)], []),
        ([(FAILED, 7), (HELD, 0), (FAILED, 0)], ["first"]),
    ],
)
def test_bad_records_are_those_of_the_last_run_that_read_them(tmp_path, later, told):
    with World(tmp_path) as made:
        source = made.source("crm")
        for number, (state, bad) in enumerate([(DONE, 2), *later]):
            faults = [f"run {number}" if number else "first"] if bad else []
            with made.database.write() as connection:
                runs.add(connection, source.id, started=MOMENT + timedelta(hours=number), seconds=1.0, state=state,
                         counts={"bad": bad}, faults=faults)  # fmt: skip
        finding = found(made)[1]["bad_records"]
        assert [one["fault"] for one in finding["examples"]] == told
        assert finding["count"] == (0 if not told else 2 if told == ["first"] else 3)


def test_sources_that_are_not_fresh(world):
    states = {one["source"]: (one["state"], one["hours"]) for one in found(world)[1]["stale_sources"]["examples"]}
    assert states == {"erp": ("old", 48.0), "new": ("never", None)}
    assert "erp" not in {one["source"] for one in found(world, stale_hours=50)[1]["stale_sources"]["examples"]}


def test_who_is_seen_by_nobody(world, tmp_path):
    _value, by_check = found(world)
    assert by_check["nobody_may_see"]["by_source"] == {"erp": 2}
    (crm,) = by_check["unseen_fields"]["examples"]
    assert (crm["source"], crm["groups"]) == ("crm", ["private", "notes"])
    with World(tmp_path) as other:
        source = other.source("erp")
        other.put(source, ERP)
        client = Client(0, "sbc", "generic", frozenset({source.id}), EVERYTHING, "dc=x", Location())
        clients.add(other.database, client, "secret")
        by_check = found(other)[1]
        assert (by_check["nobody_may_see"]["count"], by_check["unseen_fields"]["count"]) == (0, 0)


def test_one_source_alone(world):
    value, by_check = found(world, source=world.erp)
    assert (value["source"], value["contacts"]) == ("erp", 2)
    assert by_check["unparsable_numbers"]["count"] == by_check["duplicates"]["count"] == 0
    assert by_check["shared_numbers"]["by_source"] == {"erp": 1}


def test_counts_are_exact_with_few_examples_or_none(world):
    _value, full = found(world)
    for limit in (0, 1):
        for check, finding in found(world, limit=limit)[1].items():
            assert finding["count"] == full[check]["count"], check
            if check not in {"stale_sources", "nobody_may_see", "unseen_fields"}:
                assert len(finding["examples"]) <= limit, check


def test_progress_rises_to_one(world):
    told = []
    found(world, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize("ended", [RunState.FAILED, RunState.HELD])
def test_a_source_whose_last_run_came_to_nothing_is_stale_however_fresh_its_contacts(tmp_path, ended):
    with World(tmp_path) as made:
        source = made.source("crm")
        with made.database.write() as connection:
            runs.add(connection, source.id, started=MOMENT, seconds=1.0, state=RunState.DONE)
        assert found(made, stale_hours=72)[1]["stale_sources"]["examples"] == []
        later = MOMENT + timedelta(hours=1)
        with made.database.write() as connection:
            runs.add(connection, source.id, started=later, seconds=1.0, state=ended, reason="no answer")
        (told,) = found(made, stale_hours=72)[1]["stale_sources"]["examples"]
        assert (told["state"], told["hours"], told["reason"]) == (ended.value, 48.0, "no answer")
