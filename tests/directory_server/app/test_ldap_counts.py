"""What the processes count, each for itself, is one sum."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from directory_server.app.ldap_counts import Held, LdapCounts, shared
from directory_server.observe.status import LdapActivity
from directory_server.store.rows import Client, Location

CLIENT = Client(1, "sbc", "", frozenset(), frozenset(), "", Location())


def verify(name: str, password: str, address: str) -> Client | None:
    del name, address
    return CLIENT if password == "right" else None


def test_passwords_are_counted_by_how_they_were() -> None:
    counts = LdapCounts()
    slow, quick = counts.checked(verify), counts.checked_again(verify)
    assert slow("sbc", "right", "127.0.0.1") is quick("sbc", "right", "127.0.0.1") is CLIENT
    assert slow("sbc", "wrong", "127.0.0.1") is quick("sbc", "wrong", "127.0.0.1") is None
    counts.look(SimpleNamespace(connections=7, banned=1, requests=50, faults=3))
    assert counts.activity == LdapActivity(connections=7, banned=1, requests=50, faults=3, right=2, wrong=1)


def test_the_sum_is_that_of_each() -> None:
    assert LdapActivity(1, 2, 3, 4, 5, 6).plus(LdapActivity(10, 20, 30, 40, 50, 60)) == LdapActivity(
        11, 22, 33, 44, 55, 66
    )


def test_threads_lose_no_count() -> None:
    counts = LdapCounts(shared())
    check = counts.checked(verify)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(lambda: [check("sbc", "wrong", "") for _ in range(2000)])
    assert counts.activity.wrong == 8000


def count(held: Held) -> None:
    counts = LdapCounts(held)
    counts.look(SimpleNamespace(connections=3, banned=0, requests=9, faults=0))
    counts.checked(verify)("sbc", "right", "")


def test_a_parent_reads_what_its_child_counts() -> None:
    held = shared()
    child = multiprocessing.get_context("spawn").Process(target=count, args=(held,))
    child.start()
    child.join(30)
    assert LdapCounts(held).activity == LdapActivity(connections=3, requests=9, right=1)
