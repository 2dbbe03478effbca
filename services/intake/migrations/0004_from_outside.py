"""Invitations that a funder sends by its own hand, and those that ask a campaign to go on."""

from alembic import op

from shared.db import run_script

revision = "intake_0004"
down_revision = "intake_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. What was received until now was encoded by the coordination."""
    run_script(
        op.get_bind(),
        """
        alter table invitation
          add column by_requester boolean not null default false,
          add column extends uuid references campaign,
          add constraint who_sends_is_known check (not by_requester or received_by is not null);
        create index invitation_sent_by on invitation (received_by) where by_requester;
        """,
    )
