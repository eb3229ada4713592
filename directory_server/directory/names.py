"""Names: the words of people's and companies' names, and the key that a name and its company make together."""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from connectors.contact import Contact
from directory_server.directory.normal_form import words

_LEGAL_FORMS = frozenset(
    ("gmbh", "ag", "kg", "ohg", "mbh", "ug", "se", "co", "und", "and", "ev", "eg", "gbr", "inc", "ltd", "llc", "plc",
     "corp", "sa", "sarl", "sas", "srl", "spa", "bv", "nv", "sp", "zoo", "sro", "kft", "oy", "ab", "as", "the", "der",
     "die")
)  # fmt: skip
_FIRST: Final = 2
"""Words of a company's name that tell which one it is; and those of a name that is more than half a name."""
_MOST_ASKED: Final = 8192
_LONGEST: Final = 128

Value = TypeVar("Value")


class Company(NamedTuple):
    """A company's name: all its `words` in normal form, and the `first` two of them without its legal form.

    `text` and `key` are the same with blanks between.
    """

    words: tuple[str, ...]
    first: tuple[str, ...]
    text: str
    key: str


class _Remembered(dict[str, Value]):
    """What `make` makes of texts, by text; it is forgotten when it has become too much, and made again."""

    def __init__(self, make: Callable[[str], Value], most: int) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, text: str) -> Value:
        made = self._make(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made


class Names:
    """Names and companies by text, each read once as long as no more than `most` different ones come.

    `words[name]` are a name's words, `companies[company]` is a Company. Safe to use from several threads.
    """

    __slots__ = ("companies", "words")

    def __init__(self, most: int = _MOST_ASKED) -> None:
        self.words = _Remembered(words, most)
        self.companies = _Remembered(_company, most)


def _company(name: str) -> Company:
    every = words(name)
    first = tuple([word for word in every if word not in _LEGAL_FORMS][:_FIRST])
    return Company(every, first, " ".join(every), " ".join(first))


ASKED: Final = Names()
"""For what is asked; a build of the index, which sees every name, brings its own."""


def company_words(company: str) -> tuple[str, ...]:
    """Return the first two words of a company's name without its legal form."""
    return ASKED.companies[company].first


def without_legal_form(name: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a company's name without its legal form; all of them where nothing else is left."""
    return tuple(word for word in name if word not in _LEGAL_FORMS) or name


def name_words(contact: Contact, names: Names = ASKED) -> tuple[str, ...]:
    """Return the words of given and family name, else of the display name."""
    known = names.words
    return known[contact.given_name] + known[contact.family_name] or known[contact.display_name]


def name_company_key(contact: Contact, names: Names = ASKED) -> str:
    """Return the sorted words of the name with the company's first words; "" unless both are known.

    A company's own entry has the whole name of the company: branches stay apart.
    """
    company = names.companies[contact.company]
    name, first = name_words(contact, names), company.first
    if not first:
        return ""
    if not contact.given_name and not contact.family_name and _plain(name) <= set(company.words):
        return "|" + " ".join(sorted(_plain(company.words)))
    if len(name) < _FIRST or (name[0] in first and set(name) <= set(first)):
        return ""
    return f"{' '.join(sorted(name))}|{company.key}"


def is_company(contact: Contact) -> bool:
    """Whether a contact is a company's own entry: no given or family name, and called what the company is called."""
    if contact.given_name or contact.family_name or not contact.company:
        return False
    return _plain(words(contact.display_name)) <= set(words(contact.company))


def _plain(name: tuple[str, ...]) -> set[str]:
    return set(name) - _LEGAL_FORMS
