from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.limits import Limits

LIMITS = Limits(connections=3, connections_per_address=2, bind_delay_seconds=1.0, bind_delay_most_seconds=5.0)


def test_connections_are_counted_by_address_and_in_all() -> None:
    keeper = Doorkeeper(LIMITS)
    assert [keeper.admit("a") for _ in range(3)] == [True, True, False]
    keeper.leave("a")
    assert keeper.admit("b")
    assert not keeper.admit("b")
    for address in "aabb":
        keeper.leave(address)
    assert keeper.admit("b")


def test_delays_double_by_address_until_a_success_or_ten_minutes() -> None:
    keeper = Doorkeeper(LIMITS)
    assert [keeper.failed("a", 0.0) for _ in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert keeper.failures("a") == 5
    assert keeper.failed("b", 0.0) == 1.0
    keeper.succeeded("a")
    assert keeper.failures("a") == 0
    assert keeper.failed("a", 1.0) == 1.0
    assert keeper.failed("a", 602.0) == 1.0


def test_memory_of_failures_is_bounded() -> None:
    keeper = Doorkeeper(LIMITS)
    for at in range(10_050):
        keeper.failed(str(at), 0.0)
    assert keeper.failures("0") == 0
    assert keeper.failures("10049") == 1
