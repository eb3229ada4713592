"""Searches and compares over one client's view (RFC 4511 §4.5, §4.10).

The candidates of a filter come from the view's indexes where the filter allows it, else from a scan; what is returned
is decided by evaluating the whole filter on what the view shows, so a filter over a hidden field matches nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeAlias, TypeVar

from directory_server.directory.listing import Listing
from directory_server.fronts.ldap import dn, phone, response, tree
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.answer import Writer
from directory_server.fronts.ldap.answers import Answers
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.caller import Callers
from directory_server.fronts.ldap.candidates import Candidates
from directory_server.fronts.ldap.control import NONE, Controls
from directory_server.fronts.ldap.entry import SUBSCHEMA, Entry, Node, Person
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.match import Matcher
from directory_server.fronts.ldap.message import CompareRequest, Scope, SearchRequest
from directory_server.fronts.ldap.order import Fetch
from directory_server.fronts.ldap.place import CONTACT, SOURCE, SUFFIX, Place, resolve
from directory_server.fronts.ldap.profile import Profile, profile_of
from directory_server.fronts.ldap.response import Code, Tag, messages, outcome, result
from directory_server.fronts.ldap.results import Found, Results
from directory_server.fronts.ldap.schema import attribute as known_attribute
from directory_server.store.rows import Location

Clock: TypeAlias = Callable[[], float]
One = TypeVar("One")

_LOOK_AT_CLOCK_EVERY = 64
_SUBSCHEMA_NAME = dn.parse(SUBSCHEMA)


@dataclass(slots=True)
class Running:
    """A search under way; set `abandoned` to stop it. `stopped` tells that it did not see every candidate."""

    deadline: float
    abandoned: bool = False
    stopped: bool = False


@dataclass(slots=True)
class Search:
    """A search ready to run; `quick` if it may run where nothing must wait.

    `answer` gives the response operations, the last one says how it ended.
    """

    quick: bool
    answer: Callable[[Running, Clock], list[bytes]]

    def run(self, message_id: int, running: Running, clock: Clock) -> bytes:
        """Return the whole answer in its envelopes."""
        return messages(message_id, self.answer(running, clock))


class _Asked(dict[str, phone.Found]):
    """The lookups of one request: an OR over several attributes asks for one number."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self._book = book

    def __missing__(self, text: str) -> phone.Found:
        self[text] = found = self._book.lookup(text)
        return found


@dataclass(frozen=True, slots=True)
class Tree:
    """The directory as one client sees it under its suffix. `book` is None for a session of no client.

    `limits` are the server's, or less where the client has less.
    """

    suffix: str
    book: Book | None
    limits: Limits
    can_start_tls: bool
    secure: bool = False
    base: dn.Dn = field(init=False)
    answers: Answers | None = field(init=False, compare=False)
    callers: Callers | None = field(init=False, compare=False)
    profile: Profile = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", dn.parse(self.suffix))
        object.__setattr__(self, "answers", Answers(self.book) if self.book else None)
        object.__setattr__(self, "profile", profile_of(self.book.client if self.book else None))
        object.__setattr__(self, "limits", self.profile.limited(self.limits))
        callers = Callers(self.book, self.base, self.suffix, self.limits, self.profile) if self.book else None
        object.__setattr__(self, "callers", callers)

    def search(self, request: SearchRequest, controls: Controls = NONE, *, waiting: bool) -> Search:  # noqa: PLR0911 - one return for each refusal
        """Return the search; wrong requests give a search whose answer is the error.

        Without `waiting` only what takes microseconds is done: run the search if it is `quick`, else make it again
        with `waiting`, where that blocks nobody.
        """
        try:
            name = dn.parse(request.base)
        except dn.DnSyntaxError as error:
            return _refuse(Code.INVALID_DN_SYNTAX, str(error))
        if not name and request.scope is Scope.BASE:
            return self._fixed(request, controls, self._root())
        if name == _SUBSCHEMA_NAME:
            return self._fixed(request, controls, tree.subschema())
        if self.book is None:
            return _refuse(Code.INSUFFICIENT_ACCESS_RIGHTS, "bind first: only the rootDSE is open to everyone")
        if not name:  # one level above the suffix, so that it covers everything
            return self._below(request, controls, Place(SUFFIX), SUFFIX - 1, self.book, waiting=waiting)
        if not dn.below(name, self.base):
            return _refuse(Code.NO_SUCH_OBJECT)
        place, exists = resolve(name, self.base, self.book)
        if not exists:
            return _refuse(Code.NO_SUCH_OBJECT, matched=self._entry_at(place).dn)
        return self._below(request, controls, place, place.level, self.book, waiting=waiting)

    def compare(self, message_id: int, request: CompareRequest) -> bytes:
        """Return the answer of a compare."""
        code, matched = self._compare(request)
        return result(message_id, Tag.COMPARE, code, matched=matched)

    def _compare(self, request: CompareRequest) -> tuple[Code, str]:  # noqa: PLR0911 - one return for each refusal
        try:
            name = dn.parse(request.dn)
        except dn.DnSyntaxError:
            return Code.INVALID_DN_SYNTAX, ""
        entry: Entry | None
        if not name:
            entry = self._root()
        elif name == _SUBSCHEMA_NAME:
            entry = tree.subschema()
        elif self.book is None:
            return Code.INSUFFICIENT_ACCESS_RIGHTS, ""
        else:
            if not dn.below(name, self.base):
                return Code.NO_SUCH_OBJECT, ""
            place, exists = resolve(name, self.base, self.book)
            entry = self._entry_at(place)
            if not exists:
                return Code.NO_SUCH_OBJECT, entry.dn
        if known_attribute(request.attribute) is None:
            return Code.UNDEFINED_ATTRIBUTE_TYPE, ""
        location, lookup = self._reading()
        if not Matcher(location, lookup).predicate(f.Present(request.attribute))(entry):
            return Code.NO_SUCH_ATTRIBUTE, ""
        equal = Matcher(location, lookup).predicate(f.Equality(request.attribute, request.value))(entry)
        return (Code.COMPARE_TRUE if equal else Code.COMPARE_FALSE), ""

    def _reading(self) -> tuple[Location, Callable[[str], phone.Found]]:
        return (self.book.location, self.book.lookup) if self.book else (Location(), phone.nobody)

    def _root(self) -> Node:
        return tree.root_dse(self.suffix, can_start_tls=self.can_start_tls, secure=self.secure)

    def _entry_at(self, place: Place) -> Entry:
        if place.listing is not None:
            return Person(place.listing, self.suffix, self.base)
        if place.source:
            return tree.source_node(place.source, self.suffix)
        return tree.suffix_node(self.suffix, self.base)

    def _fixed(self, request: SearchRequest, controls: Controls, node: Node) -> Search:
        matcher = Matcher(*self._reading())
        predicate = matcher.predicate(request.filter)
        writer = Writer(request.attributes, [], self.profile, types_only=request.types_only)
        if controls:
            return self._controlled(request, controls, Found([node], lambda _after: iter(()), predicate), writer)

        def answer(_running: Running, _clock: Clock) -> list[bytes]:
            return [*([writer.operation(node)] if predicate(node) else []), outcome(Tag.SEARCH_DONE)]

        return Search(quick=True, answer=answer)

    def _below(
        self, request: SearchRequest, controls: Controls, place: Place, level: int, book: Book, *, waiting: bool
    ) -> Search:
        lookup = _Asked(book)
        matcher = Matcher(book.location, lookup.__getitem__)
        predicate = matcher.predicate(request.filter)
        writer = Writer(request.attributes, matcher.assertions, self.profile, types_only=request.types_only)
        levels = _levels(request.scope, level)
        people: list[Listing] | None = []
        if CONTACT in levels:
            indexed = Candidates(book, lookup.__getitem__, words=waiting)
            people = indexed.of(request.filter) if place.listing is None else [place.listing]
        # A filter that numbers alone give candidates for cannot match a node.
        nodes = self._nodes(place, levels, book) if waiting or CONTACT not in levels else []

        def persons(listings: Iterable[Listing]) -> Iterator[Entry]:
            for listing in listings:
                if not place.source or listing.source == place.source:
                    yield Person(listing, self.suffix, self.base)

        # A scan meets only contacts, not what stands for several of them.
        standing = [listing for found in lookup.values() if found.withheld for listing in found.listings]
        above = [*nodes, *persons(standing)] if people is None else nodes
        if controls:
            contacts, fetch = self._by_id(people, persons, book)
            return self._controlled(request, controls, Found(above, contacts, predicate, fetch), writer)
        entries = chain(above, persons(book.all() if people is None else people))
        most = min(request.size_limit or self.limits.entries, self.limits.entries)

        def answer(running: Running, clock: Clock) -> list[bytes]:
            found = filter(predicate, _while_wanted(entries, running, clock))
            operations = [writer.operation(entry) for entry in islice(found, most)]
            code = Code.SIZE_LIMIT_EXCEEDED if next(found, None) is not None else Code.SUCCESS
            if running.stopped:
                code = Code.TIME_LIMIT_EXCEEDED
            operations.append(outcome(Tag.SEARCH_DONE, code))
            return operations

        return Search(quick=people is not None, answer=answer)

    def _by_id(
        self, people: list[Listing] | None, persons: Callable[[Iterable[Listing]], Iterator[Entry]], book: Book
    ) -> tuple[Callable[[int], Iterator[Entry]], Fetch | None]:
        """Return what gives the contacts behind an id in order, and one again by its id where that is the same."""
        if people is not None:
            ordered = sorted(people, key=lambda listing: listing.id)
            return lambda after: persons(listing for listing in ordered if listing.id > after), None

        def fetch(contact_id: int) -> Entry | None:
            listing = book.contact(contact_id)
            return Person(listing, self.suffix, self.base) if listing else None

        return lambda after: persons(book.all(after)), fetch

    def _controlled(self, request: SearchRequest, controls: Controls, found: Found, writer: Writer) -> Search:
        def answer(running: Running, clock: Clock) -> list[bytes]:
            sent = Results(
                request,
                controls,
                self.limits,
                found,
                lambda entries: _while_wanted(entries, running, clock),
                lambda: running.stopped,
            ).sent()
            done = outcome(Tag.SEARCH_DONE, sent.code, sent.text) + response.controls(sent.controls)
            return [*map(writer.operation, sent.entries), done]

        return Search(quick=False, answer=answer)

    def _nodes(self, place: Place, levels: range, book: Book) -> list[Entry]:
        nodes: list[Entry] = []
        if SUFFIX in levels:
            nodes.append(tree.suffix_node(self.suffix, self.base))
        if SOURCE in levels:
            sources = [place.source] if place.source else book.source_names()
            nodes += [tree.source_node(source, self.suffix) for source in sources]
        return nodes


def _while_wanted(entries: Iterator[One], running: Running, clock: Clock) -> Iterator[One]:
    for count, entry in enumerate(entries, 1):
        if count % _LOOK_AT_CLOCK_EVERY == 0 and (running.abandoned or clock() > running.deadline):
            running.stopped = True
            return
        yield entry


def _levels(scope: Scope, level: int) -> range:
    """Return the levels of the tree that a scope reaches from a base at `level`."""
    if scope is Scope.SUB:
        return range(level, CONTACT + 1)
    start = level + (scope is Scope.ONE)
    return range(start, start + 1)


def _refuse(code: Code, text: str = "", matched: str = "") -> Search:
    def answer(_running: Running, _clock: Clock) -> list[bytes]:
        return [outcome(Tag.SEARCH_DONE, code, text, matched=matched)]

    return Search(quick=True, answer=answer)
