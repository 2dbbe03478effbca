"""A territory that somebody sent and has not confirmed yet: what it would change is read first."""

from alembic import op

from shared.db import run_script

revision = "intake_0003"
down_revision = "intake_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. A draft lives for a day at most."""
    run_script(
        op.get_bind(),
        """
        create table territory_draft (
          id uuid primary key,
          pack jsonb not null,
          report jsonb,
          made_at timestamptz not null,
          made_by uuid
        );
        """,
    )
