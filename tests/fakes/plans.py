"""Plans over records with a name, run to their end."""

from connectors.contact import Contact
from connectors.events import Checkpoint, Upserts
from directory_server.store.change import Change
from directory_server.store.contact_json import contact_to_json, fingerprint, record_to_json
from directory_server.sync.plan import Plan

END = Checkpoint({"at": 1})


def mapped(record):
    return Contact(family_name=record.get("name", ("",))[0])


def rec(name, **more):
    return {"name": (name,), **{key: (value,) for key, value in more.items()}}


def known(record, *, deleted=False):
    return b"" if deleted else fingerprint(record_to_json(record)) + fingerprint(contact_to_json(mapped(record)))


def run(stored, events, *, full=True, remap=None):
    """Return what the store would hold, by key: changes applied in order, None for a deleted contact."""
    plan = Plan(stored, mapped, full=full, remapped=remap is not None)
    changes = list(plan.remap(remap or ()))
    for event in events:
        changes += plan.take_all(event) if isinstance(event, Upserts) else filter(None, [plan.take(event)])
    state, deletions, totals = plan.finish()
    staged: dict[str, Change] = {}
    for change in (*changes, *deletions):
        assert change.again == (change.key in staged)
        staged[change.key] = change
    return state, staged, totals


def counts(totals):
    return totals.created, totals.updated, totals.unchanged, totals.deleted, totals.bad
