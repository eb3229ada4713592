"""Number trace: how an asked number is read, and what a look-up tries step by step until somebody answers."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import structs

from directory_server.directory import dialling
from directory_server.directory.dialling import LONGEST_DIRECT_DIAL, SHORTEST_TRUNK
from directory_server.directory.listing import Match
from directory_server.directory.lookup import Lookup, Reading, elected, other_switchboards
from directory_server.directory.number import Asked
from directory_server.store.rows import Location

_MOST_VOTES = 5


def reading_of(asked: Asked, location: Location) -> dict[str, Any]:
    """Return how the number is read at this location: its readings in order, extension, service number."""
    code = dialling.plan(location.country).code
    return {
        "country": location.country,
        "location": structs.asdict(location),
        "digits": asked.digits,
        "candidates": ["+" + digits for digits in asked.candidates],
        "written_as": [{"prefix": form.head, "stands_for": "+" + form.base} for form in asked.forms],
        "extension": asked.extension,
        "service": dialling.is_service(asked.digits, code),
    }


def steps(reading: Reading, asked: Asked, answer: Lookup) -> list[dict[str, Any]]:
    """Return what a look-up that gave this answer tried in this order, up to and with the step that answers.

    A step is `{step, number, contacts}`: `exact`, `extension`, `switchboard` (the same number with or without its
    final 0) or `trunk`, which has `votes` (contacts by company), `configured` and `answer` as well: the company, or ""
    where companies share the trunk or nobody names one.
    """
    tried: list[dict[str, Any]] = []
    for step in _all(reading, asked):
        tried.append(step)
        if step.get("decides") or (step["contacts"] and step["step"] != "trunk"):
            break
    if answer.approximate and not any(step.get("decides") for step in tried):
        # What holds a configured switchboard decides where the trunks of others' numbers do not.
        board = next((step for step in tried if step.get("configured")), None)
        if board is not None:
            board |= {"answer": answer.listings[0].contact.company, "decides": True}
            del tried[tried.index(board) + 1 :]
    return tried


def _all(reading: Reading, asked: Asked) -> Iterator[dict[str, Any]]:
    for digits in asked.candidates:
        yield {"step": "exact", "number": "+" + digits, "contacts": len(reading.holders(digits))}
    if asked.extension:
        held = reading.holders("x" + asked.extension)
        yield {"step": "extension", "number": asked.extension, "contacts": len(held)}
    for digits in asked.candidates:
        for other in other_switchboards(reading, digits):
            yield {"step": "switchboard", "number": "+" + other, "contacts": len(reading.holders(other))}
    for digits in asked.candidates:
        for cut in range(1, LONGEST_DIRECT_DIAL + 1):
            trunk = digits[:-cut]
            step = _trunk(reading, trunk)
            if step:
                yield step
                if step["decides"]:
                    return
                if step["votes"] and len(trunk) >= SHORTEST_TRUNK:
                    break


def _trunk(reading: Reading, trunk: str) -> dict[str, Any] | None:
    """Return the step of one trunk; None where nobody uses it as one."""
    configured = trunk in reading.trunks
    held = reading.on_trunk(trunk) if len(trunk) >= SHORTEST_TRUNK or configured else []
    if not held and not configured:
        return None
    votes = Counter(name for _row, name in held if name)
    agreed = elected(votes)
    rows = {name: row for row, name in reversed(held)}
    named = [
        {"company": _called(reading, rows[name]), "contacts": count} for name, count in votes.most_common(_MOST_VOTES)
    ]
    return {
        "step": "trunk",
        "number": "+" + trunk,
        "contacts": len(held),
        "configured": configured,
        "votes": named,
        "answer": named[0]["company"] if agreed else "",
        "decides": bool(agreed),
    }


def _called(reading: Reading, row: int) -> str:
    """Return a company's name as one of its contacts has it."""
    return reading.fetch([row], Match("approximate", "phones"))[0].contact.company
