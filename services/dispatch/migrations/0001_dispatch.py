"""The house's tables, and the first of dispatch."""

from alembic import op

from shared.db import HOUSE_0001, run_script

revision = "dispatch_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the schema's tables."""
    run_script(op.get_bind(), HOUSE_0001)
