"""How the partners of campaigns are called: facts and declarations carry their ids only."""

from alembic import op

from shared.db import PARTNERS_0001, run_script

revision = "intake_0005"
down_revision = "intake_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of names."""
    run_script(op.get_bind(), PARTNERS_0001)
