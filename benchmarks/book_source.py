"""A source in memory that gives an address book to a real sync: records, and the mapping that reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.contact import Contact
from connectors.events import Checkpoint, Event, Record, Snapshot, State, Upsert
from connectors.mapping import parse

_TEXTS = ("given_name", "family_name", "display_name", "company", "department", "job_title")
_PLACE = ("street", "postal_code", "city")


def record(contact: Contact) -> Record:
    """Return a contact as a source would hold it."""
    (place,) = contact.addresses
    fields = {name: (text,) for name in _TEXTS if (text := getattr(contact, name))}
    fields |= {name: (text,) for name in _PLACE if (text := getattr(place, name))}
    fields |= {f"phone {phone.kind}": (phone.raw,) for phone in contact.phones}
    return fields | {"mail": tuple(email.address for email in contact.emails)}


@dataclass
class BookSource:
    """What a sync asks of a connector: everything at every reading."""

    records: dict[str, Record]

    type_name = "book"
    settings_type = None
    mapping = parse(
        {
            **{name: name for name in _TEXTS},
            "phones": {kind: f"phone {kind}" for kind in ("work", "mobile", "main")},
            "emails": {"work": "mail"},
            "addresses": {"work": {name: name for name in _PLACE}},
        }
    )

    def read(self, state: State | None) -> Iterator[Event]:  # noqa: ARG002 - the connector's contract
        """Yield every record, and that these are all."""
        for key, held in self.records.items():
            yield Upsert(key, held)
        yield Snapshot(complete=True)
        yield Checkpoint({})
