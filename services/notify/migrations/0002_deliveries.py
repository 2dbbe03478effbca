"""How to reach people, what was proposed to whom, and what they are told."""

from alembic import op

from shared.db import run_script

revision = "notify_0002"
down_revision = "notify_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of telling people.

    `proposal` forgets its person when they say no, and the message about it forgets the proposal
    whatever the answer: no query here can count who declines.
    """
    run_script(
        op.get_bind(),
        """
        create table contact_point (
          person_id uuid primary key,
          role text not null,
          language text not null check (language in ('fr','nl','en')),
          email text,
          channels text[] not null,
          changed_at timestamptz not null
        );
        create index contact_point_role on contact_point (role);
        create table proposal (
          proposal_id uuid primary key,
          campaign_id uuid not null,
          zone_id text not null,
          person_id uuid,
          kind text,
          starts_at timestamptz,
          ends_at timestamptz,
          told boolean not null default false,
          answered boolean not null,
          accepted boolean not null,
          forgotten boolean not null,
          withdrawn text
        );
        create index proposal_campaign on proposal (campaign_id) where person_id is not null;
        create index proposal_person on proposal (person_id);
        create table delivery (
          delivery_id uuid primary key,
          event_id uuid not null,
          person_id uuid not null,
          channel text not null,
          kind text not null,
          proposal_id uuid,
          matter jsonb not null,
          state text not null default 'due'
            check (state in ('due','leased','sent','failed','cancelled','read')),
          attempts integer not null default 0,
          made_at timestamptz not null,
          next_try_at timestamptz not null,
          lease_id uuid,
          lease_until timestamptz,
          sent_at timestamptz,
          read_at timestamptz,
          failure text
        );
        create index delivery_waiting on delivery (next_try_at) where state in ('due','leased');
        create index delivery_person on delivery (person_id, channel, state);
        create index delivery_proposal on delivery (proposal_id) where proposal_id is not null;
        create unique index delivery_open_digest on delivery (person_id, channel)
          where kind = 'tasks_open' and state = 'due' and lease_id is null;
        """,
    )
