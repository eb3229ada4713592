"""What the uplink keeps in memory: sealing keys, groups, the provider's keys."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import anyio
import jwt
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.uplink import groups as group_module
from directory_server.fronts.uplink.groups import KEPT_S, RememberedGroups
from directory_server.fronts.uplink.jwks import Jwks
from directory_server.fronts.uplink.keys import KEEP_OLD_S, ROTATE_S, SealingKeys
from directory_server.protocol import kem, keys
from directory_server.protocol.identity import TokenRefused
from directory_server.protocol.jwks import COOLDOWN, FRESH, RETRY, KeysUnavailable
from directory_server.protocol.kem import P256, XWING, kem_of
from relay_cloud.wire import credential, es256
from relay_cloud.wire.published import MAX_KIDS, kids

TID, OTHER = UUID(int=1), UUID(int=2)
REGISTRAR, IDENTITY = (ec.derive_private_key(number, ec.SECP256R1()) for number in (61, 62))


def document(sealing: SealingKeys, now: int) -> keys.KeyConfiguration:
    text = credential.issue(REGISTRAR, tid=TID, thumbprint=es256.thumbprint(IDENTITY.public_key()), epoch=1, now=now)
    published = sealing.document(tid=TID, identity=IDENTITY, credential=text, allow_service_end=False)
    return keys.trust(published, tid=TID, registrar=REGISTRAR.public_key(), now=now)


def test_keys_rotate_and_old_ones_stay_two_hours() -> None:
    sealing = SealingKeys(1000)
    first = document(sealing, 1000)
    assert not sealing.rotate(1000 + ROTATE_S - 1)
    assert sealing.next_rotation() == 1000 + ROTATE_S
    later = 1000 + ROTATE_S
    assert sealing.rotate(later)
    second = document(sealing, later)
    assert second.sequence > first.sequence
    assert not second.allow_service_end
    old, new = first.keys[0].kid, second.keys[0].kid
    assert old != new
    assert sealing.find(old, later + KEEP_OLD_S - 1) is not None
    assert sealing.find(old, later + KEEP_OLD_S) is None
    assert sealing.find(new, later + KEEP_OLD_S) is not None
    assert sealing.find(bytes(8), later) is None
    sealing.rotate(later + KEEP_OLD_S)
    assert len(sealing._held) == 1, "the old key is destroyed"


def test_both_kinds_of_keys_are_offered_the_mandatory_one_first() -> None:
    sealing = SealingKeys(1000)
    found = document(sealing, 1000)
    assert [kem_of(entry.key) for entry in found.keys] == [P256, XWING]
    assert [kem_of(sealing.find(entry.kid, 1000)) for entry in found.keys] == [P256, XWING]
    assert found.best == found.keys[1]


def test_where_openssl_has_no_mlkem_p256_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: bytes) -> None:
        raise UnsupportedAlgorithm("ML-KEM")

    monkeypatch.setattr(kem, "MLKEM768PrivateKey", SimpleNamespace(from_seed_bytes=missing))
    assert [kem_of(entry.key) for entry in document(SealingKeys(1000), 1000).keys] == [P256]


@given(steps=st.lists(st.tuples(st.integers(-3 * ROTATE_S, 2 * ROTATE_S), st.booleans()), max_size=12))
def test_the_sequence_only_grows_and_no_relay_is_told_too_many_keys(steps: list[tuple[int, bool]]) -> None:
    """Whatever the clock does, and however often somebody rotates."""
    now, sealing = 10**9, SealingKeys(10**9, last=10**9 + 50)
    seen = [sealing.sequence]
    assert seen[0] > 10**9 + 50
    for step, forced in steps:
        now += step
        if sealing.rotate(now, forced=forced):
            seen.append(sealing.sequence)
        assert not forced or seen[-1] == sealing.sequence
        document = sealing.document(tid=TID, identity=IDENTITY, credential="", allow_service_end=True)
        assert 0 < len(kids(document)) <= MAX_KIDS
    assert seen == sorted(set(seen))


def test_a_key_replaced_early_opens_two_hours_more() -> None:
    sealing = SealingKeys(1000)
    old = sealing.current[0].kid
    assert sealing.rotate(2000, forced=True)
    assert sealing.find(old, 2000 + KEEP_OLD_S - 1) is not None
    assert sealing.find(old, 2000 + KEEP_OLD_S) is None
    assert sealing.next_rotation() == 2000 + ROTATE_S


def test_a_configuration_expires_before_its_key_is_gone() -> None:
    sealing = SealingKeys(1000)
    configuration = document(sealing, 1000)
    assert sealing.find(configuration.keys[0].kid, configuration.expires) is not None
    assert "private" not in repr(sealing._held).lower()


def test_groups_are_remembered_eight_hours_by_tenant_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = RememberedGroups()
    remembered.remember(TID, "u", frozenset({"g"}), 0)
    assert remembered.recall(TID, "u", KEPT_S - 1) == {"g"}
    assert remembered.recall(TID, "u", KEPT_S) == frozenset()
    assert remembered.recall(OTHER, "u", 1) == remembered.recall(TID, "v", 1) == frozenset()
    remembered.remember(TID, "u", frozenset(), 2)
    assert remembered.recall(TID, "u", 3) == frozenset(), "a user who lost a group has lost it"
    monkeypatch.setattr(group_module, "MAX_USERS", 2)
    for user in "abc":
        remembered.remember(TID, user, frozenset({"g"}), 4)
    assert remembered.recall(TID, "a", 5) == frozenset()


class Provider:
    """Counts how often its keys are fetched; unreachable while `down`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.fetched = 0
        self.down = False
        self.kids = ["k1"]
        self.jwk = jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True)

    async def fetch(self, url: str) -> Mapping[str, Any]:
        assert url == f"https://login.test/{TID}/discovery/v2.0/keys"
        self.fetched += 1
        await anyio.sleep(0.01)
        if self.down:
            raise KeysUnavailable("down")
        broken = [None, {}, {"kty": "RSA", "kid": "broken"}, {"kty": "EC", "kid": "ec"}]
        return {"keys": [*broken, *({**self.jwk, "kid": kid} for kid in self.kids)]}

    def jwks(self) -> Jwks:
        return Jwks("https://login.test", TID, self.fetch, lambda: self.now)


@pytest.mark.anyio
async def test_provider_keys_are_fetched_once_and_again_for_an_unknown_one() -> None:
    provider = Provider()
    jwks = provider.jwks()
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(jwks.key, "k1")
    assert provider.fetched == 1
    assert await jwks.key("k1") is not None
    with pytest.raises(TokenRefused):
        await jwks.key("k2")
    assert provider.fetched == 1, "asked just now"
    provider.kids.append("k2")
    provider.now = COOLDOWN
    assert await jwks.key("k2") is not None
    with pytest.raises(TokenRefused):
        await jwks.key("broken")
    assert provider.fetched == 2
    provider.now = COOLDOWN + FRESH
    assert await jwks.key("k1") is not None
    await anyio.sleep(0.05)
    assert provider.fetched == 3


@pytest.mark.anyio
async def test_an_unreachable_provider() -> None:
    provider = Provider()
    provider.down = True
    jwks = provider.jwks()
    answers = await asyncio.gather(*(jwks.key("k1") for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [KeysUnavailable] * 5
    assert provider.fetched == 1, "who waited does not wait for another time-out each"
    provider.down, provider.now = False, RETRY
    assert await jwks.key("k1") is not None
    provider.down, provider.now = True, RETRY + COOLDOWN
    assert await jwks.key("k1") is not None, "what is known still holds"
    with pytest.raises(KeysUnavailable):
        await jwks.key("k9")
