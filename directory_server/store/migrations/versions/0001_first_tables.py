"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sequence",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("purged", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO sequence (id, last, purged) VALUES (1, 0, 0)")
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("removed", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("sources_name", "sources", ["name"], unique=True, sqlite_where=sa.text("removed IS NULL"))
    op.create_table(
        "source_secrets",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("first_seen", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("deleted", sa.Text),
        sa.Column("record_hash", sa.LargeBinary, nullable=False),
        sa.Column("contact_hash", sa.LargeBinary, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.UniqueConstraint("source_id", "key", name="contacts_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("contacts_sequence", "contacts", ["sequence"], unique=True)
    op.create_table(
        "states",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("created", "updated", "unchanged", "deleted", "bad")
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("runs_source", "runs", ["source_id", "id"])
    op.create_table(
        "grants",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True),
        sa.Column("group", sa.Text, primary_key=True),
        sa.Column("fields", sa.Text, nullable=False),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("preset", sa.Text, nullable=False),
        sa.Column("source_ids", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("base_dn", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "admins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("password", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
