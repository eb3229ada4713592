"""Pages, orders and windows of lists, as one client after another would ask for them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Email, Phone, PhoneKind
from directory_server.fronts.ldap import control, filter_text
from directory_server.fronts.ldap.control import Controls, ListView, Paged, SortKey
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import Scope, SearchRequest
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.store.rows import Location
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import Book
from tests.fakes.ldap_controls import SORTED, VIEWED, answered

HERE = Location("DE")
BY_NAME = (SortKey("sn"),)
EVERYONE = "(objectClass=person)"
NAMES = ("Öztürk", "Adler", "zorn", "Ohm", "Meier", "Ärmel", "Meier", "Berg")
IN_ORDER = ["Adler", "Ärmel", "Berg", "Meier", "Meier", "Ohm", "Öztürk", "zorn"]


def book(*names: str) -> Book:
    people = [(Contact(given_name="A", family_name=name), HERE) for name in names]
    return Book({"staff": people}, HERE)


def ask(
    of: Book, controls: Controls, text: str = EVERYONE, size_limit: int = 0, limits: Limits | None = None, **more: Any
) -> tuple[str, list[str], dict[str, tuple[Any, ...]]]:
    """Return the result code, the surnames in the order they came, and the response controls."""
    scope, base = more.get("scope", Scope.SUB), more.get("base", "dc=contacts")
    request = SearchRequest(base, scope, size_limit, 0, False, filter_text.parse(text), more.get("attributes", ("sn",)))
    tree = Tree("dc=contacts", of, limits or Limits(), can_start_tls=False)
    running = more.get("running") or Running(10.0)
    answer = tree.search(request, controls, waiting=True).run(5, running, more.get("clock", lambda: 0.0))
    *entries, done = [oracle.decode(part) for part in oracle.split(answer)]
    found = [value.decode() for one in entries for held in one["protocolOp"][1]["attributes"] for value in held["vals"]]
    return done["protocolOp"][1]["resultCode"], found, answered(done)


def pages(of: Book, size: int, text: str = EVERYONE, **more: Any) -> list[list[str]]:
    """Return all pages, each of which must be full but the last."""
    sort = more.pop("sort", ())
    cookie, found = b"", []
    while True:
        code, part, told = ask(of, Controls(Paged(size, cookie), sort), text, **more)
        assert code == "success"
        found.append(part)
        assert len(found) < 100, "pages without an end"
        cookie = told[control.PAGED][1]
        if not cookie:
            return found


@given(st.lists(st.sampled_from(NAMES), max_size=12), st.integers(1, 13), st.booleans())
@settings(max_examples=60)
def test_pages_are_the_whole_answer_in_pieces(names: list[str], size: int, in_order: bool) -> None:
    of = book(*names)
    for text in (EVERYONE, "(sn=Meier)", "(objectClass=*)"):
        sort = BY_NAME if in_order else ()
        _code, whole, _told = ask(of, Controls(sort=sort) if sort else Controls(Paged(1000, b"")), text)
        found = pages(of, size, text, sort=sort)
        assert [one for page in found for one in page] == whole
        assert all(len(page) <= size for page in found)


def test_a_page_is_never_larger_than_the_servers_limit_and_their_number_is_not_limited() -> None:
    limits = Limits(entries=3)
    assert [len(page) for page in pages(book(*NAMES), 100, limits=limits)] == [3, 3, 2]
    assert [len(page) for page in pages(book(*NAMES), 100, limits=limits, sort=BY_NAME)] == [3, 3, 2]


@pytest.mark.parametrize("sort", [(), BY_NAME])
def test_a_size_limit_holds_for_all_pages_together(sort: tuple[SortKey, ...]) -> None:
    of = book(*NAMES)
    code, first, told = ask(of, Controls(Paged(3, b""), sort), size_limit=5)
    assert (code, len(first)) == ("success", 3)
    code, second, told = ask(of, Controls(Paged(3, told[control.PAGED][1]), sort), size_limit=5)
    assert (code, len(second), told[control.PAGED][1]) == ("sizeLimitExceeded", 2, b"")


def test_a_size_of_zero_ends_the_pages() -> None:
    of = book(*NAMES)
    _code, _found, told = ask(of, Controls(Paged(3, b"")))
    assert ask(of, Controls(Paged(0, told[control.PAGED][1]))) == ("success", [], {control.PAGED: (0, b"")})


def test_what_changes_between_two_pages_hides_and_repeats_nobody_else() -> None:
    class Changing(Book):
        gone = 0

        def all(self, after: int = 0) -> Any:
            return (one for one in super().all(after) if one.id != self.gone)

    of = Changing({"staff": [(Contact(family_name=name), HERE) for name in NAMES]}, HERE)
    _code, first, told = ask(of, Controls(Paged(3, b"")))
    of.gone = 2
    _code, rest, _told = ask(of, Controls(Paged(100, told[control.PAGED][1])))
    assert first + rest == list(NAMES)


@pytest.mark.parametrize("cookie", [b"x", b"00000000.1.1", b"\xff" * 30])
def test_a_cookie_of_another_search_is_refused(cookie: bytes) -> None:
    of = book(*NAMES)
    _code, _found, told = ask(of, Controls(Paged(3, b"")))
    other = told[control.PAGED][1]
    assert ask(of, Controls(Paged(3, cookie)))[0] == "unwillingToPerform"
    assert ask(of, Controls(Paged(3, other)), "(sn=*)")[0] == "unwillingToPerform"
    assert ask(of, Controls(Paged(3, other), BY_NAME))[0] == "unwillingToPerform"


def test_an_order_regards_umlauts_and_case_as_people_do() -> None:
    code, found, told = ask(book(*NAMES), Controls(sort=BY_NAME))
    assert (code, found, told) == ("success", IN_ORDER, {SORTED: (0,)})
    _code, found, _told = ask(book(*NAMES), Controls(sort=(SortKey("surname", reverse=True),)))
    assert found == IN_ORDER[::-1]


def test_an_order_has_several_keys_and_what_lacks_one_comes_last() -> None:
    people = [
        Contact(given_name="Bo", family_name="Meier"),
        Contact(family_name="Adler"),
        Contact(given_name="Al", family_name="Meier"),
        Contact(given_name="Al", family_name="Zorn"),
    ]
    of = Book({"staff": [(one, HERE) for one in people]}, HERE)
    assert ask(of, Controls(sort=(SortKey("givenName"), SortKey("sn"))))[1] == ["Meier", "Zorn", "Meier", "Adler"]
    backwards = (SortKey("givenName", reverse=True), SortKey("sn", reverse=True))
    assert ask(of, Controls(sort=backwards))[1] == ["Adler", "Meier", "Zorn", "Meier"]


def test_of_several_values_the_least_counts() -> None:
    mails = {"Zorn": ("b@example.com", "z@example.com"), "Adler": ("c@example.com",)}
    people = [
        (Contact(family_name=name, emails=tuple(Email(one) for one in held)), HERE) for name, held in mails.items()
    ]
    assert ask(Book({"staff": people}, HERE), Controls(sort=(SortKey("mail"),)))[1] == ["Zorn", "Adler"]


def test_what_is_no_contact_is_sorted_too() -> None:
    everything = Controls(sort=(SortKey("ou", reverse=True),))
    found = ask(book("Adler"), everything, "(!(description=x))", attributes=("ou", "sn", "dc"))[1]
    assert found == ["contacts", "Adler", "staff"]


def test_numbers_are_sorted_as_they_are_written() -> None:
    numbers = {"Zorn": "030 1234567", "Adler": "089 1234567", "Meier": "040 1234567"}
    people = [(Contact(family_name=name, phones=(Phone(PhoneKind.WORK, raw),)), HERE) for name, raw in numbers.items()]
    found = ask(Book({"staff": people}, HERE), Controls(sort=(SortKey("telephoneNumber"),)))[1]
    assert found == ["Zorn", "Meier", "Adler"]


def test_an_order_comes_before_the_size_limit() -> None:
    assert ask(book(*NAMES), Controls(sort=BY_NAME), size_limit=2)[:2] == ("sizeLimitExceeded", IN_ORDER[:2])


@pytest.mark.parametrize(
    ("key", "told"),
    [(SortKey("shoeSize"), (16, b"shoeSize")), (SortKey("anr"), (16, b"anr")), (SortKey("sn", "1.2.3"), (18, b"sn"))],
)
def test_what_cannot_be_sorted_comes_as_it_is_unless_the_order_is_critical(key: SortKey, told: tuple[Any, ...]) -> None:
    assert ask(book(*NAMES), Controls(sort=(key,))) == ("success", list(NAMES), {SORTED: told})
    code, found, controls = ask(book(*NAMES), Controls(sort=(key,), must_sort=True))
    assert (code, found, controls) == ("unavailableCriticalExtension", [], {SORTED: told})


@pytest.mark.parametrize("rule", ["caseIgnoreOrderingMatch", "2.5.13.3", "caseExactOrderingMatch", "2.5.13.2"])
def test_rules_that_clients_name_are_known(rule: str) -> None:
    assert ask(book(*NAMES), Controls(sort=(SortKey("sn", rule),), must_sort=True))[:2] == ("success", IN_ORDER)


def test_more_than_can_be_sorted_is_said() -> None:
    limits = Limits(sorted_entries=7)
    assert ask(book(*NAMES), Controls(sort=BY_NAME), limits=limits)[2] == {SORTED: (11,)}
    code, found, told = ask(book(*NAMES), Controls(sort=BY_NAME, list_view=ListView(0, 3, 1)), limits=limits)
    assert (code, found, told) == ("adminLimitExceeded", [], {SORTED: (11,), VIEWED: (0, 0, 11)})
    assert ask(book(*NAMES[:7]), Controls(sort=BY_NAME), limits=limits)[2] == {SORTED: (0,)}


def test_a_sort_ends_with_its_time() -> None:
    ticks = iter(range(10_000))
    of, running = book(*NAMES * 20), Running(0.5)
    code, found, _told = ask(of, Controls(sort=BY_NAME), running=running, clock=lambda: float(next(ticks)))
    assert (code, found) == ("timeLimitExceeded", [])


@pytest.mark.parametrize(
    ("view", "target", "found"),
    [
        (ListView(0, 2, 1), 1, IN_ORDER[:3]),
        (ListView(2, 2, 4), 4, IN_ORDER[1:6]),
        (ListView(9, 9, 4), 4, IN_ORDER),
        (ListView(1, 1, 8), 8, IN_ORDER[6:]),
        (ListView(1, 1, 99), 8, IN_ORDER[6:]),
        (ListView(0, 0, 4, 8), 4, IN_ORDER[3:4]),
        (ListView(0, 0, 8, 16), 4, IN_ORDER[3:4]),
        (ListView(0, 0, 1, 100), 1, IN_ORDER[:1]),
        (ListView(0, 0, 2, 100), 1, IN_ORDER[:1]),
        (ListView(0, 0, 100, 100), 8, IN_ORDER[7:]),
        (ListView(1, 2, value="m"), 4, IN_ORDER[2:6]),
        (ListView(0, 0, value="Öz"), 7, IN_ORDER[6:7]),
        (ListView(2, 5, value="zz"), 9, IN_ORDER[6:]),
        (ListView(0, 1, value=""), 1, IN_ORDER[:2]),
    ],
)
def test_a_window(view: ListView, target: int, found: list[str]) -> None:
    told = {SORTED: (0,), VIEWED: (target, 8, 0)}
    assert ask(book(*NAMES), Controls(sort=BY_NAME, list_view=view)) == ("success", found, told)


def test_a_window_of_a_reversed_list_begins_at_the_first_that_is_not_greater() -> None:
    backwards = (SortKey("sn", reverse=True),)
    _code, found, told = ask(book(*NAMES), Controls(sort=backwards, list_view=ListView(0, 2, value="n")))
    assert (found, told[VIEWED]) == (["Meier", "Meier", "Berg"], (4, 8, 0))
    exactly = Controls(sort=backwards, list_view=ListView(0, 0, value="Meier"))
    assert ask(book(*NAMES), exactly)[2][VIEWED] == (4, 8, 0)


def test_a_window_of_nothing_is_empty() -> None:
    for view in (ListView(3, 3, 1), ListView(3, 3, value="m"), ListView(0, 0, 5, 10)):
        code, found, told = ask(book(), Controls(sort=BY_NAME, list_view=view))
        assert (code, found, told[VIEWED][1:]) == ("success", [], (0, 0))


def test_a_window_is_no_larger_than_the_servers_limit_and_holds_its_target() -> None:
    limits = Limits(entries=3)
    for target in range(1, 9):
        view = ListView(100, 100, target)
        found = ask(book(*NAMES), Controls(sort=BY_NAME, list_view=view), limits=limits)[1]
        assert len(found) <= 3
        assert IN_ORDER[target - 1] in found


def test_wrong_windows_say_why() -> None:
    view = ListView(0, 0, 1)
    assert ask(book(*NAMES), Controls(list_view=view))[::2] == ("sortControlMissing", {VIEWED: (0, 0, 60)})
    assert ask(book(*NAMES), Controls(Paged(1, b""), BY_NAME, list_view=view))[0] == "unwillingToPerform"
    zero = Controls(sort=BY_NAME, list_view=ListView(0, 0, 0))
    told = {SORTED: (0,), VIEWED: (0, 8, 61)}
    assert ask(book(*NAMES), zero) == ("virtualListViewError", [], told)


def test_the_root_answers_with_controls_too() -> None:
    code, _found, told = ask(book(), Controls(Paged(5, b""), BY_NAME), "(objectClass=*)", scope=Scope.BASE, base="")
    assert (code, told) == ("success", {SORTED: (0,), control.PAGED: (1, b"")})
