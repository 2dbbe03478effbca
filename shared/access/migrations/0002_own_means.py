"""People's own means to come in: passwords, one-time codes, passkeys, an OpenID provider."""

from alembic import op

from shared.db import run_script

revision = "access_0002"
down_revision = "access_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables. Sessions that are open stay open."""
    run_script(
        op.get_bind(),
        """
        alter table account
          add column invited_as bytea unique,
          add column partner_id text,
          add constraint only_a_partner_has_one
            check (partner_id is null or role = 'host_partner');
        alter table session
          add column stage text not null default 'full'
            check (stage in ('full','set_up','second_step')),
          add column device text not null default '' check (length(device) <= 60);
        create index session_of_person on session (person_id);
        create table password (
          person_id uuid primary key references account on delete cascade,
          sign_in_name text not null unique check (sign_in_name = lower(sign_in_name)),
          hash text not null check (hash like '$argon2id$%'),
          set_at timestamptz not null
        );
        create table one_time_code (
          person_id uuid primary key references account on delete cascade,
          sealed bytea,
          pending bytea,
          last_counter bigint not null
        );
        create table recovery_code (
          code_hash bytea primary key,
          person_id uuid not null references account on delete cascade
        );
        create table passkey (
          credential_id bytea primary key,
          person_id uuid not null references account on delete cascade,
          public_key bytea not null,
          sign_count bigint not null,
          device text not null check (length(device) <= 60),
          made_at timestamptz not null
        );
        create table challenge (
          challenge_hash bytea primary key,
          person_id uuid references account on delete cascade,
          expires_at timestamptz not null
        );
        create table outside_identity (
          issuer text not null,
          subject text not null,
          person_id uuid not null unique references account on delete cascade,
          primary key (issuer, subject)
        );
        create table attempt (
          key_hash bytea primary key,
          tries integer not null,
          last_at timestamptz not null,
          blocked_until timestamptz not null
        );
        """,
    )
