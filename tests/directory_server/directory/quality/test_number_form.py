"""What is odd about a number, as written and as read."""

import pytest

from directory_server.directory.quality.number_form import EXCEL, PLACEHOLDER, TOO_LONG, TOO_SHORT, is_damaged, oddity


@pytest.mark.parametrize(
    ("raw", "e164", "problem"),
    [
        ("089/999985-12", "+498999998512", ""),
        ("089 20603291873", "+498920603291873", ""),  # a long direct dial is no fault
        ("0171 1234567", "+491711234567", ""),
        ("0171 12345", "+4917112345", TOO_SHORT),
        ("0171 12345678901", "+4917112345678901", TOO_LONG),
        ("+49 89 123", "+4989123", TOO_SHORT),
        ("+41 44 123 45 67", "+41441234567", ""),
        ("+41 44 123 45", "+414412345", TOO_SHORT),
        ("+1 212 555 0123 99", "+1212555012399", TOO_LONG),
        ("+500 12345", "+50012345", ""),  # the Falklands dial five digits
        ("+49 30 000000", "+4930000000", PLACEHOLDER),
        ("4,97611E+11", "", EXCEL),
        ("4.97611E+11", "+4997611311", EXCEL),
        ("498999998512.0", "", EXCEL),
        ("########", "", EXCEL),
        ("abc", "", ""),
    ],
)
def test_oddities(raw, e164, problem):
    assert oddity(raw, e164) == problem


@pytest.mark.parametrize("raw", ["Tel. 089 123", "e", "12.5", "089.123456", "+49 89 1234 ext. 5", ""])
def test_no_damage(raw):
    assert not is_damaged(raw)
