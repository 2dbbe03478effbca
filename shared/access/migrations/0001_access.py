"""Accounts, links, sessions, the audit trail and the played clock."""

from alembic import op

from shared.db import run_script

revision = "access_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the schema's tables. The trail refuses updates and deletes to everybody."""
    run_script(
        op.get_bind(),
        """
        create table account (
          person_id uuid primary key,
          role text not null check (role in
            ('coordination','worker','host_partner','funder','administrator','service')),
          display_name text not null check (length(display_name) between 1 and 80),
          language text not null check (language in ('fr','nl','en')),
          created_at timestamptz not null,
          disabled_at timestamptz
        );
        create table link (
          token_hash bytea primary key,
          person_id uuid not null references account on delete cascade,
          made_at timestamptz not null,
          expires_at timestamptz not null,
          used_at timestamptz
        );
        create table session (
          id uuid primary key,
          token_hash bytea not null unique,
          person_id uuid not null references account on delete cascade,
          csrf text not null,
          began_at timestamptz not null,
          seen_at timestamptz not null,
          ends_at timestamptz not null
        );
        create table audit (
          number bigint generated always as identity primary key,
          at timestamptz not null,
          actor_id uuid,
          action text not null,
          subject_id uuid,
          detail jsonb not null,
          row_hash bytea not null
        );
        create function refuse_change() returns trigger language plpgsql as
          $$ begin raise exception 'the audit trail only grows'; end $$;
        create trigger audit_only_grows before update or delete or truncate on audit
          for each statement execute function refuse_change();
        create table clock (
          id integer primary key check (id = 1),
          instant timestamptz not null
        );
        """,
    )
