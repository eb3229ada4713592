"""Names and companies are told by their words, whatever their order, spelling and legal form."""

import pytest

from connectors.contact import Contact
from directory_server.directory.names import company_words, name_company_key

HANS = {"given_name": "Hans", "family_name": "Müller"}


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("Acme GmbH & Co. KG", ("acme",)),
        ("Die Große Firma AG", ("grosse", "firma")),
        ("Müller und Söhne Bau", ("muller", "sohne")),
        ("GmbH", ()),
        ("", ()),
        ("Firma " + "lang " * 40, ("firma", "lang")),
    ],
)
def test_company_words(company, expected):
    assert company_words(company) == expected


def test_name_and_company_in_any_order_are_one_key():
    one, other = Contact(**HANS, company="Acme GmbH"), Contact(display_name="Müller Hans", company="ACME")
    assert name_company_key(one) == name_company_key(other) == "hans muller|acme"
    assert name_company_key(Contact(**HANS)) == ""
