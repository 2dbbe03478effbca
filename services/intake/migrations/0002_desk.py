"""What the desk keeps of work in progress: an unfinished judgement, and how far campaigns are."""

from alembic import op

from shared.db import run_script

revision = "intake_0002"
down_revision = "intake_0001"
branch_labels = None
depends_on = None

DESK = """
create table judgement_draft (
  invitation_id uuid primary key references invitation,
  based_on integer not null check (based_on >= 0),
  typed jsonb not null,
  saved_at timestamptz not null,
  saved_by uuid
);

create table campaign_progress (
  campaign_id uuid primary key,
  matched_at timestamptz,
  sent_at timestamptz
);
"""


def upgrade() -> None:
    """Create the tables."""
    run_script(op.get_bind(), DESK)
