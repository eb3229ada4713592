"""What commands say: complete in both languages, in that of the terminal."""

import ast
import string
from pathlib import Path

import pytest

from connectors.contact import PhoneKind
from directory_server.commands import locale
from directory_server.commands.speech import Language, Speech
from directory_server.directory import explain, hiding
from directory_server.directory.columns import COLUMNS
from directory_server.directory.quality import number_form
from directory_server.directory.quality.report import CHECKS
from directory_server.directory.ranking import Rank
from directory_server.directory.standing import STEPS
from directory_server.store.rows import FieldGroup, RunState

COMMANDS = Path(locale.__file__).parents[1]
REASONS = {
    value.value
    for module in (explain, hiding)
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
    if isinstance(node, ast.Dict)
    for key, value in zip(node.keys, node.values, strict=True)
    if isinstance(key, ast.Constant) and key.value == "reason" and isinstance(value, ast.Constant)
}
CODES = {
    "rank": {rank.text for rank in Rank} | {"number", "extension", "approximate"},
    "number": {"exact", "prefix", "infix"},
    "field": {column.field for column in COLUMNS},
    "kind": set(PhoneKind),
    "group": set(FieldGroup),
    "behind": {*STEPS, "lookup", "other"},
    "hidden": REASONS,
    "check": set(CHECKS),
    "help": set(CHECKS),
    "stale": {"never", "old"} | set(RunState) - {RunState.DONE},
    "problem": {number_form.EXCEL, number_form.TOO_SHORT, number_form.TOO_LONG, number_form.PLACEHOLDER},
    "step": {"exact", "extension", "switchboard"},
}
"""What answers carry as codes: each has a text, named by its family and itself."""


def places(text):
    return sorted({name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name})


def test_languages_say_the_same_things():
    german, english = locale.LANGUAGES["de"], locale.LANGUAGES["en"]
    assert list(german) == list(english)
    assert {name for name in german if places(german[name]) != places(english[name])} == set()
    assert all(german.values())
    assert all(english.values())


def test_every_text_that_is_asked_for_exists_and_every_text_is_asked_for():
    spoken = {
        node.value
        for path in COMMANDS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    counted = {f"{name}_{number}" for name in spoken for number in ("one", "many")}
    codes = {f"{family}_{code}" for family, held in CODES.items() for code in held}
    assert codes - set(locale.LANGUAGES["en"]) == set()
    assert set(locale.LANGUAGES["en"]) - spoken - counted - codes == set()


def chosen_texts(name):
    """Return the names of texts that stand in the first argument of a call: one, or both of a condition."""
    if isinstance(name, ast.IfExp):
        return chosen_texts(name.body) + chosen_texts(name.orelse)
    return [name.value] if isinstance(name, ast.Constant) else []


def test_every_text_gets_exactly_the_values_that_it_has_places_for():
    english = locale.LANGUAGES["en"]
    said = [
        (f"{path.name}:{node.lineno}", text, [value.arg for value in node.keywords])
        for path in COMMANDS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"say", "self"} and node.args
        for text in chosen_texts(node.args[0])
    ]
    assert len(said) > 50
    assert [(where, text) for where, text, _values in said if text not in english] == []
    assert [
        (where, text) for where, text, values in said if None not in values and sorted(values) != places(english[text])
    ] == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "de-AT"}, "de"),
        ({"LANG": "de.UTF-8"}, "de"),
        ({"LANG": "den_XX"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "de_CH"}, "de"),
        ({"LANG": "de_DE", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "de"),
        ({"LANG": "fr_FR"}, "en"),
    ],
)
def test_the_terminal_picks_the_language(environment, language):
    assert locale.for_terminal(environment) == language


def test_numbers_counts_and_moments():
    german, english = Speech("de"), Speech(Language.EN)
    assert (german.number(1234567), english.number(1234567)) == ("1.234.567", "1,234,567")
    assert (german.count("contacts", 1), german.count("contacts", 0)) == ("1 Kontakt", "0 Kontakte")
    assert english.count("persons", 2000) == "2,000 people"
    assert (german.moment(None), english.moment("")) == ("noch nie", "never")
    assert german.moment("2026-11-24T12:00:00+00:00")[:10] == "24.11.2026"
    assert (german.group("private"), english.group("private")) == ("Privates (private)", "private")
