"""What the coordination settled in a plan by hand, so that making it anew leaves it alone."""

from alembic import op

from shared.db import run_script

revision = "dispatch_0011"
down_revision = "dispatch_0010"
branch_labels = None
depends_on = None

KEPT = """
alter table assignment add column kept boolean not null default false;
alter table task add column left_open boolean not null default false;
"""


def upgrade() -> None:
    """Add two marks: this person keeps this seat; the free seats of this task stay free."""
    run_script(op.get_bind(), KEPT)
