"""What Teams sends to a bot, read into our own words; nothing here knows a bot framework.

Source: Bot Framework "Activity" schema; user and tenant are trustworthy once the channel's token is checked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from uuid import UUID

QUERY = "composeExtension/query"
CARD_ACTION = "adaptiveCard/action"
INLINE_CARD = '<span class="inline-compose-card"'
"""How a card inserted by our own extension comes back as a message: not a search."""
HELP = frozenset({"help", "hilfe", "?", "hi", "hello", "hey", "hallo", "moin", "servus", "guten tag"})
COMMAND = re.compile(r"(?:find|search|suche|finde)\s+(.+)", re.IGNORECASE | re.DOTALL)
MENTION = re.compile(r"<at[^<>]*>[^<]*</at>", re.IGNORECASE)
"""Never looks beyond the next bracket, so that a hostile text costs no more than its length."""
MAX_COUNT = 25


class BadActivity(ValueError):  # noqa: N818 - becomes 400
    """The body is no activity; the text says which part."""


class Kind(Enum):
    """What the sender wants."""

    QUERY = auto()
    FIRST_RUN = auto()
    MESSAGE_SEARCH = auto()
    HELP = auto()
    SHOW_PERSON = auto()
    UNSUPPORTED_INVOKE = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Turn:
    """One activity: who (tenant and object id, None/"" if the channel did not say), what, and how to answer."""

    kind: Kind
    invoke: bool
    tenant: UUID | None
    user: str = field(repr=False)
    locale: str
    channel: str
    service_url: str
    text: str = field(default="", repr=False)
    person: int = 0
    skip: int = 0
    count: int = MAX_COUNT


def read(data: object) -> Turn:
    """Read an activity; raises BadActivity."""
    if not isinstance(data, Mapping):
        raise BadActivity("body is not an object")
    if not isinstance(data.get("type"), str):
        raise BadActivity("activity has no type")
    if not isinstance(data.get("serviceUrl"), str) or not isinstance(data.get("channelId"), str):
        raise BadActivity("activity has no serviceUrl or channelId")
    wants: dict[str, Any] = {
        "invoke": _invoke,
        "message": _message,
        "conversationUpdate": _conversation_update,
    }.get(data["type"], _nothing)(data)
    tenant = _tenant(data)
    return Turn(
        invoke=data["type"] == "invoke",
        tenant=tenant,
        user=_user(_object(data, "from"), tenant),
        locale=_text(data.get("locale")),
        channel=data["channelId"],
        service_url=data["serviceUrl"],
        **wants,
    )


def _tenant(data: Mapping[str, Any]) -> UUID | None:
    named = {
        _text(_object(_object(data, "channelData"), "tenant").get("id")),
        _text(_object(data, "conversation").get("tenantId")),
    } - {""}
    if len(named) > 1:
        raise BadActivity("activity names two tenants")
    try:
        return UUID(named.pop()) if named else None
    except ValueError as error:
        raise BadActivity("tenant is no id") from error


def _user(sender: Mapping[str, Any], tenant: UUID | None) -> str:
    """Return the sender's object id, "" for a guest from another tenant: the directory would take it for one of its."""
    home = _text(sender.get("tenantId"))
    if home and tenant is not None and home.lower() != str(tenant):
        return ""
    return _text(sender.get("aadObjectId"))


def _invoke(data: Mapping[str, Any]) -> dict[str, Any]:
    value = _object(data, "value")
    if data.get("name") == QUERY:
        return _query(value)
    if data.get("name") == CARD_ACTION:
        action = _object(value, "action")
        return _show_person(_object(action, "data")) or {"kind": Kind.UNSUPPORTED_INVOKE}
    return {"kind": Kind.UNSUPPORTED_INVOKE}


def _query(value: Mapping[str, Any]) -> dict[str, Any]:
    listed = value.get("parameters")
    parameters = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    if any(entry.get("name") == "initialRun" for entry in parameters):
        return {"kind": Kind.FIRST_RUN}
    text = " ".join(_text(entry.get("value")) for entry in parameters).strip()
    options = _object(value, "queryOptions")
    return {
        "kind": Kind.QUERY if text else Kind.FIRST_RUN,
        "text": text,
        "skip": max(0, _number(options.get("skip"), 0)),
        "count": min(MAX_COUNT, max(1, _number(options.get("count"), MAX_COUNT))),
    }


def _message(data: Mapping[str, Any]) -> dict[str, Any]:
    shown = _show_person(_object(data, "value"))
    if shown:
        return shown
    text = MENTION.sub(" ", _text(data.get("text"))).strip()
    if text.startswith(INLINE_CARD):
        return {"kind": Kind.NOTHING}
    if not text or text.lower().rstrip("!. ") in HELP:
        return {"kind": Kind.HELP}
    command = COMMAND.fullmatch(text)
    return {"kind": Kind.MESSAGE_SEARCH, "text": " ".join((command[1] if command else text).split())}


def _show_person(value: Mapping[str, Any]) -> dict[str, Any] | None:
    person = value.get("id")
    if value.get("verb") != "person" or not isinstance(person, int) or isinstance(person, bool):
        return None
    return {"kind": Kind.SHOW_PERSON, "person": person}


def _conversation_update(data: Mapping[str, Any]) -> dict[str, Any]:
    added = data.get("membersAdded")
    bot = _object(data, "recipient").get("id")
    welcome = isinstance(added, list) and any(isinstance(entry, Mapping) and entry.get("id") == bot for entry in added)
    return {"kind": Kind.HELP if welcome and bot else Kind.NOTHING}


def _nothing(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": Kind.NOTHING}


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
