"""Routes over HTTP: refusals in JSON, the bot's invoke answered by a sentence without a relay, tickets, headers."""

import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import FastAPI

from directory_server.protocol.keys import to_jwk
from teams_app import app, keys
from teams_app.config import Config, load
from tests.servers.channel import Channel

pytestmark = [pytest.mark.anyio, pytest.mark.server]

TENANT = "5f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f"
BOT = "11111111-1111-4111-8111-111111111111"
API = "33333333-3333-4333-8333-333333333333"
TAB = "44444444-4444-4444-8444-444444444444"
SERVICE = "http://127.0.0.1:9/connector"
DEAD = "http://127.0.0.1:9"


@dataclass
class Backend:
    config: Config
    client: httpx.AsyncClient
    channel: Channel
    app: FastAPI

    async def post(self, activity: dict[str, Any], **claims: Any) -> httpx.Response:
        vouched = {"iss": "https://api.botframework.com", "aud": BOT, "serviceurl": SERVICE, **claims}
        headers = {"authorization": f"Bearer {self.channel.sign(**vouched)}"}
        return await self.client.post("/api/messages", json=activity, headers=headers)


@pytest.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backend]:
    with Channel(tmp_path, bot=BOT, tenant=TENANT, addresses=("127.0.0.1",), port=0) as channel:
        monkeypatch.setenv("SSL_CERT_FILE", str(channel.ca_file))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(channel.ca_file))
        ticket_key, service_key = keys.make(tmp_path / "keys")
        config = load(
            None,
            {},
            relay=DEAD,
            authority=channel.authority,
            bot_authority=channel.authority,
            bot_openid=channel.openid,
            tenant=TENANT,
            home_tenant=TENANT,
            api_client_id=API,
            tab_client_id=TAB,
            bot_app_id=BOT,
            bot_app_secret="the-bots-secret",
            ticket_key=ticket_key,
            service_key=service_key,
            registrar_key=tmp_path / "keys" / "ticket_key.pem.pub",
        )
        served = app.create(config, tab=_built_tab(tmp_path))
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url="http://tab.example") as client:
            yield Backend(config, client, channel, served)


def _built_tab(folder: Path) -> Path:
    (folder / "dist" / "assets").mkdir(parents=True)
    (folder / "dist" / "index.html").write_text("<!doctype html><title>tab</title>")
    (folder / "dist" / "assets" / "main-1a2b.js").write_text("export {}")
    return folder / "dist"


def query(text: str = "müller", **changes: Any) -> dict[str, Any]:
    return {
        "type": "invoke",
        "name": "composeExtension/query",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "id": "1",
        "from": {"id": "29:x", "aadObjectId": "oid-1"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": "c", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "de-DE",
        "value": {"commandId": "searchContacts", "parameters": [{"name": "text", "value": text}]},
        **changes,
    }


async def test_extension_says_in_german_that_the_way_is_interrupted(backend: Backend) -> None:
    started = time.monotonic()
    answer = await backend.post(query())
    assert time.monotonic() - started < 2
    assert answer.status_code == 200
    result = answer.json()["composeExtension"]
    assert result["type"] == "message"
    assert "Verzeichnis Ihrer Firma ist unterbrochen" in result["text"]


async def test_first_run_hints_and_long_text_is_refused_kindly(backend: Backend) -> None:
    first = query(value={"parameters": [{"name": "initialRun", "value": "true"}]})
    assert (await backend.post(first)).json()["composeExtension"]["text"].startswith("Tippen Sie")
    answer = await backend.post(query("x" * 257, locale="en-GB"))
    assert "at most 256" in answer.json()["composeExtension"]["text"]


async def test_unknown_user_is_told_so(backend: Backend) -> None:
    answer = await backend.post(query(locale="en-US", **{"from": {"id": "29:x"}}))
    assert "did not say who you are" in answer.json()["composeExtension"]["text"]


async def test_tapped_card_gets_a_message_while_the_directory_is_away(backend: Backend) -> None:
    action = {"action": {"type": "Action.Execute", "verb": "person", "data": {"verb": "person", "id": 7}}}
    answer = (await backend.post(query(name="adaptiveCard/action", value=action))).json()
    assert answer["type"] == "application/vnd.microsoft.activity.message"
    assert "unterbrochen" in answer["value"]


async def test_other_invokes_are_not_implemented_and_events_accepted(backend: Backend) -> None:
    assert (await backend.post(query(name="task/fetch"))).status_code == 501
    assert (await backend.post(query(type="typing"))).status_code == 202


async def test_reply_that_cannot_be_sent_is_said(backend: Backend) -> None:
    answer = await backend.post(query(type="message", text="hi", value=None))
    assert (answer.status_code, answer.json()["error"]) == (502, "not_delivered")


@pytest.mark.parametrize("claims", [{"aud": "x"}, {"iss": "x"}, {"serviceurl": "http://evil.example"}, {"exp": 5}])
async def test_wrong_channel_token(backend: Backend, claims: dict[str, Any]) -> None:
    answer = await backend.post(query(), **claims)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_refusals_before_anything_is_read(backend: Backend) -> None:
    post = backend.client.post
    assert (await post("/api/messages", json=query())).status_code == 401
    assert (await post("/api/messages", json=query(), headers={"authorization": "Bearer x"})).status_code == 401
    assert (await post("/api/messages", content="{}", headers={"content-type": "text/plain"})).status_code == 415
    assert (await post("/api/messages", content="{}")).status_code == 415
    json_type = {"content-type": "application/json; charset=utf-8"}
    for bad in ("", "{", "[]", "5", "[" * 100_000, '{"type":5}'):
        answer = await post("/api/messages", content=bad, headers=json_type)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    answer = await post("/api/messages", content=b" " * (app.MAX_ACTIVITY + 1), headers=json_type)
    assert answer.status_code == 413


async def test_a_body_that_does_not_arrive(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "BODY_READ", 0.05)
    events: list[list[dict[str, Any]]] = [[], [{"type": "http.disconnect"}]]
    for told in events:
        sent: list[Any] = []

        async def receive(told: list[dict[str, Any]] = told) -> Any:
            return told.pop() if told else await anyio.sleep_forever()

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/api/messages", "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }  # fmt: skip
        with anyio.fail_after(2):
            await backend.app(scope, receive, send)
        assert sent[0]["status"] == 400


async def test_activity_the_framework_cannot_read_is_malformed(backend: Backend) -> None:
    answer = await backend.post(query(timestamp={"no": "time"}, membersAdded=5))
    assert answer.status_code == 400


def tab_token(backend: Backend, **changes: Any) -> dict[str, str]:
    authority = backend.config.authority
    claims = {
        "iss": f"{authority}/{TENANT}/v2.0", "aud": API, "tid": TENANT, "oid": "oid-1", "scp": "access_as_user",
        "azp": TAB, **changes,
    }  # fmt: skip
    return {"authorization": f"Bearer {backend.channel.sign(**claims)}"}


async def test_ticket_for_a_signed_in_user(backend: Backend) -> None:
    answer = await backend.client.post("/api/ticket", headers=tab_token(backend))
    body = answer.json()
    assert (answer.status_code, body["tid"]) == (200, TENANT)
    assert answer.headers["cache-control"] == "no-store"
    public = load_pem_public_key((backend.config.ticket_key or Path()).with_suffix(".pem.pub").read_bytes())
    claims = jwt.decode(body["ticket"], public, algorithms=["ES256"])
    assert (claims["tid"], claims["cls"], claims["exp"]) == (TENANT, "tab", body["expires"])


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"scp": "x"}, 403, "scope_missing"),
        ({"tid": str(uuid.UUID(int=5))}, 401, "token_invalid"),
        ({"aud": "x"}, 401, "token_invalid"),
        ({"exp": 5}, 401, "token_expired"),
    ],
)
async def test_ticket_refused(backend: Backend, changes: dict[str, Any], status: int, error: str) -> None:
    answer = await backend.client.post("/api/ticket", headers=tab_token(backend, **changes))
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_ticket_of_another_tenant_is_forbidden(backend: Backend) -> None:
    other = str(uuid.UUID(int=5))
    headers = tab_token(backend, tid=other, iss=f"{backend.config.authority}/{other}/v2.0")
    answer = await backend.client.post("/api/ticket", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (403, "tenant_unknown")


async def test_settings_for_the_tab(backend: Backend) -> None:
    body = (await backend.client.get("/config.json")).json()
    registrar = keys.public_key("registrar_key", backend.config.registrar_key)
    assert body == {
        "relay": DEAD,
        "authority": backend.config.authority,
        "tenant": TENANT,
        "client_id": TAB,
        "scope": f"api://{API}/access_as_user",
        "registrar": to_jwk(registrar),
        "version": body["version"],
    }
    assert "secret" not in str(body)


async def test_pages_carry_the_security_headers(backend: Backend) -> None:
    for path in ("/tab/", "/privacy", "/terms", "/healthz", "/config.json", "/nothing"):
        answer = await backend.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert f"connect-src 'self' {DEAD} {backend.config.authority};" in policy
        assert "frame-ancestors https://teams.microsoft.com https://*.teams.microsoft.com" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    asset = await backend.client.get("/tab/assets/main-1a2b.js")
    assert "immutable" in asset.headers["cache-control"]
    assert (await backend.client.get("/tab/assets/gone.js")).headers["cache-control"] == "no-store"
    assert (await backend.client.get("/tab/../keys/ticket_key.pem")).status_code == 404
    assert (await backend.client.get("/")).headers["location"] == "/tab/"


async def test_without_a_bot_and_without_a_built_tab(backend: Backend, tmp_path: Path) -> None:
    config = backend.config.model_copy(update={"bot_app_id": ""})
    transport = httpx.ASGITransport(app.create(config, tab=tmp_path / "missing"))
    async with httpx.AsyncClient(transport=transport, base_url="http://tab.example") as client:
        assert (await client.post("/api/messages", json={})).json()["error"] == "bot_off"
        assert (await client.get("/tab/")).status_code == 503
