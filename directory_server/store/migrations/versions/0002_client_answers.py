"""What clients are told of shared numbers, and in whose view calls are answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("shared_numbers", sa.Text, nullable=False, server_default="priority"))
    op.add_column("clients", sa.Column("called_view", sa.Text, nullable=False, server_default="[]"))
