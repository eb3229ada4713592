"""The bot framework's edge, and the only file that imports it: JSON in, our own turns and answers between, JSON out.

`botbuilder-core` 4.17.1 is archived; behind this file nothing knows it, so that its successor is a change here only.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import msal
import requests
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthenticationFactory,
    ClaimsIdentity,
    MicrosoftAppCredentials,
)
from msrest.exceptions import ClientException

from teams_app import activity, cards
from teams_app.activity import BadActivity, Kind, Turn
from teams_app.answers import Answer, Answers, invoke_body
from teams_app.identity import CHANNEL_ISSUER, ChannelTokens

OUTBOUND_SCOPE = "https://api.botframework.com"
TOKEN_TIMEOUT = 5.0
"""Seconds for one request to the identity provider when the bot needs a token to reply."""

logger = logging.getLogger(__name__)


class NotDelivered(Exception):  # noqa: N818 - becomes 502
    """The answer could not be sent back to Teams; the text is the kind of failure."""


class BotCredentials:
    """The bot's own token for replies, from its home tenant, kept by msal until it expires (in a worker thread)."""

    def __init__(self, app_id: str, secret: str, authority: str) -> None:
        self._app_id = app_id
        self._secret = secret
        self._authority = authority
        self._credentials = MicrosoftAppCredentials(app_id, secret, oauth_scope=OUTBOUND_SCOPE)

    async def is_valid_app_id(self, app_id: str) -> bool:
        """Say whether this is our bot (called by the framework)."""
        return app_id == self._app_id

    async def is_authentication_disabled(self) -> bool:
        """Never (called by the framework)."""
        return False

    async def create_credentials(self, *_: Any, **__: Any) -> MicrosoftAppCredentials:
        """Return the one set of credentials (called by the framework, which would make new ones each turn)."""
        return self._credentials

    async def prepare(self) -> None:
        """Get the token ready, because the framework would fetch it with the event loop standing still."""
        await asyncio.to_thread(self._fetch)

    def _fetch(self) -> None:
        if self._credentials.app is None:
            self._credentials.app = msal.ConfidentialClientApplication(
                self._app_id,
                client_credential=self._secret,
                authority=self._authority,
                instance_discovery=False,  # the authority is the admin's setting, not a user's
                timeout=TOKEN_TIMEOUT,
            )
        self._credentials.get_access_token()


class Bot:
    """Receives activities, checks who sent them, and answers."""

    def __init__(self, app_id: str, credentials: BotCredentials, tokens: ChannelTokens, answers: Answers) -> None:
        self._tokens = tokens
        self._answers = answers
        self._credentials = credentials
        self._app_id = app_id
        self._framework = BotFrameworkAuthenticationFactory.create(credential_factory=credentials)
        self._adapter = CloudAdapterBase(self._framework)

    async def receive(self, authorization: str, data: Mapping[str, Any]) -> tuple[int, dict[str, Any] | None]:
        """Answer one activity: HTTP status and body.

        Raises BadActivity (400), TokenRefused (401), KeysUnavailable (503), NotDelivered (502).
        """
        turn = activity.read(data)
        claims = await self._tokens.claims(authorization, turn.channel, turn.service_url)
        try:
            received = Activity().deserialize(data)
        except (AttributeError, TypeError, ValueError) as error:
            raise BadActivity("body is no activity") from error
        response = await self._adapter.process_activity(self._authenticated(claims), received, self._handler(turn))
        return (int(response.status), response.body) if response else (202, None)

    def _authenticated(self, claims: Mapping[str, Any]) -> AuthenticateRequestResult:
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(dict(claims), True)
        result.audience, result.caller_id = CHANNEL_ISSUER, None
        result.connector_factory = self._framework.create_connector_factory(result.claims_identity)
        return result

    def _handler(self, turn: Turn) -> Any:
        async def handle(context: TurnContext) -> None:
            if turn.kind in {Kind.NOTHING, Kind.UNSUPPORTED_INVOKE}:
                return  # the framework answers 202, or 501 for an invoke
            answer = await self._answers.to(turn)
            if turn.invoke:
                body = invoke_body(turn, answer)
                response = InvokeResponse(status=200, body=body)
                await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))
            else:
                await self._reply(context, answer)

        return handle

    async def _reply(self, context: TurnContext, answer: Answer) -> None:
        message = Activity(type=ActivityTypes.message)
        if answer.card:
            message.attachments = [Attachment(content_type=cards.ADAPTIVE, content=answer.card)]
        else:
            message.text, message.text_format = answer.text, "markdown"
        try:
            await self._credentials.prepare()
            await context.send_activity(message)
        except (ClientException, requests.RequestException, PermissionError, OSError, ValueError) as error:
            logger.warning("answer not delivered: %s", type(error).__name__)
            raise NotDelivered(type(error).__name__) from error
