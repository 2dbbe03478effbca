"""Nothing is kept of a proposal that got a no, nor of the messages about one that was answered."""

from alembic import op

from shared.db import run_script

revision = "notify_0003"
down_revision = "notify_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget where, when and what: one worker is one neighbourhood, so that would tell who."""
    run_script(
        op.get_bind(),
        """
        alter table proposal alter column campaign_id drop not null,
          alter column zone_id drop not null;
        update proposal set campaign_id = null, zone_id = null, person_id = null, kind = null,
          starts_at = null, ends_at = null where forgotten;
        delete from delivery where kind = 'task_proposed' and proposal_id is null;
        """,
    )
