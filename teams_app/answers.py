"""What bot and message extension answer: a question to the directory, then cards, or a friendly sentence."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directory_server.protocol.messages import MAX_SEARCH_LIMIT, MAX_TEXT
from teams_app import cards, person
from teams_app.activity import Kind, Turn
from teams_app.outcomes import ServiceOff, Unanswered
from teams_app.texts import Texts, for_locale

Ask = Callable[[UUID, str, str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""tenant, user's object id, operation, body → the directory's answer, or an `Unanswered`."""

LISTED = 10
"""Persons in one list of the bot."""
MESSAGE_TYPE = "application/vnd.microsoft.activity.message"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The answer to one turn: a sentence, or one card, or the extension's results."""

    text: str = ""
    card: cards.Card | None = None
    results: tuple[cards.Card, ...] = ()


class Answers:
    """Answers turns; `tab_link` opens the app's tab in Teams, or is empty."""

    def __init__(self, ask: Ask, tab_link: str) -> None:
        self._ask = ask
        self._tab_link = tab_link

    async def to(self, turn: Turn) -> Answer:
        """Return the answer to a turn; never raises, because a bot framework would turn that into an error code."""
        texts = for_locale(turn.locale)
        try:
            return await self._to(turn, texts)
        except Unanswered as outcome:
            logger.warning("question ended as %s", outcome)
            text = texts.unanswered.get(outcome.name, texts.failed)
            if isinstance(outcome, ServiceOff) and not turn.invoke and self._tab_link:
                return Answer(card=cards.notice_card(text, texts, self._tab_link))
            return Answer(text=text)
        except Exception as error:  # noqa: BLE001 - the user gets a sentence, the log the place, never the content
            place = traceback.extract_tb(error.__traceback__)[-1]
            logger.error("turn failed: %s at %s:%s", type(error).__name__, place.filename, place.lineno)  # noqa: TRY400 - a traceback may show a contact
            return Answer(text=texts.failed)

    async def _to(self, turn: Turn, texts: Texts) -> Answer:
        fixed = {Kind.HELP: texts.help, Kind.FIRST_RUN: texts.hint}.get(turn.kind)
        if fixed or turn.tenant is None or not turn.user:
            return Answer(text=fixed or texts.unknown_user)
        if turn.kind is Kind.SHOW_PERSON:
            return await self._person(turn, turn.tenant, texts)
        if len(turn.text) > MAX_TEXT:
            return Answer(text=texts.too_long.format(limit=MAX_TEXT))
        if turn.kind is Kind.QUERY:
            return await self._results(turn, turn.tenant, texts)
        return await self._found(turn, turn.tenant, texts)

    async def _person(self, turn: Turn, tenant: UUID, texts: Texts) -> Answer:
        answer = await self._ask(tenant, turn.user, "person", {"id": turn.person})
        if not answer.get("person"):
            return Answer(text=texts.gone)
        return Answer(card=cards.person_card(person.read(answer["person"]), texts, self._tab_link))

    async def _results(self, turn: Turn, tenant: UUID, texts: Texts) -> Answer:
        limit = min(MAX_SEARCH_LIMIT, turn.skip + turn.count)
        answer = await self._ask(tenant, turn.user, "search", {"text": turn.text, "limit": limit})
        found = person.read_all(answer)[turn.skip : limit]
        if not found and not turn.skip:
            return Answer(text=texts.nothing)
        return Answer(results=tuple(cards.result(one, texts, self._tab_link) for one in found))

    async def _found(self, turn: Turn, tenant: UUID, texts: Texts) -> Answer:
        answer = await self._ask(tenant, turn.user, "search", {"text": turn.text, "limit": LISTED})
        found = person.read_all(answer)
        if not found:
            return Answer(text=texts.nothing)
        if len(found) == 1:
            return Answer(card=cards.person_card(found[0], texts, self._tab_link))
        return Answer(card=cards.list_card(found, texts, more=bool(answer.get("more"))))


def invoke_body(turn: Turn, answer: Answer) -> dict[str, Any]:
    """Return the body Teams expects for an invoke: an extension result, or a card (or sentence) for a card action."""
    if turn.kind is Kind.SHOW_PERSON:
        if answer.card:
            return {"statusCode": 200, "type": cards.ADAPTIVE, "value": answer.card}
        return {"statusCode": 200, "type": MESSAGE_TYPE, "value": answer.text}
    if answer.text:
        return {"composeExtension": {"type": "message", "text": answer.text}}
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": list(answer.results)}}
