"""Proving who we are, to proxies that send anything."""

import asyncio
import os
from pathlib import Path
from unittest.mock import patch

import pytest
import spnego
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.fronts.uplink.proxy import Login, Proxy, ProxyFault, ProxyNotUnderstood
from directory_server.fronts.uplink.proxy_login import strongest

LOGIN = Login("CORP\\anna", "hunter2")
PROXY = Proxy("proxy.test", 3128, LOGIN)


@pytest.fixture(scope="module", params=["NTLM", "Negotiate"])
def challenge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """Return a scheme and the challenge of a real acceptor of it."""
    users: Path = tmp_path_factory.mktemp("users") / "users"
    users.write_text("CORP:anna:hunter2")
    handshake = strongest(PROXY, LOGIN, [request.param])
    with patch.dict(os.environ, {"NTLM_USER_FILE": str(users)}):
        answer = spnego.server(protocol=request.param.lower()).step(asyncio.run(handshake.next(b"")))
    assert answer
    return request.param, answer


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_token_changed_on_the_way_is_answered_or_a_fault_of_the_proxy(challenge, data: st.DataObject) -> None:
    scheme, token = challenge
    changed = bytearray(token[: data.draw(st.integers(1, len(token)))])
    for place, value in data.draw(
        st.dictionaries(st.integers(0, len(changed) - 1), st.integers(0, 255), max_size=4)
    ).items():
        changed[place] = value

    async def run() -> None:
        handshake = strongest(PROXY, LOGIN, [scheme])
        await handshake.next(b"")
        await handshake.next(bytes(changed))

    told = ""
    try:
        asyncio.run(run())
    except ProxyFault as fault:
        told = f"{fault} {fault!r}"
    assert "hunter2" not in told
    assert "anna" not in told


@pytest.mark.parametrize(
    ("challenges", "scheme"),
    [
        (["Basic realm=x", "NTLM", "Negotiate"], "Negotiate"),
        (["basic", "ntlm"], "NTLM"),
        (["Digest realm=x", "BASIC realm=x"], "Basic"),
    ],
)
def test_the_strongest_scheme_is_taken(challenges: list[str], scheme: str) -> None:
    assert strongest(PROXY, LOGIN, challenges).scheme == scheme


@pytest.mark.parametrize("challenges", [[], ["Digest realm=x"], [""]])
def test_other_schemes_are_not_understood(challenges: list[str]) -> None:
    with pytest.raises(ProxyNotUnderstood, match="none of Negotiate, NTLM and Basic"):
        strongest(PROXY, LOGIN, challenges)
