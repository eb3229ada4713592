"""A contact is called by what it is known by best."""

import pytest

from connectors.contact import Contact, Email

MAIL = (Email("a@acme.example"), Email("b@acme.example"))


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (Contact(display_name="Dr. A", given_name="Anna", family_name="Bär", company="Acme", emails=MAIL), "Dr. A"),
        (Contact(given_name="Anna", family_name="Bär", company="Acme", emails=MAIL), "Anna Bär"),
        (Contact(given_name="Anna", company="Acme", emails=MAIL), "Anna"),
        (Contact(family_name="Bär", company="Acme", emails=MAIL), "Bär"),
        (Contact(company="Acme", emails=MAIL), "Acme"),
        (Contact(emails=MAIL), "a@acme.example"),
        (Contact(notes="n"), ""),
    ],
)
def test_names(contact: Contact, name: str) -> None:
    assert contact.name() == name
