"""Faults as connectors tell them, in both languages; the known ones are those that connectors really tell."""

import ast
from pathlib import Path

import pytest

import connectors
from connectors.csv_file import rows
from directory_server.commands.fault_text import fault_text, reason_text
from directory_server.commands.speech import Speech
from directory_server.sync.guard import reason_to_hold
from directory_server.sync.totals import Totals

DE, EN = Speech("de"), Speech("en")


@pytest.mark.parametrize(
    ("fault", "german"),
    [
        ("line 3: the key column is empty", "Zeile 3: Der Schlüssel fehlt"),
        ("row 3: an earlier row has the same key", "Zeile 3: Den Schlüssel hat schon eine frühere Zeile"),
        ("line 12: 4 columns where the header has 7", "Zeile 12: 4 Spalten statt 7"),
        ("cn=x: no entryUUID", "cn=x: no entryUUID"),
        ("line x: the key column is empty", "line x: the key column is empty"),
    ],
)
def test_faults_of_records(fault, german):
    assert fault_text(fault, DE) == german


def test_connectors_still_tell_these_faults():
    told = {
        node.value
        for path in Path(next(iter(connectors.__path__))).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for part in (
        ": the key column is empty",
        ": an earlier line has the same key",
        ": an earlier row has the same key",
    ):
        assert part in told
    assert "columns where the header has" in Path(rows.__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("totals", "german"),
    [
        (
            Totals(1002, 0, 1002, 0, 0, emptied=False),
            "1002 von 1002 Kontakten würden sich auf einmal ändern, mehr als 50 %",
        ),
        (Totals(40, 0, 0, 6, 0, emptied=False), "6 von 40 Kontakten würden gelöscht, mehr als 10 %"),
        (Totals(7, 0, 0, 7, 0, emptied=True), "Die Quelle ist plötzlich leer: Alle 7 Kontakte würden gelöscht"),
    ],
)
def test_reasons_to_hold(totals, german):
    assert reason_text(reason_to_hold(totals), DE) == german


def test_other_reasons_lose_the_name_of_their_class_only():
    assert reason_text("Unreachable: db: no answer", EN) == "db: no answer"
    assert reason_text("the file is gone: x", DE) == "the file is gone: x"
    assert reason_text("", DE) == ""
