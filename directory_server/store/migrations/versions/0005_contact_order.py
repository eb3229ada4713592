"""Contacts as JSON in the order of the class: `birthday` last but one, phones with their label, mail address first."""

import json
from hashlib import blake2b

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH = 1000
_BEHIND = ("phones", "emails", "addresses", "notes", "urls", "categories", "birthday", "custom")


def upgrade() -> None:
    run, last = op.get_bind().exec_driver_sql, 0
    while rows := run("SELECT id, contact FROM contacts WHERE id > ? ORDER BY id LIMIT ?", (last, _BATCH)).all():
        changed = [(text := _new(old), blake2b(text.encode(), digest_size=16).digest(), at) for at, old in rows]
        run("UPDATE contacts SET contact = ?, contact_hash = ? WHERE id = ?", changed)
        last = rows[-1][0]


def _new(old: str) -> str:
    contact = json.loads(old)
    later = {name: contact.pop(name) for name in _BEHIND if name in contact}
    if "phones" in later:
        later["phones"] = [[*phone, ""][:3] for phone in later["phones"]]
    if "emails" in later:
        later["emails"] = [[address, kind] for kind, address in later["emails"]]
    return json.dumps(contact | later, ensure_ascii=False, separators=(",", ":"))
