"""What reporting knows of facts, and the figures that it froze."""

from alembic import op

from shared.db import run_script

revision = "reporting_0002"
down_revision = "reporting_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the projections and the snapshots.

    A proposal has no worker here: nobody may count who says no. Columns are empty where a fact
    about the same thing came first.
    """
    run_script(
        op.get_bind(),
        """
        create table invitation (
          invitation_id uuid primary key,
          asked_by text,
          crisis text,
          wanted_from date,
          wanted_until date,
          decision text,
          decided_at timestamptz,
          decided_fact uuid
        );
        create table campaign (
          campaign_id uuid primary key,
          invitation_id uuid,
          name_fr text,
          name_nl text,
          crisis text,
          starts_on date,
          ends_on date,
          life text check (life in ('suspended','resumed')),
          life_at timestamptz,
          life_fact uuid,
          closed_at timestamptz,
          closing_reason text
        );
        create table campaign_zone (
          campaign_id uuid not null,
          zone_id text not null,
          primary key (campaign_id, zone_id)
        );
        create table plan (
          campaign_id uuid primary key,
          plan_id uuid not null,
          version integer not null,
          fact uuid not null
        );
        create table planned_task (
          task_id uuid primary key,
          campaign_id uuid not null,
          zone_id text not null,
          kind text not null,
          starts_at timestamptz not null,
          ends_at timestamptz not null,
          people_wanted integer not null,
          people_matched integer not null,
          version integer not null,
          fact uuid not null
        );
        create index planned_task_campaign on planned_task (campaign_id);
        create table proposal (
          proposal_id uuid primary key,
          task_id uuid not null,
          campaign_id uuid not null,
          zone_id text not null,
          proposed boolean not null,
          accepted boolean not null,
          declined boolean not null,
          countered boolean not null,
          expired boolean not null,
          handed_back boolean not null,
          withdrawn boolean not null
        );
        create index proposal_campaign on proposal (campaign_id);
        create table done_task (
          task_id uuid primary key,
          campaign_id uuid not null,
          zone_id text not null,
          kind text not null,
          done_on date not null
        );
        create index done_task_campaign on done_task (campaign_id);
        create table contribution (
          contribution_id uuid primary key,
          version integer not null,
          fact uuid not null,
          outcome_id uuid not null,
          task_id uuid not null,
          campaign_id uuid not null,
          zone_id text not null,
          worker_id uuid not null,
          happened_on date not null,
          mission text not null,
          kind text not null,
          people_reached integer not null,
          themes text[] not null,
          languages text[] not null,
          non_take_up text[] not null,
          relays jsonb not null,
          reason text,
          projected_at timestamptz not null default clock_timestamp()
        );
        comment on column contribution.worker_id is
          'for the sealed ledger, which hides it in groups; never shown, never counted by';
        create index contribution_campaign on contribution (campaign_id);
        create table signal (
          signal_id uuid primary key,
          campaign_id uuid,
          zone_id text,
          worker_id uuid,
          kind text,
          theme text,
          answer text,
          answered_at timestamptz,
          answer_fact uuid
        );
        create index signal_campaign on signal (campaign_id);
        create table notice (
          delivery_id uuid primary key,
          proposal_id uuid,
          channel text not null,
          reached boolean not null
        );
        create index notice_proposal on notice (proposal_id);
        create table progress (
          said_by text primary key,
          facts bigint not null
        );
        create table snapshot (
          snapshot_id uuid primary key,
          campaign_id uuid not null unique,
          frozen_at timestamptz not null,
          figures text not null
        );
        """,
    )
