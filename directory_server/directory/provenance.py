"""Provenance: where a contact is from, when it was seen, who may see what of it, and how its numbers were read."""

from collections.abc import Mapping
from typing import Any

from connectors.contact import PhoneKind, PlaceKind
from directory_server.directory.number import read
from directory_server.directory.view import View
from directory_server.store import clients, contacts, rights, runs, sources
from directory_server.store.database import Database
from directory_server.store.rows import FieldGroup, RunState, Source, StoredContact

_RUNS_LOOKED_AT = 200


def provenance(database: Database, everything: View, contact_id: int) -> dict[str, Any] | None:
    """Return what is known of a contact, also of one that was deleted lately; None for an unknown id.

    `last_seen` is the start of the last run that read its source whole or found it unchanged, before a deletion.
    `shown_to` has the field groups by group id and by client.
    """
    stored = contacts.by_ids(database, [contact_id]).get(contact_id)
    if stored is None:
        return None
    source = next((one for one in sources.all(database) if one.id == stored.source_id), None)
    name = source.name if source else ""
    contact = stored.contact
    person = everything.person(contact_id)
    return {
        "id": stored.id,
        "source": name,
        "key": stored.key,
        "display_name": contact.name(),
        "company": contact.company,
        "first_seen": stored.first_seen.isoformat(),
        "changed": stored.changed.isoformat(),
        "last_seen": _last_seen(database, stored),
        "deleted": stored.deleted.isoformat() if stored.deleted else None,
        "field_groups": [group.value for group in _filled(stored)],
        "shown_to": _shown_to(database, stored.source_id),
        "numbers": _numbers(stored, source),
        "same_person": [
            {"id": one.id, "source": one.source, "key": one.key, "display_name": one.contact.name()}
            for one in (person.listings if person else ())
            if one.id != stored.id
        ],
    }


def _last_seen(database: Database, stored: StoredContact) -> str | None:
    """Return when the last successful run began that still found the contact."""
    for run in runs.of(database, stored.source_id, _RUNS_LOOKED_AT):
        # The run that deletes a contact did not find it, and gives its own start as the time of the deletion.
        if run.state is RunState.DONE and (stored.deleted is None or run.started < stored.deleted):
            return run.started.isoformat()
    return None


def _shown_to(database: Database, source_id: int) -> dict[str, list[dict[str, Any]]]:
    known = rights.current(database)
    return {
        "groups": [
            {"group": group, "fields": _in_order(grant.fields)}
            for group, grants in sorted(known.grants.items())
            for grant in grants
            if grant.source_id == source_id
        ],
        "clients": [
            {"client": client.name, "fields": _in_order(client.fields)}
            for client in clients.all(database)
            if source_id in client.source_ids
        ],
    }


def _in_order(groups: frozenset[FieldGroup]) -> list[str]:
    return [group.value for group in FieldGroup if group in groups]


def _filled(stored: StoredContact) -> list[FieldGroup]:
    """Return the field groups in which this contact holds anything."""
    contact = stored.contact
    at_home = [phone.kind is PhoneKind.HOME for phone in contact.phones]
    at_home += [email.kind is PlaceKind.HOME for email in contact.emails]
    at_home += [address.kind is PlaceKind.HOME for address in contact.addresses]
    held: Mapping[FieldGroup, bool] = {
        FieldGroup.NAME: bool(
            contact.given_name or contact.family_name or contact.display_name or contact.company or contact.department
            or contact.job_title or contact.categories
        ),
        FieldGroup.BUSINESS: False in at_home or bool(contact.office or contact.urls),
        FieldGroup.PRIVATE: True in at_home or bool(contact.birthday),
        FieldGroup.NOTES: bool(contact.notes or contact.custom),
    }  # fmt: skip
    return [group for group, filled in held.items() if filled]


def _numbers(stored: StoredContact, source: Source | None) -> list[dict[str, str]]:
    if source is None:
        return []
    return [
        {
            "kind": number.kind.value,
            "written": phone.raw,
            "raw": number.raw,
            "e164": number.e164,
            "extension": number.extension,
            "trunk": number.trunk,
            "group": number.group.value,
        }
        for phone in stored.contact.phones
        for number in read(phone.raw, source.location, phone.kind, phone.label)
    ]
