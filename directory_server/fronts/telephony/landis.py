"""Landis Attendant Console, External Search: what is searched, and contacts under the names it expects. Pure.

After "External Search" in the appendix of Landis' documentation (https://ac.docs.landis.cloud/appendix/external-search):
only populated properties are sent; those of the answer are all optional, may be null, are case-sensitive, and
`userPricipalName` is spelt so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from connectors.contact import Contact, PhoneKind
from directory_server.directory.normal_form import LONGEST, words
from directory_server.directory.person import Person

MOST_VALUES: Final = 16
"""Values of one property that are read; further ones are left out."""
LONGEST_VALUE: Final = 256
USUAL_RESULTS: Final = 20
MOST_QUERIES: Final = 8

_Texts = Callable[[Contact], Iterable[str]]
_OID, _UPN = "entra_oid", "userprincipalname"

_ASKED: Final[dict[str, _Texts]] = {
    "departments": lambda it: (it.department,),
    "officeLocations": lambda it: (it.office,),
    "countries": lambda it: (place.country for place in it.addresses),
    "jobTitles": lambda it: (it.job_title,),
    "postalCodes": lambda it: (place.postal_code for place in it.addresses),
    "givenName": lambda it: (it.given_name,),
    "surname": lambda it: (it.family_name,),
    "displayNames": lambda it: (it.name(),),
    "mail": lambda it: (email.address for email in it.emails),
    "userPrincipalName": lambda it: (_custom(it, _UPN), *(email.address for email in it.emails)),
}


class NotASearch(ValueError):  # noqa: N818 - named as its reader knows it
    """The body is no JSON object."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search: `text` as typed, and of each property of `wanted` one of the values; at most `results` are wanted."""

    text: str
    wanted: tuple[tuple[str, tuple[str, ...]], ...]
    results: int

    def queries(self) -> list[str]:
        """Return the texts to search for, whose hits together hold all that `fits`; none where nothing is asked.

        Words of every property that allows one value only, with each value of the first of those that allow several.
        """
        single = [_words(values[0]) for _name, values in self.wanted if len(values) == 1]
        always = " ".join(part for part in (*single, self.text) if part)
        several = next((values for _name, values in self.wanted if len(values) > 1), None)
        if several is None or self.text:
            return [always] if always else []
        return [f"{_words(value)} {always}".strip() for value in several[:MOST_QUERIES]]

    def fits(self, person: Person) -> bool:
        """Whether one contact of the person has, for each property, a value whose words begin with a wanted one's."""
        return any(all(_has(one.contact, *want) for want in self.wanted) for one in person.listings)


def read(body: bytes) -> Search:
    """Return the search of a request's body; raises NotASearch. What is no text is left out."""
    try:
        asked = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise NotASearch("the body is no JSON") from None
    if not isinstance(asked, dict):
        raise NotASearch("the body is no JSON object")
    wanted = ((name, tuple(value for value in _texts(asked.get(name)) if _words(value))) for name in _ASKED)
    text = "".join(_texts(asked.get("searchTerm"))[:1])
    return Search(text, tuple((name, values) for name, values in wanted if values), _results(asked))


def contact(person: Person) -> dict[str, str | None]:
    """Return a person under Landis' names, in its order; null for what is not known or not to be seen."""
    contacts = [one.contact for one in person.listings]
    numbers = [number for one in person.ordered("numbers") for number in one.numbers]
    addresses = [place for one in person.ordered("addresses") for place in one.contact.addresses]

    def number(*kinds: PhoneKind) -> str:
        return next((one.e164 or one.raw for kind in kinds for one in numbers if one.kind is kind), "")

    values = {
        "azureAdId": _first(_custom(one, _OID) for one in contacts),
        "givenName": person.first("given_name"),
        "surname": person.first("family_name"),
        "displayName": person.first("display_name"),
        "userPricipalName": _first(_custom(one, _UPN) for one in contacts),
        "companyName": person.first("company"),
        "jobTitle": person.first("job_title"),
        "department": person.first("department"),
        "officeLocation": person.first("office"),
        "emailAddress": _first(email.address for one in person.ordered("emails") for email in one.contact.emails),
        "businessPhone": number(PhoneKind.WORK, PhoneKind.MAIN),
        "mobilePhone": number(PhoneKind.MOBILE),
        "preferredLanguage": "",
        "notes": _first(one.contact.notes for one in person.ordered("notes")),
        "country": _first(place.country for place in addresses),
    }
    return {name: value or None for name, value in values.items()}


def _has(of: Contact, name: str, values: tuple[str, ...]) -> bool:
    held = [words(text, LONGEST) for text in _ASKED[name](of) if text]
    wanted = [words(value, LONGEST) for value in values]
    return any(
        all(any(word.startswith(begun) for word in text) for begun in value) for value in wanted for text in held
    )


def _words(value: str) -> str:
    """Return the value as plain words: none of it is the query language's."""
    return " ".join(words(value, LONGEST))


def _texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a text, a number, or a list of them."""
    values = value if isinstance(value, list) else [value]
    texts = (str(one)[:LONGEST_VALUE].strip() for one in values if isinstance(one, str | int) and one is not True)
    return tuple(text for text in texts if text)[:MOST_VALUES]


def _results(asked: dict[str, Any]) -> int:
    """Return `maxContactSearchResults`, which is a text ("20")."""
    try:
        return max(1, int(str(asked.get("maxContactSearchResults"))[:9]))
    except ValueError:
        return USUAL_RESULTS


def _custom(of: Contact, name: str) -> str:
    return next((text.strip() for field, text in of.custom if field.casefold() == name), "")


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")
