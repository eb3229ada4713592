"""Who asks: refusals of the tab's token and of the channel's token, and keys that change while we run."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import anyio
import httpx
import jwt
import pytest

from directory_server.protocol.identity import TokenRefused
from directory_server.protocol.jwks import COOLDOWN, FRESH, USABLE, KeysUnavailable
from teams_app.identity import CONSUMERS, ChannelTokens, TabTokens
from teams_app.jwks import Jwks
from tests.servers.channel import jwk, rsa_key

pytestmark = pytest.mark.anyio

BOT = "11111111-1111-4111-8111-111111111111"
TID = UUID("5f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f")
SERVICE = "https://smba.example/de/"
AUTHORITY = "https://login.example"
TEAMS = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"


@dataclass
class Issuer:
    """An issuer whose documents are answered in-process; `down` makes it unreachable."""

    keys: dict[str, Any] = field(default_factory=lambda: {"k1": rsa_key()})
    more: dict[str, Any] = field(default_factory=dict)
    fetched: int = 0
    down: bool = False
    clock: float = 0.0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("no")
        if request.url.path.endswith("openidconfiguration"):
            return httpx.Response(200, json={"jwks_uri": f"{AUTHORITY}/keys"})
        self.fetched += 1
        return httpx.Response(200, json={"keys": [jwk(kid, key, **self.more) for kid, key in self.keys.items()]})

    def jwks(self, client: httpx.AsyncClient, *, metadata: bool = False) -> Jwks:
        path = "openidconfiguration" if metadata else "keys"
        return Jwks(client, f"{AUTHORITY}/{path}", lambda: self.clock, metadata=metadata)

    def sign(self, claims: dict[str, Any], kid: str = "k1", **how: Any) -> str:
        chosen = {"key": self.keys.get(kid), "algorithm": "RS256", **how}
        return "Bearer " + jwt.encode(claims, headers={"kid": kid}, **chosen)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def client(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer.answer)) as open_client:
        yield open_client


def channel_claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": "https://api.botframework.com", "aud": BOT, "serviceurl": SERVICE, "nbf": now, "exp": now + 3600}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


@pytest.fixture
def channel(issuer: Issuer, client: httpx.AsyncClient) -> ChannelTokens:
    return ChannelTokens(issuer.jwks(client, metadata=True), BOT, time.time)


async def test_channel_token_is_accepted(issuer: Issuer, channel: ChannelTokens) -> None:
    claims = await channel.claims(issuer.sign(channel_claims()), "msteams", SERVICE.rstrip("/"))
    assert claims["aud"] == BOT


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-bot"},
        {"aud": None},
        {"iss": "https://login.microsoftonline.com/x/v2.0"},
        {"iss": None},
        {"serviceurl": "https://evil.example/"},
        {"serviceurl": None},
        {"serviceurl": 5},
        {"exp": int(time.time()) - 400},
        {"exp": None},
        {"nbf": int(time.time()) + 4000},
    ],
)
async def test_channel_token_refused(issuer: Issuer, channel: ChannelTokens, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        await channel.claims(issuer.sign(channel_claims(**changes)), "msteams", SERVICE)


@pytest.mark.parametrize(
    "header", ["", "Basic x", "Bearer", "Bearer ", "Bearer garbage", "Bearer a.b.c", "Bearer ä.ö.ü"]
)
async def test_channel_header_refused(channel: ChannelTokens, header: str) -> None:
    with pytest.raises(TokenRefused):
        await channel.claims(header, "msteams", SERVICE)


async def test_channel_refuses_no_algorithm_another_algorithm_and_a_changed_token(
    issuer: Issuer, channel: ChannelTokens
) -> None:
    good = issuer.sign(channel_claims())
    head, body, signature = good.removeprefix("Bearer ").split(".")
    unsigned = issuer.sign(channel_claims(), key="", algorithm="none")
    shared = issuer.sign(channel_claims(), key="x" * 40, algorithm="HS256")
    foreign = issuer.sign(channel_claims(), key=rsa_key())
    changed = f"Bearer {head}.{body[:-4]}AAAA.{signature}"
    for header in (unsigned, shared, foreign, changed, f"Bearer {head}.{body}."):
        with pytest.raises(TokenRefused):
            await channel.claims(header, "msteams", SERVICE)


async def test_only_the_teams_channel_is_answered(issuer: Issuer, channel: ChannelTokens) -> None:
    """Other channels let their caller choose the user's id."""
    for name in ("directline", "webchat", "emulator", ""):
        with pytest.raises(TokenRefused):
            await channel.claims(issuer.sign(channel_claims()), name, SERVICE)
    issuer.more = {"endorsements": ["directline"]}
    issuer.clock += FRESH + COOLDOWN
    await channel.claims(issuer.sign(channel_claims()), "msteams", SERVICE)  # has the keys read again
    await anyio.sleep(0.05)
    with pytest.raises(TokenRefused):
        await channel.claims(issuer.sign(channel_claims()), "msteams", SERVICE)


async def test_key_rotated_in_is_fetched_once_per_cooldown(issuer: Issuer, channel: ChannelTokens) -> None:
    await channel.claims(issuer.sign(channel_claims()), "msteams", SERVICE)
    issuer.keys["k2"] = rsa_key()
    for _ in range(5):
        with pytest.raises(TokenRefused):
            await channel.claims(issuer.sign(channel_claims(), kid="k2"), "msteams", SERVICE)
    assert issuer.fetched == 1
    issuer.clock += COOLDOWN
    await channel.claims(issuer.sign(channel_claims(), kid="k2"), "msteams", SERVICE)
    assert issuer.fetched == 2


async def test_known_keys_serve_a_day_while_the_issuer_is_down(issuer: Issuer, channel: ChannelTokens) -> None:
    header = issuer.sign(channel_claims())
    await channel.claims(header, "msteams", SERVICE)
    issuer.down = True
    issuer.clock += FRESH + 1
    await channel.claims(header, "msteams", SERVICE)
    issuer.clock += USABLE
    with pytest.raises(KeysUnavailable):
        await channel.claims(header, "msteams", SERVICE)
    issuer.down = False
    issuer.clock += COOLDOWN
    await channel.claims(header, "msteams", SERVICE)


async def test_nobody_waits_for_keys_that_are_known(issuer: Issuer) -> None:
    """Teams wants an answer within 2 s, however slow the issuer is today."""
    slow = anyio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if issuer.clock:
            await slow.wait()
        return issuer.answer(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        keys = issuer.jwks(client)
        await keys.key("k1")
        issuer.clock = FRESH
        with anyio.fail_after(0.5):
            await keys.key("k1")
            await keys.key("k1")
        slow.set()
        await anyio.sleep(0.05)
    assert issuer.fetched == 2


async def test_one_broken_key_does_not_hide_the_others(issuer: Issuer) -> None:
    broken: list[Any] = ["x", {}, {"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"}]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"keys": [*broken, jwk("k1", issuer.keys["k1"])]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        assert await issuer.jwks(client).key("k1")


async def test_broken_key_documents_leave_known_keys_in_place(issuer: Issuer) -> None:
    documents: list[Any] = [{}, {"keys": 5}, {"keys": [{"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"}]}, [], "x"]
    for document in documents:

        def answer(_: httpx.Request, document: Any = document) -> httpx.Response:
            return httpx.Response(200, json=document)

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            with pytest.raises(KeysUnavailable):
                await issuer.jwks(client).key("k1")


def tab_claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": f"{AUTHORITY}/{TID}/v2.0", "aud": "api-id", "tid": str(TID), "oid": "oid-1", "scp": "access_as_user",
        "azp": TEAMS, "iat": now, "nbf": now, "exp": now + 3600,
    }  # fmt: skip
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


@pytest.fixture
def tab(issuer: Issuer, client: httpx.AsyncClient) -> Callable[..., TabTokens]:
    def make(tenant: str = "organizations") -> TabTokens:
        return TabTokens(
            issuer.jwks(client),
            authority=AUTHORITY,
            tenant=tenant,
            audiences=frozenset({"api-id", "api://api-id"}),
            clients=frozenset({TEAMS}),
            clock=time.time,
        )

    return make


async def test_tab_token_names_its_caller(issuer: Issuer, tab: Callable[..., TabTokens]) -> None:
    for tenant in ("organizations", str(TID)):
        caller = await tab(tenant).caller(issuer.sign(tab_claims(groups=["g"])))
        assert (caller.tid, caller.oid) == (TID, "oid-1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "other"}, "token_invalid"),
        ({"iss": f"{AUTHORITY}/11111111-1111-4111-8111-111111111111/v2.0"}, "token_invalid"),
        ({"iss": "https://evil.example/v2.0"}, "token_invalid"),
        ({"exp": int(time.time()) - 100}, "token_expired"),
        ({"nbf": int(time.time()) + 1000}, "token_expired"),
        ({"scp": "User.Read"}, "scope_missing"),
        ({"azp": "another-app"}, "token_invalid"),
        ({"tid": "x"}, "token_invalid"),
        ({"tid": None}, "token_invalid"),
        ({"oid": None}, "token_invalid"),
        ({"tid": str(CONSUMERS), "iss": f"{AUTHORITY}/{CONSUMERS}/v2.0"}, "tenant_unknown"),
    ],
)
async def test_tab_token_refused(
    issuer: Issuer, tab: Callable[..., TabTokens], changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(TokenRefused) as refused:
        await tab().caller(issuer.sign(tab_claims(**changes)))
    assert refused.value.code == code


async def test_one_tenant_only_where_so_set(issuer: Issuer, tab: Callable[..., TabTokens]) -> None:
    with pytest.raises(TokenRefused) as refused:
        await tab("11111111-1111-4111-8111-111111111111").caller(issuer.sign(tab_claims()))
    assert refused.value.code == "tenant_unknown"


async def test_key_of_another_issuer_signs_nothing_here(issuer: Issuer, tab: Callable[..., TabTokens]) -> None:
    issuer.more = {"issuer": AUTHORITY + "/{tenantid}/v2.0"}
    await tab().caller(issuer.sign(tab_claims()))
    issuer.more = {"issuer": f"{AUTHORITY}/{CONSUMERS}/v2.0"}
    with pytest.raises(TokenRefused):
        await tab().caller(issuer.sign(tab_claims()))
