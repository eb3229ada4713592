"""The operations a user may ask for, on a view: JSON body in, JSON body out. Blocking; run it in a thread."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from directory_server.directory.person import Person
from directory_server.protocol.messages import MAX_FAMILIAR, MAX_SEARCH_LIMIT, MAX_TEXT, BadMessage

DEFAULT_LIMIT = 20
MAX_ID = 2**63 - 1


class Found(Protocol):
    """What a view's search returns."""

    @property
    def persons(self) -> Sequence[Person]:
        """The persons, best first."""

    @property
    def more(self) -> bool:
        """Whether there are more."""

    @property
    def took_ms(self) -> float:
        """How long the search took."""


class AskedView(Protocol):
    """What this front needs of `directory.view.View`."""

    def search(self, text: str, limit: int = 20, familiar: Sequence[int] = ()) -> Found:
        """Search persons; of equal hits those with a familiar contact come first."""

    def people(self, contact_id: int, limit: int = 20) -> Found:
        """Return the people of a visible contact's company."""

    def person(self, contact_id: int) -> Person | None:
        """Return the person containing a visible contact."""

    def source_names(self) -> Iterable[str]:
        """Return the names of the sources that may be read."""


Views = Callable[[str, frozenset[str]], AskedView]
"""(oid, groups) -> the view of that user."""
Ages = Callable[[], Mapping[str, int | None]]
"""Seconds since each source was last read completely, by name; None for never."""
Render = Callable[[Person], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the directory verified it."""

    oid: str = field(repr=False)
    groups: frozenset[str]
    overage: bool = False


@dataclass(frozen=True, slots=True)
class Operations:
    """Answers `search`, `people`, `person` and `whoami`."""

    views: Views
    ages: Ages
    render: Render
    fingerprint: str
    version: str

    def run(self, operation: str, body: Mapping[str, Any], asker: Asker) -> dict[str, Any]:
        """Return the answer; raises BadMessage naming what is wrong with the body, never its value."""
        view = self.views(asker.oid, asker.groups)
        if operation == "search":
            return self._search(view, body)
        if operation == "people":
            return self._found(view, view.people(_contact_id(body), _limit(body)))
        if operation == "person":
            person = view.person(_contact_id(body))
            return {"person": None if person is None else self.render(person)}
        if operation == "whoami":
            return self._whoami(view, asker)
        raise BadMessage("unknown operation")

    def _search(self, view: AskedView, body: Mapping[str, Any]) -> dict[str, Any]:
        text, familiar = body.get("text"), body.get("familiar", [])
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            raise BadMessage(f"text is not a string of at most {MAX_TEXT} characters")
        if not isinstance(familiar, list) or len(familiar) > MAX_FAMILIAR or not all(map(_is_id, familiar)):
            raise BadMessage(f"familiar is not a list of at most {MAX_FAMILIAR} contact ids")
        return self._found(view, view.search(text, _limit(body), familiar))

    def _found(self, view: AskedView, found: Found) -> dict[str, Any]:
        return {
            "persons": [self.render(person) for person in found.persons],
            "more": found.more,
            "took_ms": round(found.took_ms, 2),
            "sources": self._sources(view),
        }

    def _whoami(self, view: AskedView, asker: Asker) -> dict[str, Any]:
        return {
            "oid": asker.oid,
            "groups": len(asker.groups),
            "overage": asker.overage,
            "sources": self._sources(view),
            "fingerprint": self.fingerprint,
            "version": self.version,
        }

    def _sources(self, view: AskedView) -> list[dict[str, Any]]:
        ages = self.ages()
        return [{"name": name, "age_s": ages.get(name)} for name in view.source_names()]


def _limit(body: Mapping[str, Any]) -> int:
    limit = body.get("limit", DEFAULT_LIMIT)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_SEARCH_LIMIT:
        raise BadMessage(f"limit is not between 1 and {MAX_SEARCH_LIMIT}")
    return limit


def _contact_id(body: Mapping[str, Any]) -> int:
    contact_id = body.get("id")
    if not isinstance(contact_id, int) or not _is_id(contact_id):
        raise BadMessage("id is not a contact id")
    return contact_id


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ID
