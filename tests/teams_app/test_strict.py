"""A tenant that leaves contacts to the tab: bot, relay and directory together."""

import json
import time
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest

from directory_server.fronts.uplink import tenant, uplink
from teams_app.activity import Kind, Turn
from teams_app.answers import Answers
from teams_app.line import Line, Signers
from teams_app.texts import ENGLISH, GERMAN, Texts
from tests.fakes.uplinked import OID, TID, Identity, uplinked
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]


@pytest.mark.parametrize("texts", [GERMAN, ENGLISH])
async def test_a_strict_tenant_is_answered_with_a_button_to_the_tab(
    tmp_path: Path, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink, "LOOK_S", 0.05)
    locale = "de-DE" if texts is GERMAN else "en-US"
    turn = Turn(Kind.MESSAGE_SEARCH, False, TID, OID, locale, "msteams", "https://s", text="müller")
    with Relay() as relay:
        async with httpx.AsyncClient() as client, uplinked(relay, tmp_path, Identity()) as directory:
            signers = Signers(relay.registrar.public_key(), relay.ticket_key, relay.service_key)
            bot = Answers(Line(client, relay.url, signers, time.time).ask, "https://tab.example")
            before = (await bot.to(turn)).card
            assert "Jörg" in json.dumps(before, ensure_ascii=False)
            registered = tenant.load(directory.database)
            assert registered
            tenant.save(directory.database, replace(registered, allow_service_end=False))
            while (card := (await bot.to(turn)).card) == before:  # noqa: ASYNC110 - as a user asks again
                await anyio.sleep(0.05)
    assert card
    assert texts.unanswered["service_off"] in json.dumps(card, ensure_ascii=False)
    assert [action["url"] for action in card["actions"]] == ["https://tab.example"]
    assert "Jörg" not in json.dumps(card, ensure_ascii=False)
