"""A report of quality as lines for people."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from directory_server.commands.answer_text import titled
from directory_server.commands.fault_text import fault_text, reason_text
from directory_server.commands.hidden_text import short_key
from directory_server.commands.speech import Speech

_OF_SOURCES: Final = frozenset({"stale_sources", "nobody_may_see", "unseen_fields"})
"""Findings that have an example for each source."""


def quality_text(value: dict[str, Any], say: Speech) -> str:
    """Return what `directory.quality.report` found, for people: what is wrong with examples, then what is right."""
    lines = [
        say(
            "quality_head",
            contacts=say.count("contacts", value["contacts"]),
            sources=say.count("sources", len(value["sources"])),
            problems=say.count("problems", value["problems"]),
        )
    ]
    for finding in value["findings"]:
        if finding["count"]:
            lines += ["", *_finding(finding, say)]
    clean = [say("check_" + finding["check"]) for finding in value["findings"] if not finding["count"]]
    if clean:
        lines += ["", say("quality_clean"), *(f"    {check}" for check in clean)]
    return "\n".join(lines)


def _finding(finding: dict[str, Any], say: Speech) -> Iterator[str]:
    check, count = finding["check"], finding["count"]
    sources = ", ".join(f"{name} {say.number(found)}" for name, found in finding["by_source"].items())
    spread = "" if check in _OF_SOURCES else f"  ({sources})"
    yield f"{say('check_' + check)}: {say.number(count)}{spread}{_besides(finding, say)}"
    yield f"    → {say('help_' + check, source=next(iter(finding['by_source'])))}"
    for example in finding["examples"]:
        yield f"    {_EXAMPLES.get(check, _contact)(example, say)}"
        yield from (f"        {line}" for line in _who(example, say))
    more = count - len(finding["examples"])
    if more > 0 and check not in _OF_SOURCES:
        yield f"    {say.count('more', more)}"


def _besides(finding: dict[str, Any], say: Speech) -> str:
    """Return what else is counted, "" for nothing."""
    mails = finding.get("with_mail")
    if mails is None:
        return ""
    return say("with_mail", n=say.number(mails)) if mails else say("without_mail")


def _stale(example: dict[str, Any], say: Speech) -> str:
    hours = "" if example["hours"] is None else say.number(round(example["hours"]))
    return say(
        f"stale_{example['state']}", source=example["source"], hours=hours, reason=reason_text(example["reason"], say)
    )


def _unseen(example: dict[str, Any], say: Speech) -> str:
    return say("unseen_source", source=example["source"], contacts=say.count("contacts", example["contacts"]))


def _groups(example: dict[str, Any], say: Speech) -> str:
    return say("unseen_groups", source=example["source"], groups=", ".join(map(say.group, example["groups"])))


def _shared(example: dict[str, Any], say: Speech) -> str:
    persons = say.count("persons", example["persons"])
    return say("example_shared", number=example["number"], persons=persons)


def _twice(example: dict[str, Any], say: Speech) -> str:
    contacts = say.count("contacts", example["contacts"])
    return say("example_twice", source=example["source"], contacts=contacts)


def _contact(example: dict[str, Any], say: Speech) -> str:
    name = titled(say, example["display_name"], example["company"])
    facts = {"source": example["source"], "key": short_key(example["key"]), "name": name}
    if "raw" not in example:
        return ", ".join([say("example", **facts), *filter(None, [example.get("mail")])])
    facts |= {"kind": say(f"kind_{example['kind']}"), "raw": example["raw"]}
    if "problem" in example:
        return say("example_problem", **facts, problem=say(f"problem_{example['problem']}"))
    return say("example_number", **facts)


def _who(example: dict[str, Any], say: Speech) -> Iterator[str]:
    held = example.get("who", [])
    for one in held:
        yield f"{titled(say, one['display_name'], one['company'])}  [{one['source']} {short_key(one['key'])}]"
    if held and example["contacts"] > len(held):
        yield say.count("more", example["contacts"] - len(held))


_EXAMPLES: Final[dict[str, Callable[[dict[str, Any], Speech], str]]] = {
    "stale_sources": _stale,
    "bad_records": lambda example, say: say(
        "bad_record", source=example["source"], fault=fault_text(example["fault"], say)
    ),
    "nobody_may_see": _unseen,
    "unseen_fields": _groups,
    "shared_numbers": _shared,
    "duplicates": _twice,
}
