"""Registration with the real issuer, relay and registrar; the browser is an HTTP client."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from directory_server.fronts.uplink import registration, sign_in, tenant
from directory_server.fronts.uplink.sign_in import SignIn, SignInFailed
from directory_server.protocol.identity import TEAMS_CLIENTS
from directory_server.store.database import Database
from relay_cloud.wire import credential
from tests.servers.issuer import ADMIN, TENANT, USERS, Issuer
from tests.servers.relay import Relay

pytestmark = pytest.mark.server
ANNA, JOERG = "anna.admin@example.test", "jörg.vogel@example.test"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    users = json.loads(json.dumps(USERS))
    next(c for c in users["clients"] if c["id"] == ADMIN)["redirect_uris"].append("http://127.0.0.1/callback")
    with Issuer(users) as running:
        yield running


@pytest.fixture(scope="module")
def relay(issuer: Issuer) -> Iterator[Relay]:
    with Relay(registrar_authority=issuer.authority, registrar_client_id=ADMIN) as running:
        yield running


def wanted(relay: Relay, issuer: Issuer, **changed: Any) -> registration.Wanted:
    plain = registration.Wanted(
        relay=relay.url, registrar=relay.url, authority=issuer.authority, client_id=ADMIN, tenant="organizations",
        login_hint="", audiences=frozenset({"api"}), clients=frozenset({"tab"}), epoch=1,
    )  # fmt: skip
    return replace(plain, **changed)


async def sign_in_as(user: str, url: str) -> None:
    """Do what the browser does."""
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as browser:
        await browser.get(httpx.URL(url).copy_merge_params({"prompt": "none", "login_hint": user}))


async def register(database: Database, asked: registration.Wanted, user: str) -> tenant.Tenant:
    browsers: list[asyncio.Task[None]] = []

    def announce(url: str) -> None:
        browsers.append(asyncio.create_task(sign_in_as(user, url)))

    identity = tenant.identity_key(database)
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return await registration.register(
                client, asked, identity, announce=announce, secret=lambda: "s" * 43, wait_s=10
            )
        finally:
            await asyncio.gather(*browsers)


@pytest.mark.anyio
async def test_an_administrator_registers_and_the_credential_is_renewed(
    database: Database, relay: Relay, issuer: Issuer
) -> None:
    registered = await register(database, wanted(relay, issuer), ANNA)
    assert str(registered.tid) == TENANT
    assert registered.service is not None
    assert registered.policy.clients == {"tab"} | TEAMS_CLIENTS, "inside Teams it is Teams that asks for the token"
    tenant.save(database, registered)
    assert tenant.load(database) == registered
    identity = tenant.identity_key(database)
    checked = credential.check(registered.credential, relay.registrar.public_key(), time.time())
    assert checked.thumbprint == tenant.fingerprint(identity)
    now = registered.credential_times[0]
    assert not registration.renewal_due(registered, now + 6 * 86400)
    assert registration.renewal_due(registered, now + 7 * 86400)
    async with httpx.AsyncClient(trust_env=False) as client:
        old = replace(registered, credential=relay.credential(registered.tid, identity, age=8 * 86400))
        renewed = await registration.renew(client, old, identity, int(time.time()))
        assert renewed.credential_times[0] > old.credential_times[0]
        expired = replace(registered, credential=relay.credential(registered.tid, identity, age=31 * 86400))
        with pytest.raises(registration.RegistrationFailed, match="expired"):
            await registration.renew(client, expired, identity, int(time.time()))
        gone = replace(registered, registrar="http://127.0.0.1:9")
        with pytest.raises(registration.RegistrationFailed, match="cannot be reached"):
            await registration.renew(client, gone, identity, int(time.time()))


@pytest.mark.anyio
async def test_somebody_who_is_no_administrator_does_not(database: Database, relay: Relay, issuer: Issuer) -> None:
    with pytest.raises(registration.RegistrationFailed, match="Administrator"):
        await register(database, wanted(relay, issuer), JOERG)


@pytest.mark.anyio
async def test_nobody_signs_in(database: Database, relay: Relay, issuer: Issuer) -> None:
    identity = tenant.identity_key(database)
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(registration.RegistrationFailed, match="nobody signed in"):
            await registration.register(
                client, wanted(relay, issuer), identity, announce=lambda _: None, secret=lambda: "s" * 43, wait_s=0.05
            )


@pytest.mark.anyio
async def test_an_identity_provider_that_is_none(database: Database, relay: Relay, issuer: Issuer) -> None:
    for authority, said in ((relay.url, "refused|without JSON|lacks"), ("http://127.0.0.1:9", "cannot be reached")):
        with pytest.raises(registration.RegistrationFailed, match=said):
            async with httpx.AsyncClient(trust_env=False) as client:
                await registration.register(
                    client,
                    wanted(relay, issuer, authority=authority),
                    tenant.identity_key(database),
                    announce=lambda _: None,
                    secret=lambda: "s" * 43,
                )


def test_sign_in_checks_its_callback() -> None:
    attempt = SignIn("client", "http://127.0.0.1:1/callback", nonce="n", state="s", verifier="v" * 43, login_hint="a@b")
    url = httpx.URL(attempt.url("https://login.test/authorize?p=1"))
    assert (url.params["p"], url.params["state"], url.params["nonce"]) == ("1", "s", "n")
    assert url.params["login_hint"] == "a@b"
    assert "v" * 43 not in str(url)
    assert attempt.code("/callback?code=c&state=s") == "c"
    for target, said in (
        ("/callback?code=c&state=other", "another sign-in"),
        ("/callback?code=c", "another sign-in"),
        ("/callback?state=s", "no code"),
        ("/callback?state=s&error=access_denied&error_description=no", "access_denied: no"),
    ):
        with pytest.raises(SignInFailed, match=said):
            attempt.code(target)
    assert "v" * 43 not in repr(attempt)


@pytest.mark.anyio
async def test_the_listener_answers_only_the_callback() -> None:
    async with sign_in.listening() as callback, httpx.AsyncClient(trust_env=False) as browser:
        base = callback.redirect.removesuffix("/callback")
        assert (await browser.get(f"{base}/favicon.ico")).status_code == 404
        assert (await browser.post(callback.redirect)).status_code == 404
        assert "close this page" in (await browser.get(f"{callback.redirect}?code=c")).text
        assert (await browser.get(f"{callback.redirect}?code=second")).status_code == 200
        assert await callback.target(1) == "/callback?code=c"


def test_the_command_registers_shows_and_renews(tmp_path: Path, relay: Relay, issuer: Issuer) -> None:
    command = [sys.executable, "-m", "directory_server", "--data", str(tmp_path / "data")]
    environ = {**os.environ, "NO_PROXY": "*"}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=60, check=False, env=environ
        )

    assert run("init").returncode == 0
    nothing = run("tenant", "status", "--json")
    assert (nothing.returncode, "tenant register" in json.loads(nothing.stdout)["error"]) == (1, True)
    assert run("tenant", "register", "--relay", "nonsense", "--client-id", "c").returncode == 2
    asked = [
        "tenant",
        "register",
        "--relay",
        relay.url,
        "--authority",
        issuer.authority,
        "--client-id",
        ADMIN,
        "--json",
    ]

    def register() -> dict[str, Any]:
        process = subprocess.Popen(
            [*command, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        )
        with process:
            assert process.stderr is not None
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stderr.readline())
            assert found
            url = httpx.URL(found.group()).copy_merge_params({"prompt": "none", "login_hint": ANNA})
            httpx.get(url, follow_redirects=True, trust_env=False)
            return json.loads(process.stdout.read())

    registered = register()
    assert registered["tid"] == TENANT
    assert abs(registered["epoch"] - time.time()) < 60, "a later registration is higher, even from a new data folder"
    shown = json.loads(run("tenant", "status", "--json").stdout)
    assert shown == registered
    renewed = run("tenant", "renew")
    assert renewed.returncode == 0, renewed.stderr
    assert registered["fingerprint"] in renewed.stdout
    assert json.loads(run("tenant", "strict", "on", "--json").stdout)["strict"] is True
    again = register()
    assert again["epoch"] > registered["epoch"]
    assert again["strict"] is True, "a decision about privacy outlives a new registration"
