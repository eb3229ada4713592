"""How a number was read and looked up, as lines for people."""

from collections.abc import Iterator
from typing import Any

from directory_server.commands.speech import Speech

_INDENT = "  "


def number_lines(value: dict[str, Any], say: Speech) -> Iterator[str]:
    """Yield how the number of an explanation was read, the steps of its look-up, and the answer."""
    number = value["number"]
    yield say("number_read", text=value["text"], place=_place(number["location"], say))
    for reading in _readings(number, say):
        yield _INDENT + reading
    if number["steps"]:
        yield say("steps")
    for at, step in enumerate(number["steps"], 1):
        yield from _step(step, say, f"{_INDENT}{at}. ")
    yield _answer(number, value, say)


def _place(location: dict[str, Any], say: Speech) -> str:
    parts = [say("place", country=location["country"])]
    if location["area"]:
        parts.append(say("place_area", area=location["area"]))
    if location["trunk"]:
        parts.append(say("place_trunk", trunk=location["trunk"]))
    if location["outside_line"]:
        parts.append(say("place_outside", digit=location["outside_line"]))
    return ", ".join(parts)


def _readings(number: dict[str, Any], say: Speech) -> Iterator[str]:
    for e164, form in zip(number["candidates"], number["written_as"], strict=True):
        if form["stands_for"] == "+":
            yield say("reading_plain", number=e164)
        elif form["prefix"]:
            yield say("reading", number=e164, prefix=form["prefix"], base=form["stands_for"])
        else:
            yield say("reading_local", number=e164, base=form["stands_for"])
    if number["extension"]:
        yield say("reading_service" if number["service"] else "reading_extension", number=number["extension"])
    if not number["candidates"] and not number["extension"]:
        yield say("reading_none")


def _step(step: dict[str, Any], say: Speech, start: str) -> Iterator[str]:
    held = say.count("contacts", step["contacts"]) if step["contacts"] else say("nobody")
    if step["step"] != "trunk":
        yield start + say(f"step_{step['step']}", number=step["number"], contacts=held)
        return
    votes = ", ".join(
        say("vote", company=vote["company"], contacts=say.count("contacts", vote["contacts"])) for vote in step["votes"]
    )
    name = "step_trunk_set" if step["configured"] else "step_trunk"
    yield start + say(name, number=step["number"], votes=votes or say("no_votes"))
    if step["decides"] or step["votes"]:
        yield " " * len(start) + say("step_decides" if step["decides"] else "step_undecided")


def _answer(number: dict[str, Any], value: dict[str, Any], say: Speech) -> str:
    if number["withheld"]:
        shown = ", ".join(number["shown_as"]) or say("nobody")
        return say(
            "answer_withheld", persons=say.count("persons", number["persons"]), policy=number["policy"], shown=shown
        )
    if number["approximate"]:
        return say("answer_approximate")
    if value["looked_up"]:
        return say("answer_exact", contacts=say.count("contacts", number["total"]))
    return say("answer_nobody")
