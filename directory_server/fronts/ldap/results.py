"""Results: which of a search's entries are sent where controls ask for pages, an order or a window of a list.

Nothing is kept between two pages: a cookie says how much was sent and from where to go on. Contacts come in order of
their ids, so that what changes meanwhile neither hides nor repeats another one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias
from zlib import crc32

from directory_server.fronts.ldap import control
from directory_server.fronts.ldap.control import Controls, ListView, Paged, SortKey
from directory_server.fronts.ldap.entry import Entry
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.match import Predicate
from directory_server.fronts.ldap.message import SearchRequest
from directory_server.fronts.ldap.order import Fetch, Order, fault
from directory_server.fronts.ldap.response import Code

_CONTACTS: Final = 1 << 32
"""Places of contacts begin here, before it those of the entries above them."""
_COOKIE: Final = re.compile(rb"([0-9a-f]{8})\.(\d{1,12})\.(\d{1,20})")


class Sent(NamedTuple):
    """What a search sends: entries, result code and its text, and response controls."""

    entries: Sequence[Entry] = ()
    code: Code = Code.SUCCESS
    text: str = ""
    controls: bytes = b""


Places: TypeAlias = Iterator[tuple[int, Entry]]
"""Entries, each with its place."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search looks at, in one order: `above`, then the contacts that `contacts` gives behind an id.

    `fetch` gives such a contact again by its id, None where that would not be the same entry.
    """

    above: Sequence[Entry]
    contacts: Callable[[int], Iterator[Entry]]
    predicate: Predicate
    fetch: Fetch | None = None

    def behind(self, place: int) -> Places:
        """Yield what is to be looked at behind a place."""
        if place < _CONTACTS:
            yield from ((at, entry) for at, entry in enumerate(self.above, 1) if at > place)
        for entry in self.contacts(max(place - _CONTACTS, 0)):
            yield _CONTACTS + (entry.listing.id if entry.listing else 0), entry


@dataclass(frozen=True, slots=True)
class Results:
    """One search with controls, ready to be answered.

    `while_wanted` ends what it is given when the search is to stop, and `stopped` says whether it did.
    """

    request: SearchRequest
    controls: Controls
    limits: Limits
    found: Found
    while_wanted: Callable[[Places], Places]
    stopped: Callable[[], bool]

    def sent(self) -> Sent:
        """Return what is sent."""
        paged, view = self.controls.paged, self.controls.list_view
        if view and paged:
            return Sent(code=Code.UNWILLING_TO_PERFORM, text="pages and a list view do not go together")
        if view and not self.controls.sort:
            code = Code.SORT_CONTROL_MISSING
            return Sent(code=code, text="a list view needs a sort control", controls=control.viewed(code))
        start = _start(paged, self._mark()) if paged else (0, 0)
        if start is None:
            return Sent(code=Code.UNWILLING_TO_PERFORM, text="this cookie belongs to no search like this one")
        if paged and not paged.size:  # what a client sends to end its pages (RFC 2696 §3)
            return Sent(controls=control.paged(0, b""))
        return self._in_order(start) if self.controls.sort else self._in_pages(start, paged or self._everything)

    def _in_order(self, start: tuple[int, int]) -> Sent:
        paged, view = self.controls.paged, self.controls.list_view
        order, code, attribute = self._order(self.controls.sort)
        head = control.sorted_by(code, attribute)
        if order is None:
            return self._not_in_order(start, code, head)
        if view:
            return self._window(order, view, head)
        if paged is None:
            most = self._most(self.limits.entries, 0)
            code = Code.SIZE_LIMIT_EXCEEDED if len(order) > most else Code.SUCCESS
            return Sent(order.entries(0, most), code, controls=head)
        sent_before, place = start
        stop = min(place + self._most(paged.size, sent_before), len(order))
        sent = self._page(
            order.entries(place, stop), sent_before + stop - place, stop, len(order), more=stop < len(order)
        )
        return sent._replace(controls=head + sent.controls)

    def _not_in_order(self, start: tuple[int, int], code: Code, head: bytes) -> Sent:
        if code is Code.TIME_LIMIT_EXCEEDED:
            return Sent(code=code, controls=head)
        if self.controls.list_view:
            return Sent(code=code, text="the list cannot be sorted", controls=head + control.viewed(code))
        if self.controls.must_sort:
            text = "the entries cannot be sorted like this"
            return Sent(code=Code.UNAVAILABLE_CRITICAL_EXTENSION, text=text, controls=head)
        sent = self._in_pages(start, self.controls.paged or self._everything)
        return sent._replace(controls=head + sent.controls)

    def _order(self, keys: Sequence[SortKey]) -> tuple[Order | None, Code, str]:
        """Return the order, or why there is none: a result code and the attribute that is at fault."""
        failed = fault(keys)
        if failed:
            return None, *failed
        count = 0

        def counted() -> Iterator[tuple[Entry, Entry | int]]:
            nonlocal count
            for place, entry in self._matching(0):
                count += 1
                if count > self.limits.sorted_entries:
                    return
                again = self.found.fetch is not None and place >= _CONTACTS
                yield entry, place - _CONTACTS if again else entry

        order = Order(keys, counted(), self.found.fetch)
        if self.stopped():
            return None, Code.TIME_LIMIT_EXCEEDED, ""
        if count > self.limits.sorted_entries:
            return None, Code.ADMIN_LIMIT_EXCEEDED, ""
        return order, Code.SUCCESS, ""

    def _matching(self, place: int) -> Places:
        predicate = self.found.predicate
        return ((at, entry) for at, entry in self.while_wanted(self.found.behind(place)) if predicate(entry))

    def _in_pages(self, start: tuple[int, int], paged: Paged) -> Sent:
        sent_before, place = start
        most = self._most(paged.size, sent_before)
        found: list[Entry] = []
        more = False
        for at, entry in self._matching(place):
            if len(found) == most:
                more = True
                break
            found.append(entry)
            place = at
        return self._page(found, sent_before + len(found), place, 0, more=more)

    def _page(self, found: list[Entry], sent: int, place: int, count: int, *, more: bool) -> Sent:
        """Return a page behind which `sent` entries in all are sent, and the next one goes on behind `place`."""
        code, cookie, paged = Code.SUCCESS, b"", self.controls.paged
        if self.stopped():
            code = Code.TIME_LIMIT_EXCEEDED
        elif more and (paged is None or sent == self.request.size_limit):
            code = Code.SIZE_LIMIT_EXCEEDED
        elif more:
            cookie = b"%s.%d.%d" % (self._mark(), sent, place)
        return Sent(found, code, controls=control.paged(count, cookie) if paged else b"")

    @property
    def _everything(self) -> Paged:
        """What stands for pages where none are asked for."""
        return Paged(self.limits.entries, b"")

    def _most(self, size: int, sent_before: int) -> int:
        """Return how many entries may be sent now: the size limit holds for all pages, the server's for each."""
        left = self.request.size_limit - sent_before if self.request.size_limit else self.limits.entries
        return max(0, min(size, self.limits.entries, left))

    def _window(self, order: Order, view: ListView, head: bytes) -> Sent:
        count = len(order)
        target = _target(order, view)
        if target is None:
            code = Code.OFFSET_RANGE_ERROR
            return Sent(code=Code.VIRTUAL_LIST_VIEW_ERROR, controls=head + control.viewed(code, 0, count))
        most = self._most(self.limits.entries, 0)
        start = max(target - 1 - min(view.before, most - 1), 0)
        stop = min(target + view.after, start + most)
        return Sent(order.entries(start, stop), controls=head + control.viewed(Code.SUCCESS, target, count))

    def _mark(self) -> bytes:
        """Return what tells cookies of other searches from this one's."""
        request = self.request
        asked = repr((request.base, request.scope, request.filter, self.controls.sort))
        return b"%08x" % crc32(asked.encode("utf-8", "surrogatepass"))


def _start(paged: Paged, mark: bytes) -> tuple[int, int] | None:
    """Return how many entries were sent before this page, and the place it goes on behind; None for a wrong cookie."""
    if not paged.cookie:
        return 0, 0
    found = _COOKIE.fullmatch(paged.cookie)
    return (int(found[2]), int(found[3])) if found and found[1] == mark else None


def _target(order: Order, view: ListView) -> int | None:
    """Return the place of the window's target, from 1 on; one more than there are entries if all stand before it."""
    count = len(order)
    if view.value is not None:
        return order.place(view.value) + 1
    if not view.offset:
        return None
    if not view.count:
        return min(view.offset, count)
    if view.offset >= view.count:
        return count
    # The client's idea of the length scales its offset; its first entry is always the first.
    return max(min(round(view.offset * count / view.count), count), 1) if view.offset > 1 else min(1, count)
