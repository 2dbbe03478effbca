"""How good a plan is, what a campaign prefers, and longer searches for a better plan."""

from alembic import op

from shared.db import run_script

revision = "dispatch_0003"
down_revision = "dispatch_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of searching.

    No figure here is about one person: a plan has some, its people have none. An offer names whom
    it would suggest for what, as `assignment` does; a campaign has one search at a time.
    """
    run_script(
        op.get_bind(),
        """
        create table plan_quality (
          plan_id uuid primary key references plan,
          score bigint not null,
          bound bigint,
          tasks integer not null,
          tasks_with_team integer not null,
          cut_tasks integer not null
        );
        create table plan_preference (
          campaign_id uuid primary key references campaign,
          preference text not null
            check (preference in ('balanced','cover_first','comfort_first'))
        );
        create table plan_search (
          campaign_id uuid primary key references campaign,
          id uuid not null unique,
          plan_version integer not null,
          depth text not null check (depth in ('fill','local','whole')),
          seconds integer not null check (seconds between 1 and 60),
          state text not null default 'searching'
            check (state in ('searching','found','nothing','failed')),
          stop_asked boolean not null default false,
          begun_at timestamptz not null default clock_timestamp(),
          -- machine time, whatever the played clock says: who no longer looks is dead
          looked_at timestamptz not null default clock_timestamp(),
          score_before bigint,
          steps jsonb not null default '[]',
          quality jsonb,
          offer jsonb
        );
        """,
    )
