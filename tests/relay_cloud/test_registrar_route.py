"""The registrar as a process of its own, and a relay that holds its public key only."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.limits import FAILURES
from relay_cloud.registrar import GLOBAL_ADMINISTRATOR
from relay_cloud.registrar_route import MAX_BODY
from relay_cloud.wire import base64url, credential, es256
from tests.fakes.uplinked import TID, Identity
from tests.servers.registrar import RegistrarProcess
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]

CLIENT = "administration"
KEY = ec.derive_private_key(61, ec.SECP256R1())
IK = es256.to_jwk(KEY.public_key())


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with Relay(registrar_private_key=None) as running:
        yield running


@pytest.fixture
def registrar(relay: Relay, identity: Identity) -> Iterator[RegistrarProcess]:
    with RegistrarProcess(relay, identity.authority, CLIENT) as running:
        yield running


def registration(identity: Identity, **claims: Any) -> dict[str, Any]:
    granted = {"aud": CLIENT, "nonce": es256.thumbprint(KEY.public_key()), "wids": [GLOBAL_ADMINISTRATOR], **claims}
    return {"id_token": identity.token(**granted), "ik": IK, "epoch": int(time.time())}


async def test_it_registers_and_renews_what_the_relay_trusts(
    registrar: RegistrarProcess, relay: Relay, identity: Identity, client: httpx.AsyncClient
) -> None:
    asked = registration(identity)
    answer = (await client.post(f"{registrar.url}/v1/register", json=asked)).raise_for_status().json()
    first = credential.check(answer["credential"], relay.registrar.public_key(), time.time())
    assert (first.tid, first.thumbprint, first.epoch) == (TID, es256.thumbprint(KEY.public_key()), asked["epoch"])
    assert answer["service_key"] == es256.to_jwk(relay.service_key.public_key())
    at = int(time.time())
    proof = base64url.encode(es256.sign(KEY, credential.renewal(answer["credential"], at)))
    renewal = {"credential": answer["credential"], "ik": IK, "iat": at, "sig": proof}
    answer = (await client.post(f"{registrar.url}/v1/renew", json=renewal)).raise_for_status().json()
    assert credential.check(answer["credential"], relay.registrar.public_key(), time.time()).epoch == first.epoch
    counted = 'contact_relay_registrations_total{{result="{}"}} 1'
    assert {counted.format("registered"), counted.format("renewed")} <= set(registrar.metrics().splitlines())
    assert (await client.get(f"{registrar.url}/healthz")).text == "ok\n"
    assert str(TID) not in registrar.metrics() + registrar.output()


async def test_a_relay_without_the_private_key_is_no_registrar(
    relay: Relay, identity: Identity, client: httpx.AsyncClient
) -> None:
    assert (await client.post(f"{relay.url}/v1/register", json=registration(identity))).status_code == 404
    assert (await client.post(f"{relay.url}/v1/renew", json={})).status_code == 404


async def test_an_address_that_fails_too_often_waits(
    registrar: RegistrarProcess, identity: Identity, client: httpx.AsyncClient
) -> None:
    refused, asked = registration(identity, wids=[]), registration(identity)
    for _ in range(FAILURES):
        answer = await client.post(f"{registrar.url}/v1/register", json=refused)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_admin")
    answer = await client.post(f"{registrar.url}/v1/register", json=asked)
    assert (answer.status_code, answer.json()["error"]) == (429, "blocked")
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}  # the test is a trusted proxy, as a load balancer would be
    assert (await client.post(f"{registrar.url}/v1/register", json=asked, headers=elsewhere)).status_code == 200
    lines = registrar.metrics().splitlines()
    assert f'contact_relay_registrations_total{{result="not_admin"}} {FAILURES}' in lines
    assert 'contact_relay_registrations_total{result="blocked"} 1' in lines


async def test_a_body_too_large_is_refused(registrar: RegistrarProcess, client: httpx.AsyncClient) -> None:
    for path in ("register", "renew"):
        answer = await client.post(f"{registrar.url}/v1/{path}", content=b"x" * (MAX_BODY + 1))
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
        assert answer.json()["message"] == "body is too large"
