"""A Teams user of bot and message extension, in Microsoft's Agents Playground: signed token, relay, directory, card."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.demo import tenant
from deploy.demo.program import free_port
from deploy.demo.stack import Stack
from tests.fakes.tab_user import TabUser
from tests.servers.agents_playground import AgentsPlayground
from tests.servers.channel import Channel
from tests.servers.stack import filled

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.anyio, pytest.mark.timeout(180)]

TEAMS_RULE = 2.0
"""Seconds within which a bot or extension must answer."""


@dataclass(frozen=True)
class Teams:
    stack: Stack
    channel: Channel
    playground: AgentsPlayground


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    folder = tmp_path_factory.mktemp("playground")
    bot = str(uuid.uuid4())
    with Channel(folder, bot=bot, tenant=tenant.TENANT) as channel:
        settings = {
            "bot_app_id": bot,
            "bot_app_secret": "the-bots-secret",
            "home_tenant": tenant.TENANT,
            "bot_authority": channel.authority,
            "bot_openid": channel.openid,
        }
        trust = {"SSL_CERT_FILE": str(channel.ca_file), "REQUESTS_CA_BUNDLE": str(channel.ca_file)}
        with filled(Stack(folder / "stack", environment=trust, teams_settings=settings)) as stack:
            stack.start()
            address = f"http://127.0.0.1:{stack.ports.teams}/api/messages"
            with AgentsPlayground(folder, channel, address, free_port(), uuid.UUID(tenant.ANNA)) as playground:
                yield Teams(stack, channel, playground)


async def test_extension_and_bot_answer_by_the_users_grants(teams: Teams) -> None:
    playground = teams.playground
    result, _ = playground.search("groß")
    assert result["composeExtension"]["type"] == "message"  # the directory does not know her groups yet
    async with TabUser(teams.stack, "anna@nordlicht.example") as anna:
        assert await anna.names("groß") == ["Jürgen Groß"]

    result, seconds = playground.search("groß maschinenbau")
    assert seconds < TEAMS_RULE
    [attachment] = result["composeExtension"]["attachments"]
    assert result["composeExtension"]["type"] == "result"
    assert attachment["preview"]["content"]["title"] == "Jürgen Groß"
    text = json.dumps(attachment["content"], ensure_ascii=False)
    assert "089/999985-12" in text
    assert "08151/55501" not in text  # private: a card in a chat is seen by all
    links = [action["url"] for action in attachment["content"]["actions"]]
    assert "https://teams.microsoft.com/l/call/0/0?users=4%3A%2B498999998512" in links

    found = playground.say("suche groß maschinenbau")
    assert "08151/55501" in json.dumps(found["attachments"][0]["content"], ensure_ascii=False)  # to herself alone
    assert playground.say("zoë novák")["text"].startswith("Nothing found")  # Ben's source, not hers

    listed = playground.say("müller")
    entry = next(item for item in listed["attachments"][0]["content"]["body"] if "selectAction" in item)
    action = entry["selectAction"]
    pressed, seconds = playground.press(listed["id"], action["verb"], action["data"])
    assert seconds < TEAMS_RULE
    assert pressed["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Maschinenbau" in json.dumps(pressed["value"], ensure_ascii=False)
    assert "Write a name" in playground.say("hi")["text"]


def test_answers_within_two_seconds_while_the_directory_is_away(teams: Teams) -> None:
    teams.stack.directory.stop()
    try:
        for text in ("groß", "müller"):
            result, seconds = teams.playground.search(text)
            assert seconds < TEAMS_RULE
            assert result["composeExtension"]["type"] == "message"
            assert "not connected" in result["composeExtension"]["text"]
        assert "not connected" in teams.playground.say("groß")["text"]
    finally:
        teams.stack.directory.start()
        teams.stack.wait_for_line()
    assert "groß" not in teams.stack.teams.log.read_text().lower()


def test_answers_within_two_seconds_while_the_relay_is_away(teams: Teams) -> None:
    teams.stack.relay.stop()
    try:
        result, seconds = teams.playground.search("groß")
        assert seconds < TEAMS_RULE
        assert result["composeExtension"]["type"] == "message"
        assert "interrupted" in result["composeExtension"]["text"]
    finally:
        teams.stack.relay.start()
        teams.stack.wait_for_line()
