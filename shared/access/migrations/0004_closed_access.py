"""Whose access is closed, for services that keep something for as long as somebody has access."""

from alembic import op

from shared.db import run_script

revision = "access_0004"
down_revision = "access_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the view: ids and moments, and nothing else of an account."""
    run_script(
        op.get_bind(),
        """
        create view closed_access as
          select person_id, disabled_at as closed_at from account where disabled_at is not null;
        """,
    )
