"""Where clients may ask from, and how they are answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("addresses", sa.Text, nullable=False, server_default="[]"))
    op.add_column("clients", sa.Column("number_format", sa.Text, nullable=False, server_default="echo"))
    op.add_column("clients", sa.Column("result_limit", sa.Integer, nullable=False, server_default="0"))
    op.add_column("clients", sa.Column("templates", sa.Text, nullable=False, server_default="[]"))
