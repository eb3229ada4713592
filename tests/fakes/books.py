"""Made-up address books for properties: words that are near one another, in every field, and queries that meet them."""

from collections.abc import Sequence

from hypothesis import strategies as st
from msgspec import structs

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory.view import View
from directory_server.store import sources
from directory_server.store.rows import Client, FieldGroup, Location, NumberFormat, SharedNumbers
from tests.fakes.world import World

WORDS = (
    "steinach", "steinachers", "steinacherin", "müller", "mueller", "muller", "muler", "meier", "mayer", "steinacher",
    "acher", "Hans", "johannes", "robert", "bob", "anna", "acme", "acmex", "Berlin", "müller-meier", "o'steinach",
    "hans-peter", "h.", "Иванов", "4711", "acme2",
)  # fmt: skip
NUMBERS = (
    "089 840798-12", "089 840798-0", "+49 89 840798-14", "089 840799-3", "0171 2345678", "-12", "030 123456",
    "089 840798", "+43 1 2345678",
)  # fmt: skip
FIELDS = ("Kundennummer", "Kunden-Nr", "acme")
ASKED = (
    "+498984079812", "08984079814", "+498984079877", "+4989840798", "+49898407980", "12", "01712345678",
    "+4930123456", "+498984079944",
)  # fmt: skip
"""Numbers to look up."""

QUESTIONS = (
    "steinach", "müller", "muler", "mü", "m", "mul", "acher", "cher", "stenacher", "steinahcer", "hans acme",
    "müller -acme", "-anna hans", '"hans müller"', "firma:acme", "ort:berlin", "mail:hans", "mayr", "840798", "089 84",
    "0171", "hans.acme@acme.example", "source:one m", "müller berlin 089", "hm", "ham", "johannes", "bob", "robert h",
    "am", "sh", "mh", "bj", "hansanna", "hansmeier acme", "hm acme", "am müller", "ha berlin",
    "kundennummer:4711", "kundennr:acme", "acme:hans", "notes:hans", "8407", "7984", "+49 89", "0798-1", "-8407 m",
    "h müller", "müller-meier", "meier", "иван", "-müller acme", "abteilung:hans",
)  # fmt: skip
"""Every kind of search."""

SOURCES = ("one", "two", "three")
KEYS = ("a", "b", "c", "d")
IDS = range(1, 1 + len(SOURCES) * len(KEYS))
"""The contacts of a world that nothing but `fill` filled."""

_PREFIXES = ("", "", "", "", "firma:", "ort:", "mail:", "kundennummer:", "acme:", "source:", "-")

WORD = st.sampled_from(WORDS)
GROUPS = st.frozensets(st.sampled_from(tuple(FieldGroup)))


@st.composite
def _contacts(draw: st.DrawFn) -> Contact:
    maybe = st.one_of(st.just(""), WORD)
    kinds = st.sampled_from((PhoneKind.WORK, PhoneKind.MOBILE, PhoneKind.HOME, PhoneKind.MAIN))
    places = st.sampled_from((PlaceKind.WORK, PlaceKind.HOME))
    return Contact(
        given_name=draw(maybe),
        family_name=draw(maybe),
        display_name=draw(maybe),
        nickname=draw(maybe),
        company=draw(st.one_of(st.sampled_from(("", "acme")), WORD)),  # often one: most votes decide whose a trunk is
        department=draw(maybe),
        job_title=draw(maybe),
        office=draw(maybe),
        phones=tuple(draw(st.lists(st.builds(Phone, kinds, st.sampled_from(NUMBERS)), max_size=3))),
        emails=tuple(draw(st.lists(st.builds(lambda w, k: Email(f"{w}@acme.example", k), WORD, places), max_size=2))),
        addresses=tuple(
            draw(st.lists(st.builds(lambda k, w, s: Address(k, city=w, street=s), places, WORD, maybe), max_size=2))
        ),
        notes=" ".join(draw(st.lists(WORD, max_size=2))),
        urls=tuple(draw(st.lists(WORD, max_size=1))),
        categories=tuple(draw(st.lists(WORD, max_size=1))),
        birthday=draw(maybe),
        custom=tuple(draw(st.lists(st.tuples(st.sampled_from(FIELDS), WORD), max_size=2))),
    )


CONTACTS = _contacts()
BOOKS = st.lists(
    st.lists(CONTACTS, min_size=len(KEYS), max_size=len(KEYS)), min_size=len(SOURCES), max_size=len(SOURCES)
)
"""The contacts of each source."""
SCOPES = st.lists(GROUPS, min_size=len(SOURCES), max_size=len(SOURCES))
"""What may be read of each source."""
POLICIES = st.sampled_from(tuple(SharedNumbers))
_TEXTS = (
    "{name} ({company})", "{number} {name}", "{cn}, {l} - {mail}", "[{description}] {displayName}", "{homePhone} {o}",
    "{mobile}", "{ou} {title} {street} {labeledURI}",
)  # fmt: skip
_REPLACED = ("displayName", "cn", "sn", "o", "description", "mail")
CLIENTS = st.builds(
    Client,
    id=st.just(1),
    name=st.just("client"),
    preset=st.just("generic"),
    source_ids=st.just(frozenset()),  # the scope says what may be read
    fields=st.just(frozenset()),
    base_dn=st.just(""),
    location=st.sampled_from((Location("DE"), Location("DE", "89", "840798", 2, "0"), Location("AT"), Location("US"))),
    number_format=st.sampled_from(tuple(NumberFormat)),
    result_limit=st.integers(0, 4),
    templates=st.dictionaries(st.sampled_from(_REPLACED), st.sampled_from(_TEXTS), max_size=3).map(
        lambda held: tuple(held.items())
    ),
)
"""Clients of every number format, with limits and templates."""
FAMILIAR = st.lists(st.integers(0, IDS.stop), max_size=3)


@st.composite
def _mistyped(draw: st.DrawFn) -> str:
    word = draw(WORD)
    at = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from("aeinrst"))
    before, here, after = word[:at], word[at], word[at + 1 :]
    forms = (
        word, before + here, here + after, before + after, before + letter + here + after, before + letter + after,
        before + after[:1] + here + after[1:],
    )  # fmt: skip
    return draw(st.sampled_from(forms))


_PIECES = st.one_of(
    st.builds(lambda before, word: before + word, st.sampled_from(_PREFIXES), _mistyped()),
    st.builds(lambda one, other: f'"{one} {other}"', WORD, WORD),
    st.builds(lambda one, size: one[:size], st.sampled_from(NUMBERS), st.integers(3, 16)),
    st.builds(lambda one, at: one[at:], st.sampled_from(ASKED), st.integers(0, 9)),
    _mistyped(),
)
QUERIES = st.one_of(st.sampled_from(QUESTIONS), st.lists(_PIECES, min_size=1, max_size=3).map(" ".join))


def with_hidden(shown: Contact, hidden: Contact, granted: frozenset[FieldGroup]) -> Contact:
    """Return the contact with everything outside the granted groups taken from another one."""

    def parts(field: str, *, home: bool) -> tuple[object, ...]:
        group = FieldGroup.PRIVATE if home else FieldGroup.BUSINESS
        of = shown if group in granted else hidden
        return tuple(part for part in getattr(of, field) if (part.kind in {PhoneKind.HOME, PlaceKind.HOME}) == home)

    def texts(group: FieldGroup, *fields: str) -> dict[str, object]:
        return {field: getattr(shown if group in granted else hidden, field) for field in fields}

    name = (
        "given_name", "family_name", "display_name", "nickname", "company", "department", "job_title", "categories",
    )  # fmt: skip
    fields = {
        **texts(FieldGroup.NAME, *name),
        **texts(FieldGroup.BUSINESS, "office", "urls"),
        **texts(FieldGroup.PRIVATE, "birthday"),
        **texts(FieldGroup.NOTES, "notes", "custom"),
        **{kind: parts(kind, home=False) + parts(kind, home=True) for kind in ("phones", "emails", "addresses")},
    }
    return structs.replace(shown, **fields)  # type: ignore[arg-type] # each field is taken from a Contact


Book = Sequence[Sequence[Contact]]


def only_shown(book: Book, scope: Sequence[frozenset[FieldGroup]]) -> Book:
    """Return the book with everything blank that may not be read."""
    return hiding(book, [[Contact()] * len(KEYS)] * len(SOURCES), scope)


def hiding(book: Book, hidden: Book, scope: Sequence[frozenset[FieldGroup]]) -> Book:
    """Return the book with everything that may not be read taken from another."""
    return [
        [with_hidden(contact, other, granted) for contact, other in zip(rows, others, strict=True)]
        for rows, others, granted in zip(book, hidden, scope, strict=True)
    ]


def fill(world: World, book: Book) -> None:
    """Put the contacts of each of SOURCES in, and let the index follow."""
    for source, rows in zip(sources.all(world.database), book, strict=True):
        world.put(source, dict(zip(KEYS, rows, strict=True)), follow=False)
    world.index.follow()


def fill_only(world: World, shown: Book, scope: Sequence[frozenset[FieldGroup]]) -> None:
    """Fill the world with nothing but what may be read: no contact of any other source, no word of anything hidden."""
    fill(world, only_shown(shown, scope))
    for source, granted in zip(sources.all(world.database), scope, strict=True):
        if not granted:
            world.delete(source, KEYS, follow=False)
    world.index.rebuild()  # else the vocabulary would remember words of earlier examples


def view_of(
    world: World,
    scope: Sequence[frozenset[FieldGroup]],
    shared_numbers: SharedNumbers = SharedNumbers.PRIORITY,
    client: Client | None = None,
) -> View:
    """Return the view that may read this of each of SOURCES, answered as this client is."""
    known = sources.all(world.database)
    granted = {source.id: fields for source, fields in zip(known, scope, strict=True)}
    return world.view(granted, shared_numbers=shared_numbers, client=client)
