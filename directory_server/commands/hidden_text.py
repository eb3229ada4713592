"""Who is not shown, why, and what would change it, as lines for people."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from directory_server.commands.answer_text import titled
from directory_server.commands.asker import Asker
from directory_server.commands.speech import Speech

_LONGEST_KEY: Final = 16
"""Characters of a source's own key that are shown whole."""


def hidden_lines(hits: Iterable[dict[str, Any]], asker: Asker, say: Speech, limit: int) -> Iterator[str]:
    """Yield the hidden hits, those with the same reasons together, then what helps."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for hit in hits:
        groups.setdefault(tuple(reason(say, one, limit) for one in hit["hidden"]), []).append(hit)
    for reasons, held in groups.items():
        for at, text in enumerate(reasons, 1):
            yield f"  {text}{':' if at == len(reasons) else ''}"
        yield from (f"    -  {named(hit, say)}" for hit in held)
        found = (remedy(say, one, asker) for one in held[0]["hidden"])
        yield from (f"    → {text}" for text in dict.fromkeys(found) if text)


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


def remedy(say: Speech, hidden: dict[str, Any], asker: Asker) -> str:
    """Return the command that would show the contact, "" where there is none."""
    facts = {"source": hidden.get("source", ""), "client": asker.client, "group": asker.group(say)}
    match hidden["reason"]:
        case "no_grant":
            return say("grant_client" if asker.client else "grant_source", **facts)
        case "field_not_granted" | "number_hidden":
            facts["field"] = hidden["group"]
            return say("grant_client_field" if asker.client else "grant_field", **facts)
        case "policy":
            return say("set_policy", **facts)
        case _:
            return ""


def named(hit: dict[str, Any], say: Speech) -> str:
    """Return a hit by name and company, and where it is from."""
    whence = say("whence", source=hit["source"], key=short_key(hit["key"]), id=hit["id"])
    return f"{titled(say, hit['display_name'], hit['company'])}  [{whence}]"


def short_key(key: str) -> str:
    """Return a source's own key, a long one (a UUID, a DN) by its beginning."""
    return key if len(key) <= _LONGEST_KEY else key[: _LONGEST_KEY // 2] + "…"
