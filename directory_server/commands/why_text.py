"""An explanation as lines for people: how a question was read, who matches on what, and who is hidden and why."""

from collections.abc import Iterator
from typing import Any

from directory_server.commands.answer_text import titled
from directory_server.commands.number_text import number_lines
from directory_server.commands.speech import Speech
from directory_server.directory.columns import COLUMNS

_FIELDS = {column.field for column in COLUMNS}
_TEXT_FIELDS = {column.field for column in COLUMNS if not column.digits}


def why_text(value: dict[str, Any], asker: str, say: Speech, limit: int) -> str:
    """Return an explanation (see `directory.explain`) for people; `asker` is "" for the admin."""
    lines = list(number_lines(value, say)) if "number" in value else []
    lines += _reading(value, say)
    shown = [hit for hit in value["matched"] if hit["shown"]]
    hidden = [hit for hit in value["matched"] if not hit["shown"]]
    if not value["matched"]:
        return "\n".join([*lines, "", say("matches_none")])
    found = say.count("contacts", len(value["matched"]))
    if len(value["matched"]) >= limit > 1:
        found = say("first", contacts=found)
    head = say("matches", found=found, shown=say.number(len(shown)), asker=asker) if asker else None
    lines += ["", head or say("matches_admin", found=found)]
    for place, hit in enumerate(shown, 1):
        lines += _hit(hit, say, place)
    if hidden:
        lines += ["", say("hidden")]
        for hit in hidden:
            lines += _hidden(hit, say, limit)
    return "\n".join([*lines, "", say("tell_more")])


def reason(say: Speech, hidden: dict[str, Any], limit: int) -> str:
    """Return one reason for not showing a contact."""
    facts = dict(hidden)
    if "field" in facts:
        facts["field"] = say(f"field_{facts['field']}")
    if "group" in facts:
        facts["group"] = say.group(facts["group"])
    if "kind" in facts:
        facts["kind"] = say(f"kind_{facts['kind']}")
    return say(f"hidden_{hidden['reason']}", **facts, limit=limit)


def _reading(value: dict[str, Any], say: Speech) -> Iterator[str]:
    if "number" in value:
        contains = next((term["number_contains"] for term in value["terms"] if term["number_contains"]), "")
        # Only worth a word where it found somebody whom the look-up did not.
        if contains and any(hit["id"] not in value["looked_up"] for hit in value["matched"]):
            yield ""
            yield say("searched_number", digits=contains)
        return
    if not value["terms"] and not value["excluded"] and not value["sources"]:
        yield say("read_as_nothing", text=value["text"])
        return
    yield say("read_as", text=value["text"])
    for term in value["terms"]:
        yield "  " + " · ".join(_term(term, say))
    if value["excluded"]:
        words = ", ".join(term["typed"] or " ".join(term["words"]) for term in value["excluded"])
        yield "  " + say("without", words=words)
    if value["sources"]:
        yield "  " + say("only_sources", names=", ".join(value["sources"]))


def _term(term: dict[str, Any], say: Speech) -> Iterator[str]:
    words = " ".join(term["words"])
    yield term["custom"] or term["typed"] or words
    if words and words != term["typed"] and not term["custom"]:
        yield say("term_normal", words=words)
    if term["phrase"] and len(term["words"]) > 1:
        yield say("term_phrase")
    if not set(term["fields"]) >= _TEXT_FIELDS:
        yield say("term_field", fields=", ".join(say(f"field_{field}") for field in term["fields"] if field in _FIELDS))
    if term["nicknames"]:
        yield say("term_nicknames", names=", ".join(term["nicknames"]))
    if term["codes"]:
        yield say("term_sounds", codes=", ".join(say(f"code_{code[0]}", code=code[1:]) for code in term["codes"]))
    if term["number_begins"]:
        yield say("term_number", numbers=", ".join(term["number_begins"]))
    if term["number_contains"]:
        yield say("term_digits", digits=term["number_contains"])


def _hit(hit: dict[str, Any], say: Speech, place: int) -> Iterator[str]:
    yield f"{place:>3}. {_named(hit, say)}"
    if not hit["terms"] and hit["match"]:
        yield "       " + say(f"rank_{hit['match']['rank']}")
    for term in hit["terms"]:
        yield "       " + _matched(term, hit["match"], say)
    if hit.get("behind") and hit["terms"]:
        yield "       " + say(f"behind_{hit['behind']}")


def _hidden(hit: dict[str, Any], say: Speech, limit: int) -> Iterator[str]:
    yield f"  -  {_named(hit, say)}"
    for hidden in hit["hidden"]:
        yield "       " + reason(say, hidden, limit)


def _named(hit: dict[str, Any], say: Speech) -> str:
    whence = say("whence", source=hit["source"], key=hit["key"], id=hit["id"])
    return f"{titled(say, hit['display_name'], hit['company'])}  [{whence}]"


def _matched(term: dict[str, Any], match: dict[str, str] | None, say: Speech) -> str:
    number = term["field"] == "phones"
    if number and match and match["rank"] == "extension":
        rank = say("number_extension")
    elif term["rank"] == "nickname" and (len(term["written"]) == 1 or not term["written"].isalpha()):
        rank = say("initials")
    else:
        rank = say(f"number_{term['rank']}" if number else f"rank_{term['rank']}")
    if not number and not term["as_typed"] and term["rank"] in {"exact", "prefix", "compound", "infix"}:
        rank += ", " + say("other_spelling")
    return say("matched_on", term=term["term"], written=term["written"], field=say(f"field_{term['field']}"), rank=rank)
