import pytest

from directory_server.directory.preset import PRESETS
from directory_server.fronts.ldap.profile import checked
from directory_server.store.rows import NumberFormat, SharedNumbers

COMPARING = ("audiocodes", "oracle", "gigaset")
"""Products that drop an entry whose number is written otherwise than they asked."""


@pytest.mark.parametrize("name", PRESETS)
def test_values_are_such_as_a_client_may_have(name: str) -> None:
    preset = PRESETS[name]
    assert preset.reason
    assert preset.result_limit >= 0
    for attribute, text in preset.templates:
        assert checked(attribute, text)[0] == attribute


@pytest.mark.parametrize("name", COMPARING)
def test_who_compares_numbers_gets_them_echoed(name: str) -> None:
    assert PRESETS[name].number_format is NumberFormat.ECHO


def test_session_border_controllers_have_no_limit_and_guess_nobody() -> None:
    for name in ("audiocodes", "anynode", "oracle", "ribbon"):
        assert PRESETS[name].result_limit == 0
    for name in ("audiocodes", "anynode", "oracle"):
        assert PRESETS[name].shared_numbers is SharedNumbers.COMPANY


def test_generic_changes_nothing() -> None:
    preset = PRESETS["generic"]
    assert (preset.number_format, preset.result_limit, preset.templates) == (NumberFormat.ECHO, 0, ())
    assert preset.shared_numbers is SharedNumbers.PRIORITY
