"""The sealed ledger: what is published for good, and what stays with the sealer."""

from alembic import op

from shared.db import run_script

revision = "reporting_0003"
down_revision = "reporting_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the ledger; none can be changed, emptied or cut by anybody.

    Blocks and anchors are for readers. The audit and the members are the sealer's own. The grants
    are in `deploy/migrate.py`. A check repeats the lowest T of any policy: the last gate is here.
    """
    run_script(
        op.get_bind(),
        """
        create table ledger_block (
          ledger_id text not null,
          number integer not null check (number > 0),
          seq integer not null check (seq > 0),
          day date not null,
          view text not null,
          code text not null,
          actions integer not null check (actions >= 5),
          contacts integer not null check (contacts >= 5),
          row_hash text not null check (row_hash ~ '^[0-9a-f]{64}$'),
          primary key (ledger_id, number),
          unique (ledger_id, seq, view, code)
        );
        create table ledger_audit (
          ledger_id text not null,
          number integer not null check (number > 0),
          what text not null check (what in
            ('seal','block','held','freeze','audit','skip','waiver','close')),
          day date not null,
          seq integer not null check (seq > 0),
          view text not null,
          code text not null,
          actions integer not null check (actions >= 0),
          contacts integer not null check (contacts >= 0),
          workers integer not null check (workers >= 0),
          reason text not null,
          members text not null,
          detail text not null,
          row_hash text not null check (row_hash ~ '^[0-9a-f]{64}$'),
          primary key (ledger_id, number)
        );
        create table ledger_member (
          outcome_id text primary key,
          ledger_id text not null,
          seq integer not null check (seq > 0),
          day date not null,
          worker_id uuid not null,
          actions integer not null check (actions > 0),
          contacts integer not null check (contacts >= 0),
          codes jsonb not null
        );
        comment on table ledger_member is
          'outcomes as they were sealed, each in one ledger; read by the sealer only';
        create index ledger_member_ledger on ledger_member (ledger_id, seq);
        create table ledger_anchor (
          ledger_id text not null,
          chain text not null check (chain in ('blocks','audit')),
          day date not null,
          rows integer not null check (rows >= 0),
          head text not null check (head ~ '^[0-9a-f]{64}$'),
          primary key (ledger_id, chain, day)
        );
        create function refuse_ledger_change() returns trigger language plpgsql as
          $$ begin raise exception 'the ledger only grows'; end $$;
        create trigger block_only_grows before update or delete or truncate on ledger_block
          for each statement execute function refuse_ledger_change();
        create trigger audit_only_grows before update or delete or truncate on ledger_audit
          for each statement execute function refuse_ledger_change();
        create trigger member_only_grows before update or delete or truncate on ledger_member
          for each statement execute function refuse_ledger_change();
        create trigger anchor_only_grows before update or delete or truncate on ledger_anchor
          for each statement execute function refuse_ledger_change();
        """,
    )
