"""Names and companies are read the same whether they are remembered or not, and no more of them than agreed are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact
from directory_server.directory.names import Names, company_words, name_company_key, name_words
from directory_server.directory.normal_form import words

HANS = {"given_name": "Hans", "family_name": "Müller"}
TEXTS = st.lists(st.text("abü &", max_size=8), max_size=20)


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("Acme GmbH & Co. KG", ("acme",)),
        ("Die Große Firma AG", ("grosse", "firma")),
        ("Müller und Söhne Bau", ("muller", "sohne")),
        ("GmbH", ()),
        ("", ()),
    ],
)
def test_company_words(company, expected):
    assert company_words(company) == expected


def test_name_and_company_in_any_order_are_one_key():
    one, other = Contact(**HANS, company="Acme GmbH"), Contact(display_name="Müller Hans", company="ACME")
    assert name_company_key(one) == name_company_key(other) == "hans muller|acme"
    assert name_company_key(Contact(**HANS)) == ""


@given(TEXTS)
def test_every_text_has_its_own_words_and_no_more_than_agreed_are_remembered(texts):
    names = Names(3)
    for text in texts:
        contact = Contact(given_name=text, family_name="Maier", company=f"{text} AG")
        assert name_words(contact, names) == (*words(text), "maier")
        assert names.companies[text].words == words(text)
        assert name_company_key(contact, names) == name_company_key(contact)
        assert max(len(names.words), len(names.companies)) <= 3


def test_a_long_text_is_not_remembered():
    names = Names()
    assert len(names.words["wort " * 50]) == 50
    assert not names.words
