"""The product's laws, each asked of the whole database by a query of its own.

These queries share nothing with the services: they read every schema as the owner, and look for
what must not be there. Each row found is one breach. `relais demo` and the tests ask them all.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

WALL = "at time zone 'Europe/Brussels'"
ACCEPTED = "(select * from dispatch.proposal where state = 'accepted')"
WEEKDAYS = "array['mon','tue','wed','thu','fri','sat','sun']"
WORKERS_MIN = 3  # Source: docs/ledger.md, K.
ROLLING_WEEKS = 4  # Source: the founders' law 3, "over a rolling four weeks".
# Source: docs/matching.md: ten minutes from door to door and four per kilometre, in fives.
TRAVEL_MIN = """case when home.x_km is null or there.x_km is null or home.id = there.id then 0 else
  5 * ceil((10 + 4 * sqrt((home.x_km - there.x_km) ^ 2 + (home.y_km - there.y_km) ^ 2)) / 5
           - 1e-9) end"""


@dataclass(frozen=True, slots=True)
class Law:
    """A sentence that must hold, and the query that finds where it does not."""

    slug: str
    sentence: str
    query: str


LAWS: tuple[Law, ...] = (
    Law(
        "no_overlap",
        "Nobody has accepted two tasks at the same time.",
        f"""
        select a.id, b.id from {ACCEPTED} a join {ACCEPTED} b
          on a.worker_id = b.worker_id and a.id < b.id
          and a.starts_at < b.ends_at and b.starts_at < a.ends_at""",
    ),
    Law(
        "commitments_untouched",
        "No task was accepted over a commitment, an absence or the team's meeting that was there"
        " before.",
        f"""
        select a.id from {ACCEPTED} a join dispatch.commitment c on c.worker_id = a.worker_id
          and a.starts_at < c.ends_at and c.starts_at < a.ends_at
          and c.noted_at <= a.accepted_at
        union all
        select a.id from {ACCEPTED} a join dispatch.absence f on f.worker_id = a.worker_id
          and (a.starts_at {WALL})::date <= f.until_on
          and f.from_on <= (a.ends_at {WALL})::date
          and f.noted_at <= a.accepted_at
        union all
        select a.id from {ACCEPTED} a join dispatch.team_meeting m
          on m.weekday = ({WEEKDAYS})[extract(isodow from a.starts_at {WALL})::int]
          and (a.starts_at {WALL})
            < date_trunc('day', a.starts_at {WALL}) + make_interval(mins => m.ends_min)
          and date_trunc('day', a.starts_at {WALL}) + make_interval(mins => m.starts_min)
            < (a.ends_at {WALL})
          and m.saved_at <= a.accepted_at""",
    ),
    Law(
        "host_partner_untouched",
        "No task was accepted in the host partner's time.",
        f"""
        select a.id from {ACCEPTED} a join dispatch.host_period h on h.worker_id = a.worker_id
          and h.weekday = ({WEEKDAYS})[extract(isodow from a.starts_at {WALL})::int]
          and (a.starts_at {WALL})
            < date_trunc('day', a.starts_at {WALL}) + make_interval(mins => h.ends_min)
          and date_trunc('day', a.starts_at {WALL}) + make_interval(mins => h.starts_min)
            < (a.ends_at {WALL})""",
    ),
    Law(
        "campaign_share",
        "Campaigns take no more than their share of anybody's time in any four weeks, travel"
        " included.",
        f"""
        with charge as (
          select a.worker_id, date_trunc('week', a.starts_at {WALL}) as week,
            extract(epoch from a.ends_at - a.starts_at) / 60 + 2 * {TRAVEL_MIN} as minutes
          from {ACCEPTED} a join dispatch.task t on t.id = a.task_id
          join dispatch.worker w on w.id = a.worker_id
          left join dispatch.zone home on home.id = w.home_zone
          left join dispatch.zone there on there.id = t.zone_id
        )
        select w.id, first.week, sum(c.minutes)
        from dispatch.worker w
        join (select distinct worker_id, week from charge) first on first.worker_id = w.id
        join charge c on c.worker_id = w.id and c.week >= first.week
          and c.week < first.week + interval '{ROLLING_WEEKS} weeks'
        group by w.id, w.weekly_min, first.week
        having sum(c.minutes) > {ROLLING_WEEKS} * w.weekly_min
          * (select max(share_max_pct) from dispatch.campaign) / 100""",
    ),
    Law(
        "full_time_equivalents",
        "No campaign takes more full-time equivalents in a week than it was declared with.",
        f"""
        select t.campaign_id, date_trunc('week', a.starts_at {WALL}) as week
        from {ACCEPTED} a join dispatch.task t on t.id = a.task_id
        join dispatch.campaign c on c.id = t.campaign_id
        where c.full_time_equivalents_max is not null
        group by 1, 2, c.full_time_equivalents_max
        having sum(extract(epoch from a.ends_at - a.starts_at)) / 3600
          > c.full_time_equivalents_max * 38""",
    ),
    Law(
        "own_consent",
        "Nothing was started or recorded without that worker's own yes, said before.",
        """
        select p.id from dispatch.proposal p where p.started_at is not null
          and (p.accepted_at is null or p.accepted_by is distinct from p.worker_id
               or p.accepted_at > p.started_at)
        union all
        select p.id from dispatch.proposal p
          where p.accepted_at is not null and p.accepted_by is distinct from p.worker_id
        union all
        select c.id from dispatch.contribution c where not exists (
          select 1 from dispatch.proposal p where p.task_id = c.task_id
            and p.worker_id = c.worker_id and p.accepted_by = c.worker_id)
        union all
        select o.event_id from dispatch.outbox o
          where o.type = 'dispatch.v1.outcome.recorded' and not exists (
            select 1 from dispatch.outbox yes where yes.type = 'dispatch.v1.task.accepted'
              and yes.id < o.id
              and yes.body::jsonb ->> 'task_id' = o.body::jsonb ->> 'task_id'
              and yes.body::jsonb ->> 'worker_id' = o.body::jsonb ->> 'worker_id')""",
    ),
    Law(
        "lawful_campaigns",
        "Every campaign has an answered charter, an end within 26 weeks, and neighbourhoods.",
        """
        select c.id from intake.campaign c
        left join intake.decision d
          on d.id = c.decision_id and d.decision in ('accept', 'adjust')
        where d.id is null or c.ends_on is null or c.ends_on - c.starts_on >= 26 * 7
          or not exists (select 1 from intake.campaign_zone z where z.campaign_id = c.id)
          or (select count(distinct (a.kind, a.question)) from intake.judgement_answer a
              where a.invitation_id = d.invitation_id and a.version = d.judgement_version
                and a.respected) <> 10""",
    ),
    Law(
        "answered_objections",
        "No invitation was decided while an objection had no answer.",
        """
        select o.id from intake.opinion o
        join intake.consultation c on c.id = o.consultation_id
        join intake.decision d on d.invitation_id = c.invitation_id
        left join intake.reply r on r.opinion_id = o.id and r.replied_at <= d.decided_at
        where o.stance = 'against' and r.opinion_id is null""",
    ),
    Law(
        "campaigns_end",
        "Nothing was accepted, started or done after a campaign's last day, and it is closed.",
        f"""
        select p.id from dispatch.proposal p join dispatch.task t on t.id = p.task_id
          join intake.campaign c on c.id = t.campaign_id
          where greatest(p.accepted_at, p.started_at, t.starts_at) {WALL}
                >= c.ends_on + interval '1 day' and p.state = 'accepted'
        union all
        select v.contribution_id from dispatch.contribution_version v
          join dispatch.contribution o on o.id = v.contribution_id
          join dispatch.task t on t.id = o.task_id
          join intake.campaign c on c.id = t.campaign_id where v.happened_on > c.ends_on
        union all
        select c.id from intake.campaign c, access.clock
          where c.state <> 'closed' and clock.instant {WALL} > c.ends_on + interval '1 day'
        union all
        select p.id from dispatch.proposal p join dispatch.task t on t.id = p.task_id
          join intake.campaign c on c.id = t.campaign_id
          where c.state = 'closed' and p.state in ('proposed', 'countered')""",
    ),
    Law(
        "counted_once",
        "Each person's work at a task is counted once, its versions follow one another.",
        """
        select task_id, worker_id from dispatch.contribution
          group by 1, 2 having count(*) > 1
        union all
        select task_id, worker_id from reporting.contribution
          group by 1, 2 having count(*) > 1
        union all
        select contribution_id, null from dispatch.contribution_version
          group by 1 having max(version) <> count(*)
        union all
        select event_id, null from dispatch.outbox group by 1 having count(*) > 1""",
    ),
    Law(
        "figures_equal_a_recount",
        "What reporting knows equals what dispatch holds, row by row.",
        """
        with current as (
          select distinct on (v.contribution_id) v.* from dispatch.contribution_version v
          order by v.contribution_id, v.version desc)
        select coalesce(c.id, r.contribution_id) from dispatch.contribution c
          join current v on v.contribution_id = c.id
          full join reporting.contribution r on r.contribution_id = c.id
          where r.contribution_id is null or c.id is null or r.version <> v.version
            or r.people_reached <> v.people_reached or r.happened_on <> v.happened_on
            or r.task_id <> c.task_id or r.outcome_id <> c.outcome_id
            or r.relays::jsonb <> v.relays::jsonb
            or not (r.themes @> v.themes and v.themes @> r.themes)
            or not (r.languages @> v.languages and v.languages @> r.languages)
            or not (r.non_take_up @> v.non_take_up and v.non_take_up @> r.non_take_up)
        union all
        select coalesce(p.id, r.proposal_id) from dispatch.proposal p
          full join reporting.proposal r on r.proposal_id = p.id
          where p.id is null or r.proposal_id is null
            or r.accepted <> (p.accepted_at is not null)
            or r.declined <> (p.state = 'declined') or r.expired <> (p.state = 'expired')
            or r.handed_back <> (p.state = 'handed_back')
            or r.withdrawn <> (p.state = 'withdrawn')
        union all
        select coalesce(t.id, r.task_id) from dispatch.task t
          full join reporting.done_task r on r.task_id = t.id
          where (t.done_at is not null) <> (r.task_id is not null)""",
    ),
    Law(
        "small_campaigns_by_waiver",
        "Of a campaign of fewer than three workers nothing is published but its total, with each"
        " one's own waiver, given before.",
        f"""
        select b.ledger_id, b.number from reporting.ledger_block b
          join reporting.ledger_policy p using (ledger_id)
          join reporting.ledger_seal s using (ledger_id, seq)
          where (select count(distinct m.worker_id) from reporting.ledger_member m
                 where m.ledger_id = b.ledger_id and m.seq <= b.seq) < {WORKERS_MIN}
            and (b.view <> 'total' or exists (
              select from reporting.ledger_member m
                where m.ledger_id = b.ledger_id and m.seq <= b.seq and not exists (
                  select from reporting.ledger_waiver w where w.campaign_id = p.campaign_id
                    and w.worker_id = m.worker_id and w.given_at <= s.sealed_at)))""",
    ),
    Law(
        "no_resident",
        "No table has a place for who a resident is.",
        """
        select table_schema, table_name, column_name from information_schema.columns
        where table_schema in ('access', 'intake', 'dispatch', 'notify', 'reporting')
          and column_name ~* '(resident|habitant|beneficiar|client|patient|household|niss|birth|'
            'gender|nationality|phone|address|street|postcode|email|first_?name|last_?name|'
            'surname|comment|remark|note$|free_?text|story|description)'
          and (table_schema, table_name, column_name) not in (('notify', 'contact_point', 'email'),
            ('dispatch', 'actor', 'street'), ('dispatch', 'actor', 'phone'),
            ('dispatch', 'actor', 'email'),  -- an organisation's
            ('reporting', 'report_subscription', 'address'))  -- a reader's own, sealed
        """,
    ),
    Law(
        "no_declines_per_person",
        "Nobody can count who says no: no query can join a person and a refusal.",
        """
        select table_name, column_name from information_schema.columns
          where table_schema = 'reporting' and column_name ~ '(worker|person)'
            and table_name in (select table_name from information_schema.columns
                               where table_schema = 'reporting' and column_name ~ 'declined')
        union all
        select p.id::text, p.state from dispatch.proposal p, access.clock
          where p.worker_id is not null and p.ends_at < clock.instant - interval '1 day'
            and p.state in ('declined', 'expired', 'countered', 'handed_back')
        union all
        select event_id::text, type from dispatch.outbox
          where type in ('dispatch.v1.task.declined', 'dispatch.v1.task.expired',
                         'dispatch.v1.task.countered', 'dispatch.v1.task.handed_back')
            and body::jsonb ? 'worker_id'
        union all
        select p.proposal_id::text, 'notify' from notify.proposal p join dispatch.proposal d
          on d.id = p.proposal_id and d.state = 'declined' where p.person_id is not null
        union all
        select proposal_id::text, 'notify' from notify.proposal
          where forgotten and (zone_id is not null or starts_at is not null)""",
    ),
)

# What may stand in a fact: ids, dates and codes. A campaign's public name is the one exception.
CODED = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids
    r"|\d{4}-\d{2}(-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2}))?)?"  # dates, instants, charter versions
    r"|[a-z][a-z0-9_]{1,39}"  # words of closed lists
    r"|[a-z0-9][a-z0-9-]{1,39}"  # partner organisations
    r"|[A-Za-z0-9_-]{2,24}"  # neighbourhoods
)
MAY_HOLD_A_NAME = {("intake.v1.campaign.declared", key) for key in ("name_fr", "name_nl")}


def broken_laws(database_url: str) -> dict[str, int]:
    """Count the breaches of each law in the whole database, by slug; zeros when all hold.

    Args:
        database_url: of the owner, who may read every schema.
    """
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found = {law.slug: len(connection.execute(law.query).fetchall()) for law in LAWS}
        found["no_free_text_on_the_bus"] = sum(1 for _ in free_text(connection))
    return found


def free_text(connection: "psycopg.Connection[DictRow]") -> Iterator[tuple[str, str]]:
    """Walk every fact of every outbox; yield the type and the place of what is not coded."""
    for service in ("intake", "dispatch", "notify", "reporting"):
        facts = connection.execute(f"select type, body from {service}.outbox").fetchall()
        for fact in facts:
            for place, value in leaves(json.loads(fact["body"])):
                named = (fact["type"], place) in MAY_HOLD_A_NAME
                if isinstance(value, str) and not named and not CODED.fullmatch(value):
                    yield fact["type"], place


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every single value of a JSON document, and the name under which it stands."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, str(key))
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, place)
    else:
        yield place, value
