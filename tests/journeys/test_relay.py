"""Teams users through the relay, all processes real: grants, a relay killed under load, no directory, a canary."""

import asyncio
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from deploy.demo.stack import Stack
from tests.fakes.tab_user import TabUser
from tests.servers.stack import filled

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.anyio, pytest.mark.timeout(180)]

ANNA, BEN = "anna@nordlicht.example", "ben@nordlicht.example"
NAMED = {"no_directory", "line_lost", "deadline", "busy"}


async def test_two_users_see_what_their_grants_allow(stack: Stack) -> None:
    async with TabUser(stack, ANNA) as anna, TabUser(stack, BEN) as ben:
        assert await anna.names("jürgen") == ["Jürgen Groß"]
        assert await ben.names("jürgen") == ["Jürgen Großmann"]
        assert await ben.names("groß maschinenbau") == []
        _, whole = await anna.ask("search", {"text": "groß"})
        kinds = {number["kind"] for number in whole["persons"][0]["numbers"]}
        assert kinds == {"work", "mobile", "home"}
        assert whole["persons"][0]["numbers"][0] == {
            "kind": "work", "raw": "089/999985-12", "e164": "+498999998512", "label": "", "source": "customers",
        }  # fmt: skip


async def test_relay_killed_and_restarted_under_load(stack: Stack) -> None:
    """Only what is in flight may fail, each with a named outcome; the line comes back by itself."""
    outcomes: Counter[str] = Counter()
    failed_at: list[float] = []
    async with TabUser(stack, ANNA) as anna:
        end = time.monotonic() + 8

        async def load() -> None:
            while time.monotonic() < end:
                try:
                    status, body = await anna.ask("search", {"text": "groß"})
                    outcomes["ok" if status == 0 and body["persons"] else f"status {status}"] += 1
                except httpx.HTTPStatusError as error:
                    outcomes[error.response.json()["error"]] += 1
                    failed_at.append(time.monotonic())
                except httpx.TransportError:
                    outcomes["connection"] += 1  # nobody listens: the relay itself is away
                    failed_at.append(time.monotonic())
                await asyncio.sleep(0.01)

        tasks = [asyncio.create_task(load()) for _ in range(8)]
        await asyncio.sleep(2)
        before = outcomes["ok"]
        assert before > 50
        await asyncio.to_thread(stack.relay.kill)
        await asyncio.sleep(0.5)
        stack.relay.start()
        started = time.monotonic()
        await asyncio.to_thread(stack.wait_for_line)
        back = time.monotonic()
        await asyncio.gather(*tasks)
    assert set(outcomes) <= {"ok", "connection"} | NAMED
    assert back - started < 6
    assert outcomes["ok"] > before + 50
    assert all(moment < back + 0.5 for moment in failed_at)


async def test_an_offline_directory_is_named_at_once(tmp_path: Path) -> None:
    with filled(Stack(tmp_path)) as own:
        own.start()
        async with TabUser(own, ANNA) as anna:
            assert await anna.names("groß") == ["Jürgen Groß"]
            await asyncio.to_thread(own.directory.stop)
            started = time.monotonic()
            with pytest.raises(httpx.HTTPStatusError) as failed:
                await anna.ask("search", {"text": "groß"})
            assert time.monotonic() - started < 2
            assert failed.value.response.status_code == 503
            assert failed.value.response.json()["error"] == "no_directory"


async def test_no_contact_search_or_user_reaches_a_log(stack: Stack) -> None:
    """The canary: what was searched and found is in no log, metric or error of any process."""
    secrets_of_the_users = ("Jürgen", "Groß", "999985", "kanarienvogel", ANNA, "j.gross@mueller.example")
    async with TabUser(stack, ANNA) as anna:
        assert await anna.names("groß") == ["Jürgen Groß"]
        assert await anna.names("kanarienvogel") == []
        token = anna.token
        metrics = (await anna.client.get(f"{stack.relay_url}/metrics")).text
    assert "contact_relay_" in metrics
    seen = metrics + "".join(program.log.read_text() for program in (stack.relay, stack.teams, stack.directory))
    assert "Traceback" not in seen
    assert [secret for secret in (*secrets_of_the_users, token) if secret.lower() in seen.lower()] == []
