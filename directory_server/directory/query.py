"""Queries: what a searched text asks for. Every word must match, in any order and field."""

import re
from dataclasses import dataclass

from directory_server.directory import dialling
from directory_server.directory.asked import ask
from directory_server.directory.columns import COLUMNS, DIGITS, FIELDS, TEXT
from directory_server.directory.normal_form import fold, mail_words, words
from directory_server.store.rows import Location

LONGEST = 256
"""Characters of a searched text that are read."""

MOST_WORDS = 8
"""Words of a searched text that are read; further ones are left out."""

_SHORTEST_NUMBER = 3
_AT = {column.name: column.at for column in COLUMNS}
_TEXT_COLUMNS = frozenset(column.at for column in TEXT)
_NUMBER_COLUMNS = frozenset(column.at for column in DIGITS)
_MAIL_COLUMNS = frozenset(_AT[name] for name in FIELDS["mail"])
_TOKEN = re.compile(
    r"(?P<minus>(?<!\S)-)?(?:(?P<field>[^\W\d_]+):)?"
    r"(?:\"(?P<phrase>[^\"]*)\"?|(?P<number>[+(]?[+(\d][\d\s()/.\-]*(?=\s|\Z))|(?P<word>[^\s\"]+))"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: its words in normal form, or a part of a number, in any of `columns`.

    `words` has one element, or several for a phrase; the last word may be unfinished unless `whole`. `raw` is the
    word as typed, folded in case only. `international` are E.164 digits a number may begin with, `digits` the digits it
    may contain.
    """

    words: tuple[str, ...]
    raw: str = ""
    columns: frozenset[int] = _TEXT_COLUMNS
    whole: bool = False
    international: tuple[str, ...] = ()
    digits: str = ""
    part: bool = False
    tagged: str = ""
    last: bool = False

    @property
    def needles(self) -> tuple[str, ...]:
        """Digits behind the country code to look for inside numbers; each at least 2."""
        national = [number[len(dialling.country_code(number)) :] for number in self.international]
        return tuple(dict.fromkeys(part for part in (*national, self.digits) if len(part) >= 2))  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed text: all `terms` must match, none of `excluded`; `sources` (folded names) narrow the sources."""

    terms: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()
    sources: tuple[str, ...] = ()


def parse(text: str, location: Location) -> Query:
    """Read a searched text: `word`, `"phrase"`, `-word`, `field:word`, numbers of 3 digits and more, mail addresses.

    Never fails: a field nobody knows is read as a word, a missing quote ends with the text.
    """
    terms: list[Term] = []
    excluded: list[Term] = []
    sources: list[str] = []
    for token in _TOKEN.finditer(text[:LONGEST]):
        field, content = (token["field"] or "").casefold(), token["phrase"] or token["number"] or token["word"] or ""
        if field in {"source", "quelle"}:
            sources.append(fold(content))
            continue
        if field and field not in FIELDS:
            content, field = f"{token['field']} {content}", ""
        columns = frozenset(_AT[name] for name in FIELDS[field]) if field else _TEXT_COLUMNS
        number = token["number"] if not field else None
        found = _terms(content, columns, location, is_number=bool(number), phrase=token["phrase"] is not None)
        (excluded if token["minus"] else terms).extend(found)
    return Query(tuple(terms[:MOST_WORDS]), tuple(excluded[:MOST_WORDS]), tuple(sources[:MOST_WORDS]))


def _terms(
    content: str, columns: frozenset[int], location: Location, *, is_number: bool, phrase: bool
) -> tuple[Term, ...]:
    raw = content.strip().casefold()
    digits = "".join(char for char in content if char.isdecimal())
    if is_number and len(digits) >= _SHORTEST_NUMBER:
        asked = ask(content.strip(), location)
        if asked.digits:
            part = "" if content.lstrip(" (").startswith("+") else asked.digits
            return (Term(words(content), raw, columns | _NUMBER_COLUMNS, False, _prefixes(content, location), part),)
    if "@" in content and not phrase:
        columns &= _MAIL_COLUMNS
        return tuple(Term((word,), word, columns) for word in mail_words(content))
    found = words(content)
    if phrase:
        return (Term(found, raw, columns, whole=True),) if found else ()
    raws = raw.split("-")
    if len(raws) != len(found):
        raws = list(found)
    return tuple(Term((word,), typed, columns) for word, typed in zip(found, raws, strict=True))


def _prefixes(text: str, location: Location) -> tuple[str, ...]:
    """Return E.164 digits that the beginning of a number, as typed, may be; shorter ones than `ask` takes too."""
    asked = ask(text.strip(), location)
    plan = dialling.plan(location.country)
    digits = asked.digits
    found = list(asked.candidates)
    if text.lstrip(" (").startswith("+"):
        found.append(dialling.without_trunk(digits))
    elif digits.startswith(plan.abroad):
        found.append(dialling.without_trunk(digits[len(plan.abroad) :]))
    elif plan.trunk and digits.startswith(plan.trunk):
        found.append(plan.code + digits[len(plan.trunk) :])
    elif plan.code and digits.startswith(plan.code):
        found.append(digits)
    return tuple(dict.fromkeys(part for part in found if dialling.country_code(part)))
