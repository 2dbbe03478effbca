"""Phrases keep the order in which they were added, also those of the same moment."""

from alembic import op

from shared.db import run_script

revision = "dispatch_0012"
down_revision = "dispatch_0007"
branch_labels = None
depends_on = None

ORDER = "alter table phrase add column added bigint generated always as identity;"


def upgrade() -> None:
    """Number the phrases."""
    run_script(op.get_bind(), ORDER)
