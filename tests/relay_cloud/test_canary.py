"""Nothing of a contact, a search or a user is at the relay: not in its output, metrics, errors, nor in its memory."""

import secrets
from pathlib import Path

import httpx
import pytest

from tests.fakes.end import End
from tests.fakes.uplinked import OID, TID, Identity, person, uplinked
from tests.servers.memory import holds
from tests.servers.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.server]

CANARY = "Kanarienvogel-7f3a"
SEARCH = "suchtext-91bc"


async def test_the_canary_stays_inside_the_seal(client: httpx.AsyncClient, identity: Identity, tmp_path: Path) -> None:
    with Relay(tenant_rate=10_000, tenant_burst=10_000) as relay:
        seen = bytearray()
        async with uplinked(relay, tmp_path, identity, persons=[person(1, f"{CANARY} {SEARCH}")]):
            end = End(client, relay.url, TID, relay.registrar.public_key())
            await end.fetch_keys()
            ticket, token = relay.ticket(TID), identity.token()
            _, body = await end.ask("search", {"text": SEARCH}, ticket, token=token)
            assert CANARY in str(body), "the asker does see it"
            for _ in range(100):
                request, _ = end.sealed("search", {"text": SEARCH}, token=token)
                message = bytearray(request.encode())
                at = secrets.randbelow(len(message))
                message[at] ^= 1 + secrets.randbelow(255)
                answer = await end.post(bytes(message[: at + 1] if at % 3 else message), ticket)
                seen += answer.content
            assert holds(relay.pid, ticket), "what the relay may know is found, so what is not found is not there"
            for secret in (CANARY, SEARCH, OID, token):
                assert not holds(relay.pid, secret)
            await client.post(
                f"{relay.url}/v1/register", json={"id_token": CANARY, "ik": {}, "epoch": 1, CANARY: CANARY}
            )
            refused = await client.post(f"{relay.url}/v1/register", content=f'{{"id_token": "{CANARY}"')
            seen += refused.content
            seen += (await client.get(f"{relay.url}/{CANARY}")).content
            seen += relay.metrics().encode()
        relay.stop()
        seen += relay.output().encode()
        assert b"Traceback" not in seen
        for secret in (CANARY, SEARCH, OID, token, ticket, request.rid.hex(), str(TID)):
            assert secret.encode() not in seen
