"""Queries: what a searched text asks for. Every word must match, in any order and field."""

import re
import unicodedata
from dataclasses import dataclass, replace

from directory_server.directory import dialling
from directory_server.directory.asked import ask
from directory_server.directory.columns import COLUMNS, DIGITS, FIELDS, TEXT
from directory_server.directory.normal_form import LONGEST as LONGEST_WORD
from directory_server.directory.normal_form import fold, words
from directory_server.directory.words.spelling import TAG, Spelling, entries, spelling, tag
from directory_server.store.rows import Location

LONGEST = 256
"""Characters of a searched text that are read."""

MOST_WORDS = 8
"""Words of a searched text that are read; further ones are left out."""

_SOURCE = frozenset(("source", "quelle"))
_PIECES = re.compile(r"[^\W_]+")
_SHORTEST_NUMBER = 3
_SHORTEST_PART = 2
_AT = {column.name: column.at for column in COLUMNS}
_TEXT_COLUMNS = frozenset(column.at for column in TEXT)
_NUMBER_COLUMNS = frozenset(column.at for column in DIGITS)
_MAIL_COLUMNS = frozenset(_AT[name] for name in FIELDS["mail"])
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_TOKEN = re.compile(
    r"(?P<minus>(?<!\S)-)?(?:[#*%\[\]{}<>]|\((?![\d+]))*(?:(?P<field>[^\W\d]\w*):)?"
    r"(?:\"(?P<phrase>[^\"]*)\"?|(?P<number>[+(]?[+(\d][\d\s()/.\-]*(?=\s|\Z))|(?P<word>[^\s\"]+))"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: its words in normal form, or a part of a number, in any of `columns`.

    `words` has one element, or several: a phrase if `whole`, else all must be found. The last word of a text may be
    unfinished (`last`); the word of a term that is not `whole` may begin a longer one. `raw` is the word as typed,
    folded in case only; `part` tells that it was typed within a hyphenated or apostrophe word. `international` are
    E.164 digits a number may begin with, `digits` the digits it may contain. `tagged` is `field:word` for a custom
    field, which matches beside the words.
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


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed text: all `terms` must match, none of `excluded`.

    Only sources whose name begins with each of `sources` are asked, and none that begins with one of `other_than`;
    both are folded beginnings.
    """

    terms: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()
    sources: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()

    def asks(self, source: str) -> bool:
        """Whether the source of this name is asked at all."""
        name = fold(source)
        return all(map(name.startswith, self.sources)) and not any(map(name.startswith, self.other_than))


def parse(text: str, location: Location) -> Query:
    """Read a searched text: `word`, `"phrase"`, `field:word`, numbers of 3 digits and more, mail addresses.

    A minus in front excludes. Never fails: a field nobody knows is that of a custom field or a word, a missing quote
    ends with the text.
    """
    terms: list[Term] = []
    excluded: list[Term] = []
    sources: list[str] = []
    other_than: list[str] = []
    text = unicodedata.normalize("NFC", text[:LONGEST]).translate(_QUOTES)
    at = 0
    while token := _TOKEN.search(text, at):
        at = token.end()
        field, content = fold(token["field"] or ""), token["phrase"] or token["number"] or token["word"] or ""
        if token["number"] and field and not _asks_numbers(field):  # blanks part numbers only where numbers are asked
            content = content.split()[0]
            at = token.start("number") + len(content)
        if field in _SOURCE:
            if content.strip():
                (other_than if token["minus"] else sources).append(fold(content))
            continue
        found = _terms(content, field, location, is_number=bool(token["number"]), phrase=token["phrase"] is not None)
        if token["minus"]:
            excluded += _at_once(found)
            continue
        if found and token["word"] and at == len(text):
            found[-1] = replace(found[-1], last=True)
        terms += found
    return Query(
        tuple(terms[:MOST_WORDS]), tuple(excluded[:MOST_WORDS]), tuple(sources[:MOST_WORDS]), tuple(other_than)
    )


def _asks_numbers(field: str) -> bool:
    return field in FIELDS and all(_AT[name] in _NUMBER_COLUMNS for name in FIELDS[field])


def _at_once(found: list[Term]) -> list[Term]:
    """Return one term for words typed as one: `-müller-lüdenscheid` leaves every other Müller in."""
    if len(found) < 2 or any(term.tagged or term.digits or term.international for term in found):  # noqa: PLR2004
        return found
    return [Term(tuple(word for term in found for word in term.words), columns=found[0].columns, part=found[0].part)]


def _terms(content: str, field: str, location: Location, *, is_number: bool, phrase: bool) -> list[Term]:
    if field and field not in FIELDS:
        return _custom(content, field, phrase=phrase)
    columns = frozenset(_AT[name] for name in FIELDS[field]) if field else _TEXT_COLUMNS
    if _asks_numbers(field):
        return _number(content, columns, location, shortest=_SHORTEST_PART)
    if is_number and not field:
        found = _number(content, columns | _NUMBER_COLUMNS, location, shortest=_SHORTEST_NUMBER)
        if found:
            return found
    if "@" in content and not phrase and columns & _MAIL_COLUMNS:
        return [Term((one.normal,), one.raw, columns & _MAIL_COLUMNS) for one in _mail_spellings(content)]
    if phrase:
        found_words = words(content)
        return [Term(found_words, content.strip().casefold(), columns, whole=True)] if found_words else []
    written = [spelling(text) for piece in content.split() for text in entries(piece)]
    joined = len(written) > 1 and any(one.part for one in written)
    return [Term((one.normal,), one.raw, columns, part=joined) for one in written]


def _mail_spellings(content: str) -> list[Spelling]:
    """Return the words of an address as its contact keeps them: no top-level domain, every mark parts words."""
    local, _, domain = content.rpartition("@")
    labels = domain.rpartition(".")[0] or domain
    return [spelling(text) for piece in _PIECES.findall(f"{local} {labels}") for text in entries(piece)]


def _number(content: str, columns: frozenset[int], location: Location, *, shortest: int) -> list[Term]:
    """Return a term for at least so many digits of a number, which in text columns are words too."""
    asked = ask(content.strip(), location)
    if len(asked.digits) < shortest:
        return []
    part = "" if content.lstrip(" (").startswith("+") else asked.digits
    found = words(content, LONGEST_WORD) if columns & _TEXT_COLUMNS else ()
    return [Term(found, content.strip().casefold(), columns, False, _prefixes(content, location), part)]


def _custom(content: str, field: str, *, phrase: bool) -> list[Term]:
    """Return a term per word in the custom field of this name; or field and word are simply both somewhere."""
    named, found = words(field), words(content, LONGEST_WORD)
    if not found:
        return [Term((word,), word) for word in named]
    return [Term((*named, word), word, whole=phrase, tagged=tag(field, word).removeprefix(TAG)) for word in found]


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
