"""Cards as plain dicts: Adaptive Card 1.5 for a person and for a list, thumbnail previews for the extension.

Text of contacts goes only where no client reads markup: text runs, fact-free columns, button titles.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

from teams_app.person import Number, Person, Place
from teams_app.texts import Texts

Card = dict[str, Any]

SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.5"
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"
MAX_ACTIONS = 6
MAX_BYTES = 24 * 1024
"""Our limit of one card as UTF-8 JSON; Teams' is 28 KB with everything around it."""
MAX_TITLE = 60
E164 = re.compile(r"\+[1-9][0-9]{1,14}")
UPN = re.compile(r"[^\s@,;/?#&]{1,64}@[A-Za-z0-9.-]{1,255}")
NOT_CALLED = frozenset({"fax", "pager"})
PRIVATE = "home"


def call_link(e164: str) -> str:
    """Return the Teams link that calls a number; a `+` left as it is would vanish on the way."""
    return f"https://teams.microsoft.com/l/call/0/0?users={quote('4:' + e164, safe='')}"


def chat_link(upn: str) -> str:
    """Return the Teams link that opens a chat with a colleague."""
    return f"https://teams.microsoft.com/l/chat/0/0?users={quote(upn, safe='')}"


def person_card(person: Person, texts: Texts, tab_link: str, *, shared: bool = False) -> Card:
    """Return the card of a person; `shared` leaves out what is private, because everyone in a chat sees the card.

    A card that would grow too large loses its last rows and says so.
    """
    rows = list(_rows(person, texts, shared=shared))
    actions = _actions(person, texts, tab_link, shared=shared)
    kept = _fitting(
        len(rows), lambda count: _person_body(person, texts, rows[:count], whole=count == len(rows)), actions
    )
    return _card(_person_body(person, texts, rows[:kept], whole=kept == len(rows)), actions)


def list_card(persons: Sequence[Person], texts: Texts, *, more: bool) -> Card:
    """Return the card that lists persons; a tap asks the bot for one of them (verb `person`)."""
    kept = _fitting(
        len(persons), lambda count: _list_body(persons[:count], texts, more=more or count < len(persons)), []
    )
    return _card(_list_body(persons[:kept], texts, more=more or kept < len(persons)), [])


def notice_card(text: str, texts: Texts, tab_link: str) -> Card:
    """Return a sentence with a button that opens the tab."""
    return _card([_label(text)], [_open(texts.open_tab, tab_link)])


def attachment(card: Card) -> Card:
    """Return an Adaptive Card as a message attachment."""
    return {"contentType": ADAPTIVE, "content": card}


def result(person: Person, texts: Texts, tab_link: str) -> Card:
    """Return one result of the message extension: the card that will be sent, with its preview for the list."""
    first = next((number.raw for number in person.numbers if number.kind != PRIVATE), "")
    below = " · ".join(part for part in (person.company if person.company != person.name else "", first) if part)
    preview = {"title": _no_markup(person.name), "text": _no_markup(below)}
    return {
        **attachment(person_card(person, texts, tab_link, shared=True)),
        "preview": {"contentType": THUMBNAIL, "content": preview},
    }


def size(card: Card) -> int:
    """Return the card's size in bytes of UTF-8 JSON."""
    return len(json.dumps(card, ensure_ascii=False).encode())


def _card(body: list[Card], actions: list[Card]) -> Card:
    card: Card = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "body": body}
    return {**card, "actions": actions} if actions else card


def _fitting(count: int, body: Callable[[int], list[Card]], actions: list[Card]) -> int:
    while count and size(_card(body(count), actions)) > MAX_BYTES:
        count -= max(1, count // 8)
    return count


def _person_body(person: Person, texts: Texts, rows: list[Card], *, whole: bool) -> list[Card]:
    head = [_run(person.name, size="Large", weight="Bolder")]
    if person.job_title or person.department:
        head.append(_run(" · ".join(part for part in (person.job_title, person.department) if part), isSubtle=True))
    if person.company and person.company != person.name:
        head.append(_run(person.company, isSubtle=True))
    foot = [] if whole else [_label(texts.cut)]
    if person.sources:
        foot.append(_run(texts.sources.format(names=", ".join(person.sources[:10])), size="Small", isSubtle=True))
    return [*head, *rows, *foot]


def _rows(person: Person, texts: Texts, *, shared: bool) -> Iterable[Card]:
    for number in _shown(person.numbers, shared=shared):
        shown = number.raw
        if number.e164 and number.e164 != re.sub(r"[^+0-9]", "", number.raw):
            shown = f"{number.raw} ({number.e164})"
        yield _row(texts.numbers.get(number.kind, texts.numbers["other"]), shown)
    for email in _shown(person.emails, shared=shared):
        yield _row(texts.email, email.text)
    for address in _shown(person.addresses, shared=shared):
        if address.text:
            yield _row(texts.address, address.text)
    if not shared:
        for note in person.notes:
            yield _row(texts.note, note)


Entry = TypeVar("Entry", Number, Place)


def _shown(entries: tuple[Entry, ...], *, shared: bool) -> list[Entry]:
    return [entry for entry in entries if not (shared and entry.kind == PRIVATE)]


def _actions(person: Person, texts: Texts, tab_link: str, *, shared: bool) -> list[Card]:
    calls = {
        number.e164: _open(f"{texts.numbers.get(number.kind, '')} {number.raw}".strip(), call_link(number.e164))
        for number in reversed(_shown(person.numbers, shared=shared))
        if number.kind not in NOT_CALLED and E164.fullmatch(number.e164)
    }
    chat = [_open(texts.chat, chat_link(person.upn))] if UPN.fullmatch(person.upn) else []
    tab = [_open(texts.open_tab, tab_link)] if tab_link else []
    room = MAX_ACTIONS - len(chat) - len(tab)
    return [*islice(reversed(calls.values()), room), *chat, *tab]


def _list_body(persons: Sequence[Person], texts: Texts, *, more: bool) -> list[Card]:
    head = (texts.found_more if more else texts.found).format(count=len(persons))
    return [_label(head), *(_entry(person) for person in persons)]


def _entry(person: Person) -> Card:
    data = {"verb": "person", "id": person.id}
    first = person.numbers[0].raw if person.numbers else ""
    below = " · ".join(part for part in (person.company if person.company != person.name else "", first) if part)
    return {
        "type": "Container",
        "separator": True,
        "items": [_run(person.name, weight="Bolder"), *([_run(below, isSubtle=True)] if below else [])],
        "selectAction": {
            "type": "Action.Execute",
            "verb": "person",
            "data": data,
            "fallback": {"type": "Action.Submit", "data": data},
        },
    }


def _row(label: str, value: str) -> Card:
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": "80px", "items": [_label(label)]},
            {"type": "Column", "width": "stretch", "items": [_run(value)]},
        ],
    }


def _label(text: str) -> Card:
    return {"type": "TextBlock", "text": text, "isSubtle": True, "wrap": True}


def _run(text: str, **style: Any) -> Card:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _open(title: str, url: str) -> Card:
    short = title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
    return {"type": "Action.OpenUrl", "title": short, "url": url}


def _no_markup(text: str) -> str:
    """Thumbnail cards read XML: angle brackets become look-alikes, which need no unescaping anywhere."""
    return text.replace("<", "\u2039").replace(">", "\u203a")
