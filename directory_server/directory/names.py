"""Names: the words of people's and companies' names, and the key that a name and its company make together."""

from functools import lru_cache
from typing import Final

from connectors.contact import Contact
from directory_server.directory.normal_form import words

_LEGAL_FORMS = frozenset(
    ("gmbh", "ag", "kg", "ohg", "mbh", "ug", "se", "co", "und", "and", "ev", "eg", "gbr", "inc", "ltd", "llc", "plc",
     "corp", "sa", "sarl", "sas", "srl", "spa", "bv", "nv", "sp", "zoo", "sro", "kft", "oy", "ab", "as", "the", "der",
     "die")
)  # fmt: skip
_FIRST: Final = 2
"""Words of a company's name that tell which one it is; and those of a name that is more than half a name."""
_LONGEST: Final = 128


def company_words(company: str) -> tuple[str, ...]:
    """Return the first two words of a company's name without its legal form."""
    return _remembered(company) if len(company) <= _LONGEST else _company_words(company)


def _company_words(company: str) -> tuple[str, ...]:
    return tuple([word for word in words(company) if word not in _LEGAL_FORMS][:_FIRST])


_remembered = lru_cache(maxsize=8192)(_company_words)


def without_legal_form(name: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a company's name without its legal form; all of them where nothing else is left."""
    return tuple(word for word in name if word not in _LEGAL_FORMS) or name


def name_words(contact: Contact) -> tuple[str, ...]:
    """Return the words of given and family name, else of the display name."""
    return words(contact.given_name) + words(contact.family_name) or words(contact.display_name)


def name_company_key(contact: Contact) -> str:
    """Return the sorted words of the name with the company's first words; "" unless both are known.

    A company's own entry has the whole name of the company: branches stay apart.
    """
    first = company_words(contact.company)
    if not first:
        return ""
    if is_company(contact):
        return "|" + " ".join(sorted(_plain(words(contact.company))))
    name = name_words(contact)
    if len(name) < _FIRST or (name[0] in first and set(name) <= set(first)):
        return ""
    return f"{' '.join(sorted(name))}|{' '.join(first)}"


def is_company(contact: Contact) -> bool:
    """Whether a contact is a company's own entry: no given or family name, and called what the company is called."""
    if contact.given_name or contact.family_name or not contact.company:
        return False
    return _plain(words(contact.display_name)) <= set(words(contact.company))


def _plain(name: tuple[str, ...]) -> set[str]:
    return set(name) - _LEGAL_FORMS
