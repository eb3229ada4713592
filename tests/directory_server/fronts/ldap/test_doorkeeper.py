import logging

import pytest

from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.limits import Limits

LIMITS = Limits(
    connections=3,
    connections_per_address=2,
    bind_delay_seconds=1.0,
    bind_delay_most_seconds=5.0,
    bind_failures_per_address=6,
    bind_ban_seconds=300.0,
)


def test_connections_are_counted_by_address_and_in_all() -> None:
    keeper = Doorkeeper(LIMITS)
    assert [keeper.admit("a") for _ in range(3)] == [True, True, False]
    keeper.leave("a")
    assert keeper.admit("b")
    assert not keeper.admit("b")
    for address in "aabb":
        keeper.leave(address)
    assert keeper.admit("b")


def test_delays_double_by_address_until_ten_minutes_have_passed() -> None:
    keeper = Doorkeeper(LIMITS)
    assert [keeper.failed("a", f"n{at}", 0.0) for at in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert keeper.failed("b", "m", 0.0) == 1.0
    assert keeper.failed("a", "x", 600.0) == 5.0
    assert keeper.failed("a", "y", 1201.0) == 1.0


def test_delays_double_by_account_whatever_the_address() -> None:
    keeper = Doorkeeper(LIMITS)
    assert [keeper.failed(str(at), "sbc", 0.0) for at in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert keeper.failed("5", "other", 0.0) == 1.0


def test_a_success_takes_back_what_its_own_tries_cost_and_nothing_else() -> None:
    keeper = Doorkeeper(LIMITS)
    for account in ("sbc", "sbc", "guessed"):
        keeper.failed("a", account, 0.0)
    keeper.failed("elsewhere", "sbc", 0.0)
    keeper.succeeded("a", "sbc")
    assert keeper.failed("a", "new", 1.0) == 2.0, "the guess counts on"
    assert keeper.failed("b", "sbc", 1.0) == 2.0, "so does the try from elsewhere"
    fresh = Doorkeeper(LIMITS)
    fresh.failed("a", "sbc", 0.0)
    fresh.succeeded("a", "sbc")
    assert fresh.failed("a", "sbc", 1.0) == 1.0


def test_an_address_is_banned_for_a_while_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    keeper = Doorkeeper(LIMITS)
    for at in range(5):
        keeper.failed("a", f"n{at}", 0.0)
    assert not keeper.bans("a", "sbc", 0.0)
    keeper.failed("a", "n5", 10.0)
    assert keeper.bans("a", "sbc", 10.0)
    assert keeper.bans("a", "sbc", 309.9)
    assert not keeper.bans("b", "sbc", 10.0)
    assert not keeper.bans("a", "sbc", 310.0)
    assert keeper.failed("a", "sbc", 310.0) == 1.0, "it begins anew"
    (record,) = caplog.records
    assert (vars(record)["address"], vars(record)["count"]) == ("a", 6)


def test_who_has_bound_from_a_banned_address_may_again_and_only_that_account() -> None:
    keeper = Doorkeeper(LIMITS)
    keeper.succeeded("a", "sbc")
    for _ in range(9):
        keeper.failed("a", "phone", 0.0)
    assert not keeper.bans("a", "sbc", 1.0)
    assert keeper.bans("a", "phone", 1.0)
    keeper.succeeded("a", "sbc")
    assert keeper.bans("a", "phone", 1.0), "one good account buys no tries for another"


def test_an_account_is_never_banned() -> None:
    keeper = Doorkeeper(LIMITS)
    for at in range(1000):
        keeper.failed(f"bot{at}", "sbc", 0.0)
    assert not keeper.bans("office", "sbc", 0.0)


def test_what_is_kept_is_bounded() -> None:
    keeper = Doorkeeper(LIMITS)
    for at in range(10_050):
        for _ in range(2):
            keeper.failed(f"a{at}", f"n{at}", 0.0)
        keeper.succeeded(f"b{at}", f"n{at}")
    for kept in (keeper._of_address._counts, keeper._of_account._counts, keeper._of_pair._counts, keeper._welcome):
        assert len(kept) <= 10_000
    assert keeper.failed("a0", "n0", 0.0) == 1.0
    assert keeper.failed("a10049", "n0", 0.0) == 4.0


def test_banned_addresses_are_counted_while_they_are() -> None:
    keeper = Doorkeeper(LIMITS)
    for at in range(6):
        keeper.failed("a", f"n{at}", 0.0)
        keeper.failed("b", f"n{at}", 10.0)
    keeper.failed("c", "x", 0.0)
    assert [keeper.banned(now) for now in (10.0, 299.0, 300.0, 310.0)] == [2, 2, 1, 0]
