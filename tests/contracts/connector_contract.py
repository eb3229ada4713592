"""What every connector promises, proved on a writable real source.

A connector's test subclasses `ConnectorContract` and gives a fixture `bench` returning a fresh, empty `Bench`:

    class TestCsvContract(ConnectorContract):
        @pytest.fixture
        def bench(self, tmp_path): return CsvBench(tmp_path)
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from connectors import registry
from connectors.connector import Connector
from connectors.contact import Contact, PhoneKind
from connectors.errors import AuthFailed, ConnectorError, SourceGone, StateExpired, Unreachable
from connectors.events import BadRecord, Checkpoint, Delete, Event, Present, Snapshot, State, Upsert
from connectors.mapping import apply

GARBAGE: list[State] = [
    {},
    {"": None},
    {"version": 99, "cookie": "bm9uc2Vuc2U=", "high_water": "2999-01-01T00:00:00Z"},
    {"state": [1, {"x": "☃"}], "version": "x"},
]


class Bench(Protocol):
    """A real source we may write to. Contact `i` is person(i): names, company "Firma ü", one work number."""

    secret: str  # the password in use, "" where the source has none

    def connector(self) -> Connector: ...
    def wrong_login(self) -> Connector | None: ...  # None: the source knows no login
    def dead(self) -> Connector | None: ...  # a closed port; None: the source has no address
    def gone(self) -> Connector: ...  # right server, but table, base DN or file is missing
    def add(self, people: Iterable["Person"]) -> None: ...
    def change(self, i: int, number: str) -> None: ...  # its work number
    def clear(self, i: int) -> None: ...  # no work number any more
    def rename(self, i: int, family_name: str) -> None: ...  # the key must stay (LDAP: rename the entry)
    def remove(self, i: int) -> None: ...


@dataclass(frozen=True)
class Person:
    i: int
    given_name: str
    family_name: str
    company: str
    number: str


def person(i: int, family_name: str = "") -> Person:
    return Person(i, f"Vorname{i}", family_name or f"Nachname{i}", "Firma ü", f"0761 {10000 + i}")


def people(count: int) -> list[Person]:
    return [person(i) for i in range(count)]


@dataclass
class Mirror:
    """What an engine that follows the rules of `connectors.events` holds after each pass."""

    connector: Connector
    contacts: dict[str, Contact] = field(default_factory=dict)
    state: State | None = None

    def run(self) -> list[Event]:
        """Take in one pass and return its events; a StateExpired is answered by a full read, as the engine does."""
        try:
            events = list(self.connector.read(self.state))
        except StateExpired:
            events = list(self.connector.read(None))
        self.follow(events)
        return events

    def follow(self, events: list[Event]) -> None:
        mapping = registry.mapping_of(self.connector.type_name)
        last = events[-1]
        assert isinstance(last, Checkpoint), "the last event is the Checkpoint"
        assert sum(isinstance(event, Checkpoint) for event in events) == 1
        assert sum(isinstance(event, Snapshot) for event in events) <= 1
        self.state = json.loads(json.dumps(last.state))
        assert self.state == last.state
        seen: set[str] = set()
        for event in events:
            match event:
                case Upsert(key, record):
                    assert key not in seen, "a key came twice"
                    assert all(values and all(values) for values in record.values()), "empty fields are left out"
                    seen.add(key)
                    self.contacts[key] = apply(mapping, record)
                case Present(key):
                    assert key in self.contacts, "Present means known"
                    seen.add(key)
                case BadRecord(str(key)):
                    seen.add(key)
                case Delete(key):
                    self.contacts.pop(key, None)
                case Snapshot(complete=True):
                    self.contacts = {key: self.contacts[key] for key in self.contacts if key in seen}

    def by_family_name(self) -> dict[str, tuple[str, Contact]]:
        found = {contact.family_name: (key, contact) for key, contact in self.contacts.items()}
        assert len(found) == len(self.contacts)
        return found


def work_numbers(contact: Contact) -> list[str]:
    return [phone.raw for phone in contact.phones if phone.kind is PhoneKind.WORK]


class ConnectorContract:
    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError

    @pytest.fixture
    def mirror(self, bench: Bench):
        mirror = Mirror(bench.connector())
        yield mirror
        mirror.connector.close()

    def test_check_tells_what_it_found(self, bench: Bench, mirror: Mirror) -> None:
        bench.add(people(7))
        result = mirror.connector.check()
        assert result.server
        assert result.count in {7, None}
        assert len(result.samples) == 5
        assert {contact.company for contact in result.samples} == {"Firma ü"}

    def test_discover_names_the_fields_with_examples(self, bench: Bench, mirror: Mirror) -> None:
        bench.add(people(1))
        examples = {field.example for container in mirror.connector.discover() for field in container.fields}
        assert "Nachname0" in examples

    def test_wrong_password_is_auth_failed(self, bench: Bench) -> None:
        connector = bench.wrong_login()
        if connector is None:
            pytest.skip("this source knows no login")
        with pytest.raises(AuthFailed):
            connector.check()
        with pytest.raises(AuthFailed):
            list(connector.read(None))
        connector.close()

    def test_closed_port_is_unreachable(self, bench: Bench) -> None:
        connector = bench.dead()
        if connector is None:
            pytest.skip("this source has no address")
        with pytest.raises(Unreachable):
            connector.check()
        with pytest.raises(Unreachable):
            list(connector.read(None))
        connector.close()

    def test_missing_place_is_source_gone_and_never_an_empty_snapshot(self, bench: Bench, mirror: Mirror) -> None:
        bench.add(people(3))
        mirror.run()
        connector = bench.gone()
        for state in (None, mirror.state):
            events: list[Event] = []
            with pytest.raises(SourceGone):
                events.extend(connector.read(state))
            assert not events
        with pytest.raises(SourceGone):
            connector.check()
        connector.close()

    @pytest.mark.parametrize("count", [0, 1, 50, 101])
    def test_full_read_is_exact_unique_and_repeatable(self, bench: Bench, mirror: Mirror, count: int) -> None:
        bench.add(people(count))
        events = mirror.run()
        assert sum(isinstance(event, Upsert) for event in events) == count
        assert Snapshot(complete=True) in events
        found = mirror.by_family_name()
        assert sorted(found) == sorted(f"Nachname{i}" for i in range(count))
        for i in range(count):
            contact = found[f"Nachname{i}"][1]
            assert (contact.given_name, work_numbers(contact)) == (f"Vorname{i}", [f"0761 {10000 + i}"])
        again = Mirror(mirror.connector)
        again.run()
        assert again.contacts == mirror.contacts

    def test_text_of_every_script_survives(self, bench: Bench, mirror: Mirror) -> None:
        names = [
            "Müller-Lüdenscheidt ß",
            "Łukasz Ørsted",
            "Παπαδόπουλος",
            "王小明",
            "أحمد",
            "Smile 😀 👩‍💻",
            'O\'Neil; "x", y',
        ]
        bench.add(person(i, name) for i, name in enumerate(names))
        mirror.run()
        assert set(mirror.by_family_name()) == set(names)

    def test_a_pass_without_changes_changes_nothing(self, bench: Bench, mirror: Mirror) -> None:
        bench.add(people(20))
        mirror.run()
        before = dict(mirror.contacts)
        events = mirror.run()
        assert mirror.contacts == before
        assert not any(isinstance(event, Delete | BadRecord) for event in events)

    def test_every_kind_of_change_arrives_and_equals_a_fresh_read(self, bench: Bench, mirror: Mirror) -> None:
        bench.add(people(12))
        mirror.run()
        before = mirror.by_family_name()
        bench.change(1, "+49 89 555")
        bench.clear(2)
        bench.rename(3, "Umbenannt")
        bench.remove(4)
        bench.add([person(99)])
        mirror.run()
        found = mirror.by_family_name()
        assert sorted(found) == sorted((before.keys() - {"Nachname3", "Nachname4"}) | {"Umbenannt", "Nachname99"})
        assert work_numbers(found["Nachname1"][1]) == ["+49 89 555"]
        assert work_numbers(found["Nachname2"][1]) == []
        assert found["Umbenannt"][0] == before["Nachname3"][0], "a renamed record keeps its key"
        fresh = Mirror(mirror.connector)
        fresh.run()
        assert fresh.contacts == mirror.contacts

    @pytest.mark.parametrize("state", GARBAGE)
    def test_garbage_state_means_reading_everything_again(self, bench: Bench, mirror: Mirror, state: State) -> None:
        bench.add(people(3))
        mirror.run()
        before = dict(mirror.contacts)
        mirror.state = state
        events = mirror.run()
        assert mirror.contacts == before
        assert Snapshot(complete=True) in events

    def test_no_secret_in_any_text(self, bench: Bench) -> None:
        if not bench.secret:
            pytest.skip("this source knows no secret")
        for connector in (bench.connector(), bench.dead(), bench.gone()):
            if connector is None:
                continue
            shown = repr(connector) + str(vars(connector)) + repr(getattr(connector, "settings", ""))
            try:
                shown += repr(connector.check())
            except ConnectorError as error:
                shown += str(error) + repr(error) + repr(error.__cause__) + repr(error.__context__)
            assert bench.secret not in shown
            connector.close()

    def test_abandoned_read_and_closing_twice_are_fine(self, bench: Bench, mirror: Mirror) -> None:
        bench.add(people(50))
        stream = iter(mirror.connector.read(None))
        next(stream)
        mirror.connector.close()
        mirror.connector.close()
