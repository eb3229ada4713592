import time

import pytest

from directory_server.store import password as passwords
from directory_server.store.password import (
    DUMMY,
    LANES,
    LONGEST,
    MEMORY_KIB,
    PASSES,
    VerifiedPasswords,
    hash_password,
    matches,
)


def test_a_hash_matches_its_password_only():
    phc = hash_password("pässword")
    assert phc.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
    assert matches("pässword", phc)
    assert not matches("passwort", phc)
    assert hash_password("pässword") != phc


def test_undecodable_bytes_of_a_command_line_are_a_password_too():
    assert matches("a\udce4", hash_password("a\udce4"))


@pytest.mark.parametrize("wrong", ["", "x" * (LONGEST + 1)])
def test_empty_and_overlong_passwords_are_refused(wrong):
    with pytest.raises(ValueError, match="password"):
        hash_password(wrong)
    assert not matches(wrong, hash_password("x"))


def test_the_dummy_costs_what_a_real_hash_costs_and_nothing_matches_it():
    assert DUMMY.split("$")[:4] == hash_password("x").split("$")[:4]
    assert len(DUMMY) == len(hash_password("x"))
    assert not matches("x", DUMMY)


def test_only_a_right_password_is_remembered(monkeypatch):
    phc, verified, paid = hash_password("right"), VerifiedPasswords(), []
    monkeypatch.setattr(passwords, "matches", lambda *given: paid.append(given) or matches(*given))
    assert [verified.verify("right", phc) for _ in range(3)] == [True, True, True]
    assert len(paid) == 1
    assert [verified.verify("wrong", phc) for _ in range(3)] == [False, False, False]
    assert [verified.verify("right", None) for _ in range(3)] == [False, False, False]
    assert len(paid) == 7
    assert all(given[1] in {phc, DUMMY} for given in paid)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(passwords, "REMEMBERED", 2)
    monkeypatch.setattr(passwords, "matches", lambda *_: True)
    verified = VerifiedPasswords()
    for number in range(5):
        verified.verify(str(number), "phc")
    assert len(verified._seen) == 2


def test_a_bind_per_look_up_stays_cheap():
    phc, verified = hash_password("right"), VerifiedPasswords()
    verified.verify("right", phc)
    start = time.process_time()
    for _ in range(1000):
        verified.verify("right", phc)
    assert time.process_time() - start < 0.2


def test_repr_tells_nothing():
    assert repr(VerifiedPasswords()) == "<VerifiedPasswords>"
