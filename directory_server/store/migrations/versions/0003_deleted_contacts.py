"""Deleted contacts are found without reading the others, at the end of every run that purges them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("contacts_deleted", "contacts", ["deleted"], sqlite_where=sa.text("deleted IS NOT NULL"))
