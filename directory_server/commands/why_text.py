"""An explanation as lines for people: how a question was read, who matches on what, and who is hidden and why."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from directory_server.commands.asker import Asker
from directory_server.commands.hidden_text import hidden_lines, named
from directory_server.commands.number_text import number_lines
from directory_server.commands.speech import Speech
from directory_server.directory.columns import COLUMNS

_WORD = re.compile(r"\w+")
_IN_ORDER: Final = {"name", "id"}
"""Steps that only put equal hits in some order."""
_FIELDS = {column.field for column in COLUMNS}
_TEXT_FIELDS = {column.field for column in COLUMNS if not column.digits}


def why_text(value: dict[str, Any], asker: Asker, say: Speech, limit: int) -> str:
    """Return an explanation (see `directory.explain`) for people."""
    lines = list(number_lines(value, say)) if "number" in value else []
    lines += _reading(value, say)
    shown = [hit for hit in value["matched"] if hit["shown"]]
    hidden = [hit for hit in value["matched"] if not hit["shown"]]
    if not value["matched"]:
        return "\n".join([*lines, "", say("matches_none_number" if "number" in value else "matches_none")])
    lines += ["", _head(value, len(shown), asker.words(say), say)]
    typed = {word.casefold(): word for word in _WORD.findall(value["text"])}
    # By a rule for shared numbers a call shows something else than the found ones, so that no one of them differs.
    before = "lookup" if _is_withheld(value) else ""
    for place, hit in enumerate(shown, 1):
        lines += _hit(hit, say, place, typed, before)
        before = hit["behind"] or before
    if hidden:
        # A head that says "not shown" needs no second one.
        lines += [*(["", say("hidden")] if shown else []), *hidden_lines(hidden, asker, say, limit)]
    tail = [say("more_matches", limit=limit)] if value["more"] else []
    return "\n".join([*lines, "", *tail, say("tell_more", id=(shown or hidden)[0]["id"])])


def _is_withheld(value: dict[str, Any]) -> bool:
    return "number" in value and bool(value["number"]["withheld"])


def _head(value: dict[str, Any], shown: int, asker: str, say: Speech) -> str:
    """Return how many match, and how many of them the asker is shown."""
    matched = len(value["matched"]) if asker else shown
    found = say.count("contacts", matched)
    if value["more"]:
        found = say("more_than", contacts=found)
    if not asker:  # from the admin hides only what the question itself leaves out
        return say("matches_admin", found=found) if shown else say("hidden")
    if shown in {0, matched}:
        return say("matches_all" if shown else "matches_unseen", found=found, asker=asker)
    return say("matches", found=found, shown=say.number(shown), asker=asker)


def _reading(value: dict[str, Any], say: Speech) -> Iterator[str]:
    if "number" in value:
        contains = next((term["number_contains"] for term in value["terms"] if term["number_contains"]), "")
        # Only worth a word where it found somebody whom the look-up did not.
        extra = any(hit["shown"] and hit["id"] not in value["looked_up"] for hit in value["matched"])
        if contains and extra and not _is_withheld(value):
            yield ""
            yield say("searched_number", digits=contains)
        return
    if not value["terms"] and not value["excluded"] and not value["sources"]:
        yield say("read_as_nothing", text=value["text"])
        return
    yield say("read_as", text=value["text"])
    typed = {word.casefold(): word for word in _WORD.findall(value["text"])}
    for term in value["terms"]:
        yield "  " + " · ".join(_term(term, typed, say))
    if value["excluded"]:
        words = ", ".join(term["typed"] or " ".join(term["words"]) for term in value["excluded"])
        yield "  " + say("without", words=words)
    if value["sources"]:
        yield "  " + say("only_sources", names=", ".join(value["sources"]))
    if value["other_than"]:
        yield "  " + say("other_sources", names=", ".join(value["other_than"]))


def _term(term: dict[str, Any], typed: Mapping[str, str], say: Speech) -> Iterator[str]:
    words = " ".join(term["words"])
    yield term["custom"] or typed.get(term["typed"], term["typed"]) or words
    if words and words != term["typed"] and not term["custom"]:
        yield say("term_normal", words=words)
    if term["phrase"] and len(term["words"]) > 1:
        yield say("term_phrase")
    if not set(term["fields"]) >= _TEXT_FIELDS:
        yield say("term_field", fields=", ".join(say(f"field_{field}") for field in term["fields"] if field in _FIELDS))
    if term["nicknames"]:
        yield say("term_nicknames", names=", ".join(name.capitalize() for name in term["nicknames"]))
    if term["number_begins"]:
        yield say("term_number", numbers=", ".join(term["number_begins"]))
    if term["number_contains"]:
        yield say("term_digits", digits=term["number_contains"])


def _hit(hit: dict[str, Any], say: Speech, place: int, typed: Mapping[str, str], before: str) -> Iterator[str]:
    """Yield a hit; what put it behind the one `before` is said once for all to whom the same happened."""
    yield f"{place:>3}. {named(hit, say)}"
    if not hit["terms"] and hit["match"]:
        yield "       " + say(f"rank_{hit['match']['rank']}")
    for term in hit["terms"]:
        yield "       " + _matched(term, hit["match"], typed, say)
    behind = hit["behind"]
    if behind and hit["terms"] and not (behind == before or {behind, before} <= _IN_ORDER):
        yield "       " + say(f"behind_{behind}")


def _matched(term: dict[str, Any], match: dict[str, str] | None, typed: Mapping[str, str], say: Speech) -> str:
    number = term["field"] == "phones"
    if number and match and match["rank"] == "extension":
        rank = say("number_extension")
    elif term["rank"] == "nickname" and (len(term["written"]) == 1 or not term["written"].isalpha()):
        rank = say("initials")
    else:
        rank = say(f"number_{term['rank']}" if number else f"rank_{term['rank']}")
    if not number and not term["as_typed"] and term["rank"] in {"exact", "prefix", "compound", "infix"}:
        rank += ", " + say("other_spelling")
    asked = typed.get(term["term"], term["term"])
    return say("matched_on", term=asked, written=term["written"], field=say(f"field_{term['field']}"), rank=rank)
