"""Exports that take a while: asked for, made campaign by campaign, fetched by who asked."""

from alembic import op

from shared.db import run_script

revision = "reporting_0010"
down_revision = "reporting_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. `done` counts campaigns; their files are there in the same commit."""
    run_script(
        op.get_bind(),
        """
        create table export (
          export_id uuid primary key,
          person_id uuid not null,
          language text not null check (language in ('fr','nl','en')),
          year integer,
          campaigns uuid[] not null check (cardinality(campaigns) > 0),
          done integer not null default 0 check (done between 0 and cardinality(campaigns)),
          asked_at timestamptz not null,
          ready_at timestamptz,
          failed_at timestamptz,
          attempts integer not null default 0,
          lease_id uuid,
          lease_until timestamptz,
          check (ready_at is null or done = cardinality(campaigns))
        );
        create index export_waiting on export (asked_at)
          where ready_at is null and failed_at is null;
        create index export_of on export (person_id, asked_at);
        create table export_part (
          export_id uuid not null references export on delete cascade,
          name text not null,
          content bytea not null,
          primary key (export_id, name)
        );
        """,
    )
