"""Links that are mailed to whoever follows campaigns from outside, and the sessions they open."""

from alembic import op

from shared.db import run_script

revision = "access_0003"
down_revision = "access_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. Sessions that are open stay as they are."""
    run_script(
        op.get_bind(),
        """
        alter table session
          add column reads_only boolean not null default false,
          add constraint only_who_is_in_reads check (not reads_only or stage = 'full');
        create table mailed_link (
          token_hash bytea primary key,
          person_id uuid not null references account on delete cascade,
          browser_hash bytea not null,
          made_at timestamptz not null,
          expires_at timestamptz not null,
          check (expires_at > made_at and expires_at <= made_at + interval '10 minutes')
        );
        """,
    )
