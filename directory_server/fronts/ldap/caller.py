# cython: language_level=3, wraparound=False, annotation_typing=False
"""Callers: look-ups that differ from one before in nothing but the number, answered by what was worked out then.

Session border controllers and phones send the same bytes over and over but for message id and number. A shape is the
bytes between; a request has it if putting its own number between them gives exactly its bytes, so that this is proven
and not guessed.
"""

from collections.abc import Sequence
from typing import Final

from directory_server.directory.listing import Listing, Number
from directory_server.fronts.ldap import ber, dn, phone, schema
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.answer import Writer
from directory_server.fronts.ldap.asked import plain
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.entry import Person
from directory_server.fronts.ldap.kept import MOST_BYTES, Kept
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.match import Matcher, Predicate
from directory_server.fronts.ldap.message import Scope, SearchRequest
from directory_server.fronts.ldap.plan import plan
from directory_server.fronts.ldap.profile import Profile
from directory_server.fronts.ldap.response import Code, Tag, outcome
from directory_server.fronts.ldap.schema import Attribute, Kind
from directory_server.fronts.ldap.straight import COMPILED

_LONGEST: Final = 512
"""Bytes of a request that may have a shape."""
_MOST: Final = 1024
"""Shapes of one client."""
_MOST_KEEPING: Final = 16
"""Shapes of one client that remember entries."""
_TEXT: Final = ber.OCTET_STRING
_SHORT_FORM: Final = 0x80
_DONE: Final = outcome(Tag.SEARCH_DONE)


class _Slot:
    """Stands in the compiled filter for the number that is asked now."""

    asked: phone.Whole

    def hits(self, number: Number, listing: Listing) -> bool:
        return self.asked.hits(number, listing)

    def echo(self, number: Number) -> str:
        return self.asked.echo(number)


class _SlotMatcher(Matcher):
    """Compiles a filter whose telephone assertions are all the one in the slot."""

    def __init__(self, book: Book, slot: _Slot) -> None:
        super().__init__(book.location, phone.nobody)
        self._slot = slot

    def _phone(self, attribute: Attribute, node: f.Filter) -> Predicate:  # noqa: ARG002 - there is no other one
        return self.of(attribute, self._slot)


class Shape:
    """The bytes around the number of a look-up, and how such a look-up is answered in one client's tree."""

    def __init__(self, parts: Sequence[bytes], request: SearchRequest, place: "Callers") -> None:
        self._parts, self._start = parts, len(parts[0])
        self._book = book = place.book
        self._base, self._suffix = place.base, place.suffix
        self._most = min(request.size_limit or place.limits.entries, place.limits.entries)
        self._slot = _Slot()
        matcher = _SlotMatcher(book, self._slot)
        self._predicate = matcher.predicate(request.filter)
        self._writer = Writer(request.attributes, matcher.assertions, place.profile, types_only=request.types_only)
        self._take, self._state_of = book.glances.take, book.state
        self._straight = plan(request, book, place.suffix, place.profile) if COMPILED else None
        self.kept: Kept | None = None

    def number(self, body: bytes) -> bytes | None:
        """Return the number of a request that has this shape and this length; None if it has not."""
        start, text = self._start, body
        if text[start] != _TEXT:
            return None
        end = start + 2 + text[start + 1]
        if end > len(body):
            return None
        number = text[start:end]
        return text[start + 2 : end] if number.join(self._parts) == body else None

    @property
    def is_straight(self) -> bool:
        """Whether there is such a way at all."""
        return self._straight is not None

    def straight(self, number: bytes) -> list[bytes] | None:
        """Return the response operations, written from a glance; None if that is not the way."""
        straight, kept = self._straight, self.kept
        packed = plain(number, len(number)) if straight is not None else 0
        if straight is None or not packed:
            return None
        state = self._state_of()
        entry = kept.get(packed, state) if kept is not None else None
        if entry is None:
            entry = straight.answer(number, packed, self._take)
            if entry is None:
                return None
            if kept is not None and self._state_of() == state:
                kept.put(packed, state, entry)
        return [entry, _DONE] if entry else [_DONE]

    def answer(self, number: bytes) -> list[bytes] | None:
        """Return the response operations; None if the text is no number."""
        asked = phone.whole(ber.text(number, 0, len(number)), self._book.location, self._book.lookup)
        if asked is None:
            return None
        self._slot.asked = asked
        operations: list[bytes] = []
        code = Code.SUCCESS
        for listing in asked.found.listings:
            person = Person(listing, self._suffix, self._base)
            if self._predicate(person):
                if len(operations) == self._most:
                    code = Code.SIZE_LIMIT_EXCEEDED
                    break
                operations.append(self._writer.operation(person))
        operations.append(_DONE if code is Code.SUCCESS else outcome(Tag.SEARCH_DONE, code))
        return operations


class Callers:
    """The shapes of one client's look-ups. For one thread."""

    def __init__(self, book: Book, base: dn.Dn, suffix: str, limits: Limits, profile: Profile) -> None:
        self.book = book
        self.base, self.suffix, self.limits, self.profile = base, suffix, limits, profile
        self._shapes: dict[int, list[Shape]] = {}
        self._count = 0
        self._keeping: list[Kept] = []
        self._most = MOST_BYTES

    def limit(self, most: int) -> None:
        """Remember no more than so many bytes of entries from now on."""
        self._most = most
        for kept in self._keeping:
            kept.limit(most // len(self._keeping))

    def learn(self, body: bytes, request: SearchRequest) -> None:
        """Remember the shape of a request without controls that was just answered, if it is a look-up."""
        if any(shape.number(body) is not None for shape in self._shapes.get(len(body), ())):
            return  # a known shape, whose number is none
        if len(body) > _LONGEST or request.scope is not Scope.SUB or not self._covers_all(request.base):
            return
        found = looked_up(request.filter)
        number = ber.encode_text(found[0]) if found else b""
        parts = body.split(number) if found else []
        if not found or len(number) >= _SHORT_FORM or len(parts) != found[1] + 1:
            return
        if self._count == _MOST:
            self._shapes.clear()
            self._keeping.clear()
            self._count = 0
        shape = Shape(parts, request, self)
        if shape.is_straight and len(self._keeping) < _MOST_KEEPING:
            shape.kept = Kept(self._most)
            self._keeping.append(shape.kept)
            self.limit(self._most)
        self._shapes.setdefault(len(body), []).append(shape)
        self._count += 1

    def _covers_all(self, base: str) -> bool:
        try:
            return dn.parse(base) in {(), self.base}
        except dn.DnSyntaxError:
            return False

    def straight(self, body: bytes) -> list[bytes] | None:
        """Return the response operations of a request that has a known shape, if they can be written straight."""
        for shape in self._shapes.get(len(body), ()):
            number = shape.number(body) if shape.is_straight else None
            if number is not None:
                return shape.straight(number)
        return None

    def answer(self, body: bytes) -> list[bytes] | None:
        """Return the response operations of a request that has a known shape; None if none has it."""
        for shape in self._shapes.get(len(body), ()):
            number = shape.number(body)
            if number is not None:
                return shape.answer(number)
        return None


def looked_up(node: f.Filter) -> tuple[str, int] | None:
    """Return the number that a filter looks up and how often it stands there; None for any other filter.

    A look-up asks whether number attributes equal one text, so that all it can match is found by that text: the
    equality stands alone, in an OR with others of its kind, or in an AND with whatever asks for no number.
    """
    if isinstance(node, f.Equality):
        attribute = schema.attribute(node.attribute)
        return (node.value, 1) if attribute is not None and attribute.kind is Kind.PHONE else None
    if isinstance(node, f.Or):
        found = [looked_up(part) for part in node.parts]
        texts = {one[0] if one else None for one in found}
        text = texts.pop() if len(texts) == 1 else None
        return None if text is None else (text, sum(one[1] for one in found if one))
    if isinstance(node, f.And):
        asking = [part for part in node.parts if not _is_apart(part)]
        return looked_up(asking[0]) if len(asking) == 1 else None
    return None


def _is_apart(node: f.Filter) -> bool:
    """Whether a filter asks for no number."""
    if isinstance(node, f.And | f.Or):
        return all(map(_is_apart, node.parts))
    if isinstance(node, f.Not):
        return _is_apart(node.part)
    if isinstance(node, f.Equality | f.Substrings):
        attribute = schema.attribute(node.attribute)
        return attribute is None or attribute.kind is not Kind.PHONE
    return isinstance(node, f.Present)
