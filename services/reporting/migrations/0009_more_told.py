"""What is told once: the table of a close, a year's correction, and what is carried upwards."""

from alembic import op

from shared.db import run_script

revision = "reporting_0009"
down_revision = "reporting_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; three only grow, like the ledger.

    A check repeats the lowest T of any policy. A statement is the coordination's own sentence, in
    both languages; a worker's words exist nowhere here.
    """
    run_script(
        op.get_bind(),
        """
        create table published_cell (
          ledger_id text not null,
          seq integer not null check (seq > 0),
          zone text not null,
          theme text not null,
          actions integer not null check (actions >= 5),
          contacts integer not null check (contacts >= 5),
          primary key (ledger_id, zone, theme)
        );
        comment on table published_cell is 'zone by theme, once, when a ledger is closed';
        create table published_correction (
          year integer primary key,
          day date not null,
          actions integer,
          contacts integer
        );
        comment on table published_correction is
          'by how much corrections change what was sealed; empty where too few are behind it';
        create table correction_told (
          year integer not null references published_correction,
          outcome_id text not null,
          worker_id uuid not null,
          actions integer not null,
          contacts integer not null,
          primary key (year, outcome_id)
        );
        comment on table correction_told is 'which differences were told; read by the sealer only';
        create trigger cell_only_grows before update or delete or truncate on published_cell
          for each statement execute function refuse_ledger_change();
        create trigger correction_only_grows
          before update or delete or truncate on published_correction
          for each statement execute function refuse_ledger_change();
        create trigger told_only_grows before update or delete or truncate on correction_told
          for each statement execute function refuse_ledger_change();
        create table advocacy_statement (
          statement_id uuid primary key,
          kind text not null,
          theme text not null,
          text_fr text not null check (length(text_fr) between 20 and 400),
          text_nl text not null check (length(text_nl) between 20 and 400),
          written_at timestamptz not null,
          withdrawn_at timestamptz
        );
        comment on table advocacy_statement is
          'what the coordination says upwards, in its own words; never a worker''s';
        create unique index advocacy_statement_current on advocacy_statement (kind, theme)
          where withdrawn_at is null;
        """,
    )
