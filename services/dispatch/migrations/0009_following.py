"""To follow a campaign: how somebody was told, whose hand was raised, whose yes came late.

A late yes is kept as one row per campaign and worker, without a task and without a count, until
that worker is asked again or the campaign ends.
"""

from alembic import op

from shared.db import run_script

revision = "dispatch_0009"
down_revision = "dispatch_0006"
branch_labels = None
depends_on = None

FOLLOWING = """
alter table proposal add column told_by text;
alter table proposal add column raised_hand boolean not null default false;
create table late_yes (
  campaign_id uuid not null references campaign,
  worker_id uuid not null references worker on delete cascade,
  said_at timestamptz not null,
  primary key (campaign_id, worker_id)
);
"""


def upgrade() -> None:
    """Add two columns and the table of late yeses."""
    run_script(op.get_bind(), FOLLOWING)
