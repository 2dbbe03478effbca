"""What the sealer needs: how a campaign is protected, its key, waivers, and when things came in."""

from alembic import op

from shared.db import run_script

revision = "reporting_0004"
down_revision = "reporting_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables around the ledger.

    A policy and a zoning are frozen like the ledger itself. A key can be destroyed, and is, thirty
    days after the close. A waiver can be taken back until it was used. The grants are in
    `deploy/migrate.py`.
    """
    run_script(
        op.get_bind(),
        """
        alter table contribution
          add column encoded_at timestamptz not null default clock_timestamp();
        create table ledger_policy (
          ledger_id text primary key,
          campaign_id uuid not null unique,
          described jsonb not null,
          opened_at timestamptz not null
        );
        create table funder_zoning (
          year integer not null,
          zone_id text not null,
          code text not null check (code ~ '^F[0-9]{2}$'),
          primary key (year, zone_id)
        );
        create trigger policy_only_grows before update or delete or truncate on ledger_policy
          for each statement execute function refuse_ledger_change();
        create trigger zoning_only_grows before update or delete or truncate on funder_zoning
          for each statement execute function refuse_ledger_change();
        create table ledger_key (
          ledger_id text primary key,
          key bytea not null check (length(key) = 32),
          made_at timestamptz not null
        );
        comment on table ledger_key is 'of the jitter and of fingerprints; read by the sealer only';
        create table ledger_waiver (
          id uuid primary key,
          campaign_id uuid not null,
          worker_id uuid not null,
          given_on date not null,
          unique (campaign_id, worker_id)
        );
        comment on table ledger_waiver is
          'who agrees that the total of a campaign with fewer than three workers is published';
        alter table ledger_audit drop constraint ledger_audit_what_check;
        alter table ledger_audit add constraint ledger_audit_what_check check (what in
          ('seal','block','held','freeze','audit','skip','waiver','close','key'));
        """,
    )
