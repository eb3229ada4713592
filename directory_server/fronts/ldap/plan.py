"""Plan: which look-ups can be answered straight from a glance, and of what their entries are made then."""

from typing import Final

from connectors.contact import Contact
from directory_server.directory.glance import KINDS, TEXTS
from directory_server.directory.listing import Listing
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import phone, schema, straight
from directory_server.fronts.ldap.answer import chosen
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.dn import escape
from directory_server.fronts.ldap.entry import CONSTANT, NUMBER_KINDS, Person
from directory_server.fronts.ldap.match import Matcher
from directory_server.fronts.ldap.message import SearchRequest
from directory_server.fronts.ldap.profile import Profile, meant
from directory_server.fronts.ldap.response import partial
from directory_server.fronts.ldap.schema import Attribute, Kind
from directory_server.fronts.ldap.straight import Part, Straight
from directory_server.store.rows import Location, NumberFormat

_MADE_OF: Final = {
    "uid": straight.UID,
    "displayName": straight.NAME,
    "name": straight.NAME,
    "cn": straight.CN,
    "sn": straight.SN,
    "mail": straight.MAIL,
    "givenName": TEXTS.index("given_name"),
    "o": TEXTS.index("company"),
    "ou": TEXTS.index("department"),
    "title": TEXTS.index("job_title"),
}
_ANYBODY: Final = Person(Listing(1, "", "", Contact(), (), None), "", ())
_PLAIN: Final = frozenset({NumberFormat.ECHO, NumberFormat.E164})
_AS_URI: Final = "msRTCSIP-Line"


def plan(request: SearchRequest, book: Book, suffix: str, profile: Profile) -> Straight | None:
    """Return what writes the entries of look-ups that differ from this one in their number; None if nothing does."""
    asked_of = _asked_of(request.filter)
    if asked_of is None or request.types_only:
        return None
    parts = [_part(name, attribute, asked_of, profile) for name, attribute in chosen(request.attributes)]
    written = [part for part in parts if part is not None]
    if len(written) < len(parts):
        return None
    kinds = _kinds(*asked_of)
    tails = {
        source: f",ou={escape(name)},{suffix}".encode("utf-8", "surrogateescape")
        for source, name in book.sources.items()
    }
    return Straight(written, kinds, tails, formats=profile.number_format not in _PLAIN)


def _asked_of(node: f.Filter) -> frozenset[str] | None:
    """Return the number attributes that a look-up asks; None if it asks for anything that a glance does not tell."""
    if isinstance(node, f.Equality):
        attribute = schema.attribute(node.attribute)
        known = attribute is not None and attribute.kind is Kind.PHONE and attribute.name != _AS_URI
        return frozenset({attribute.name}) if attribute is not None and known else None
    if isinstance(node, f.Or):
        several = [_asked_of(part) for part in node.parts]
        known_ones = [one for one in several if one is not None]
        return frozenset().union(*known_ones) if known_ones and len(known_ones) == len(several) else None
    if isinstance(node, f.And):
        asking = [part for part in node.parts if not _is_always_true(part)]
        return _asked_of(asking[0]) if len(asking) == 1 else None
    return None


def _is_always_true(node: f.Filter) -> bool:
    """Whether a filter is true of every contact."""
    if isinstance(node, f.And | f.Or):
        return bool(node.parts) and all(map(_is_always_true, node.parts))
    if not isinstance(node, f.Equality | f.Present):
        return False
    attribute = schema.attribute(node.attribute)
    if attribute is None or attribute.name not in CONSTANT:
        return False
    return Matcher(Location(), phone.nobody).predicate(node)(_ANYBODY) is True


def _kinds(*attributes: str) -> int:
    wanted = frozenset[object]().union(*(NUMBER_KINDS.get(name, frozenset()) for name in attributes))
    return sum(1 << at for at, kind in enumerate(KINDS) if kind in wanted)


def _part(name: bytes, attribute: Attribute, asked_of: frozenset[str], profile: Profile) -> Part | None:
    """Return where the values of an attribute come from, None if a glance does not have them."""
    if attribute.kind is Kind.PHONE:
        echoes = profile.echoes and not asked_of.isdisjoint({attribute.name, schema.ANY_NUMBER.name})
        if attribute.name == _AS_URI:
            return None
        return Part(name, straight.PHONE, kinds=_kinds(attribute.name), echoes=echoes)
    if attribute.name in CONSTANT:
        values = _ANYBODY.values(attribute.name)
        return Part(name, straight.CONSTANT, whole=partial(name, values) if values else b"")
    made_of, template = _MADE_OF.get(attribute.name), profile.templates.get(attribute.name)
    if made_of is None:
        return None
    if template is None:
        return Part(name, made_of)
    places = {place: _MADE_OF.get(known.name) for place in template.placeholders if (known := meant(place))}
    found = {place: source for place, source in places.items() if source is not None}
    return Part(name, made_of, template=template, places=found) if len(found) == len(template.placeholders) else None
