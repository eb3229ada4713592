"""What all tables share: the metadata they register with, and the revision this version of Contactory needs."""

from typing import Final

from sqlalchemy import MetaData

METADATA: Final = MetaData()
REVISION: Final = "0006"
"""The newest Alembic revision in `migrations/versions`; a test compares."""
