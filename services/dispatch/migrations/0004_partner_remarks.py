"""What a host partner says about the periods that are its own: a word from a closed list."""

from alembic import op

from shared.db import run_script

revision = "dispatch_0004"
down_revision = "dispatch_0003"
branch_labels = None
depends_on = None

REMARKS = """
create table partner_remark (
  partner_id text primary key,
  said text not null check (said in ('it_fits','move_a_period','call_me')),
  made_at timestamptz not null
);
"""


def upgrade() -> None:
    """Create the table: the last word of each partner, until the coordination has answered."""
    run_script(op.get_bind(), REMARKS)
