"""Answers of search and look-up as lines for people."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from directory_server.commands.speech import Speech
from directory_server.directory.listing import Listing, Match
from directory_server.directory.lookup import Lookup
from directory_server.directory.person import Person
from directory_server.directory.view import Answer

_SHORT: Final = 6
"""Characters up to which something with digits may be an extension."""

People = Callable[[Person], Answer]
"""Finds the first people of a company."""


def search_text(answer: Answer, say: Speech | None = None, people: People | None = None) -> str:
    """Return each person with all numbers, a company with the number of its people, and whether there are more."""
    say = say or Speech()
    lines: list[str] = []
    for person in answer.persons:
        lines += person_card(person, say)
        if people and person.is_company and (count := how_many(say, people(person))):
            lines.append("    " + say("open_people", people=count, id=person.id))
        if person.match:
            lines.append("    " + say("found", how=found_by(say, person.match), id=person.id))
    if not lines:
        return say("nothing")
    return "\n".join([*lines, *([say("and_more")] if answer.more else [])])


def people_text(company: str, answer: Answer, say: Speech) -> str:
    """Return the people of a company, in order of their names."""
    if not company:
        return say("no_company")
    if not answer.persons:
        return say("no_people", company=company)
    lines = [f"{company}: {how_many(say, answer)}"]
    for person in answer.persons:
        lines += person_card(person, say, company)
    return "\n".join([*lines, *([say("and_more_people")] if answer.more else [])])


def lookup_text(answer: Lookup, number: str, say: Speech) -> str:
    """Return how the number was read and who holds it: exactly, as an extension, several of them, or only a company."""
    lines = [_head(answer, number, say)]
    for one in answer.listings:
        lines += _card(say, one.contact.name(), one.contact.company, (one,))
    return "\n".join(lines)


def person_card(person: Person, say: Speech, within: str = "") -> list[str]:
    """Return the lines of a person: name, company (unless it is `within`), sources, numbers."""
    company = person.first("company")
    return _card(say, person.first("display_name"), "" if company == within else company, person.ordered("numbers"))


def how_many(say: Speech, people: Answer) -> str:
    """Return how many people a company has, "" for none."""
    if people.more:
        return say("more_people", n=len(people.persons))
    return say.count("people", len(people.persons)) if people.persons else ""


def found_by(say: Speech, match: Match) -> str:
    """Return by what and where somebody was found."""
    if match.rank in {"number", "extension", "approximate"}:
        return say(f"rank_{match.rank}")
    rank = "nickname_or_initials" if match.rank == "nickname" else f"rank_{match.rank}"
    return say("found_by", rank=say(rank), field=say(f"field_{match.field}"))


def titled(say: Speech, name: str, company: str) -> str:
    """Return a name with the company in brackets, where it is not the name itself."""
    name = name or say("nameless")
    return f"{name} ({company})" if company and not name.startswith(company) else name


def _head(answer: Lookup, number: str, say: Speech) -> str:
    shown = answer.e164 or number
    persons = say.count("persons", answer.shared)
    if answer.total != answer.shared:
        persons = say("persons_contacts", persons=persons, contacts=say.count("contacts", answer.total))
    if answer.withheld:
        return say("lookup_withheld" if answer.listings else "lookup_withheld_all", number=shown, persons=persons)
    if not answer.listings:
        short = any(map(str.isdigit, number)) and len(number) <= _SHORT
        unread = "lookup_no_extension" if short else "lookup_no_number"
        return say("lookup_nobody" if answer.e164 else unread, number=shown)
    if answer.approximate:
        return say("lookup_approximate", number=shown)
    if answer.shared > 1:
        return say("lookup_shared", number=shown, persons=persons)
    return say("lookup_exact" if answer.e164 else "lookup_extension", number=shown, persons=persons)


def _card(say: Speech, name: str, company: str, listings: Sequence[Listing]) -> list[str]:
    sources = ", ".join(dict.fromkeys(one.source for one in listings))
    return [
        f"{titled(say, name, company)}  [{sources}]",
        *(f"    {line}" for line in _numbers(say, listings) or [say("no_numbers")]),
    ]


def _numbers(say: Speech, listings: Iterable[Listing]) -> list[str]:
    found: dict[str, list[str]] = {}
    for number in (number for one in listings for number in one.numbers):
        kinds = found.setdefault(number.e164 or number.raw, [])
        kind = say(f"kind_{number.kind.value}")
        if kind not in kinds:
            kinds.append(kind)
    width = max(map(len, found), default=0)
    return [f"{number:<{width}}  {', '.join(kinds)}" for number, kinds in found.items()]
