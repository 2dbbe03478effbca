"""What a seal was read with: the plan as it was then, and the day on which a ledger ended."""

from alembic import op

from shared.db import run_script

revision = "reporting_0006"
down_revision = "reporting_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the plan of each seal, so that a report of a past seal is made again byte for byte.

    `public_close` tells of the audit that nothing follows, and whether the last interventions were
    left out; why stays with the sealer.
    """
    run_script(
        op.get_bind(),
        """
        create or replace view public_plan as
          select t.campaign_id, t.kind, z.code as zone,
            date_trunc('week', t.starts_at at time zone 'Europe/Brussels')::date as week,
            sum(t.people_wanted)::integer as seats, p.version
          from planned_task t
            join plan p on p.campaign_id = t.campaign_id and p.version = t.version
            join campaign c on c.campaign_id = t.campaign_id
            left join funder_zoning z
              on z.zone_id = t.zone_id and z.year = extract(year from c.starts_on)
          group by 1, 2, 3, 4, 6;
        create table published_plan (
          ledger_id text not null,
          version integer not null,
          seq integer not null check (seq > 0),
          lines jsonb not null,
          primary key (ledger_id, version)
        );
        comment on table published_plan is
          'planned seats as they were at the first seal after a plan was made; no person, no day';
        create trigger plan_only_grows before update or delete or truncate on published_plan
          for each statement execute function refuse_ledger_change();
        create view public_close as
          select ledger_id, max(day) as day, bool_or(reason not in ('', 'empty')) as left_out
          from ledger_audit where what = 'close' group by ledger_id;
        """,
    )
