import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from connectors import registry
from connectors.connector import Connector
from tests.contracts.connector_contract import ConnectorContract, Person


class CsvBench:
    """A German Excel-like file, written anew after every change."""

    secret = ""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "kontakte.csv"
        self.people: dict[int, Person] = {}
        self._write()

    def connector(self) -> Connector:
        return registry.connect("csv", {"path": str(self.path)})

    def wrong_login(self) -> None:
        return None

    def dead(self) -> None:
        return None

    def gone(self) -> Connector:
        return registry.connect("csv", {"path": str(self.path.with_name("missing.csv"))})

    def add(self, people: Iterable[Person]) -> None:
        self.people.update((one.i, one) for one in people)
        self._write()

    def change(self, i: int, number: str) -> None:
        self.add([replace(self.people[i], number=number)])

    def clear(self, i: int) -> None:
        self.change(i, "")

    def rename(self, i: int, family_name: str) -> None:
        self.add([replace(self.people[i], family_name=family_name)])

    def remove(self, i: int) -> None:
        del self.people[i]
        self._write()

    def _write(self) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["ID", "Vorname", "Nachname", "Firma", "Telefon"])
            writer.writerows((p.i, p.given_name, p.family_name, p.company, p.number) for p in self.people.values())


class TestCsvContract(ConnectorContract):
    @pytest.fixture
    def bench(self, tmp_path):
        return CsvBench(tmp_path)
