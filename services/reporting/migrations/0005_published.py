"""What the funder's role may read beside the ledger: the plan as it was decided, and signals."""

from alembic import op

from shared.db import run_script

revision = "reporting_0005"
down_revision = "reporting_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create views that hold no outcome and no person, and a table of signals that only grows.

    A view reads with its owner's rights: the funder's role has none on what stands behind it.
    """
    run_script(
        op.get_bind(),
        """
        create view public_campaign as
          select c.campaign_id, c.invitation_id, c.name_fr, c.name_nl, c.crisis, c.starts_on,
            c.ends_on, c.closed_at, c.life,
            (select count(*) from campaign_zone z where z.campaign_id = c.campaign_id) as zones
          from campaign c where c.name_fr is not null;
        create view public_plan as
          select t.campaign_id, t.kind, z.code as zone,
            date_trunc('week', t.starts_at at time zone 'Europe/Brussels')::date as week,
            sum(t.people_wanted)::integer as seats
          from planned_task t
            join plan p on p.campaign_id = t.campaign_id and p.version = t.version
            join campaign c on c.campaign_id = t.campaign_id
            left join funder_zoning z
              on z.zone_id = t.zone_id and z.year = extract(year from c.starts_on)
          group by 1, 2, 3, 4;
        create view public_place as
          select z.year, z.code, n.name_fr, n.name_nl, n.municipality
          from funder_zoning z join zone n on n.id = z.zone_id;
        create table published_signal (
          ledger_id text not null,
          seq integer not null check (seq > 0),
          day date not null,
          kind text not null,
          theme text not null,
          primary key (ledger_id, kind, theme)
        );
        comment on table published_signal is
          'raised by three workers or more and answered by the coordination; never how many';
        create trigger signal_only_grows before update or delete or truncate on published_signal
          for each statement execute function refuse_ledger_change();
        """,
    )
