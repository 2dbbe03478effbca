"""From facts to rows: one statement per kind of row, for any number of facts in any order.

Every statement gives the same rows whatever the order of the facts and however often they come:
what grows is only ever added, and what is replaced yields to the higher version, or to the later
fact where there is none. `{s}` is the suffix of the tables: empty, or that of a rebuild.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from shared.db import Tx
from shared.events import (
    CampaignClosed,
    CampaignDeclared,
    CampaignResumed,
    CampaignSuspended,
    Event,
    InvitationDecided,
    InvitationReceived,
    NeighbourhoodsTargeted,
    NotificationFailed,
    OutcomeCorrected,
    OutcomeRecorded,
    RaqNotified,
    RaqsMatched,
    SignalAnswered,
    SignalRaised,
    TaskAccepted,
    TaskCountered,
    TaskDeclined,
    TaskDone,
    TaskExpired,
    TaskHandedBack,
    TaskProposed,
    TaskWithdrawn,
)


@dataclass(frozen=True, slots=True)
class Projection:
    """Which facts make which rows. Every fact's own field `verb` says which one it is."""

    facts: tuple[type[Event], ...]
    statement: str


INVITED = Projection(
    (InvitationReceived,),
    """
    insert into invitation{s} (invitation_id, asked_by, crisis, wanted_from, wanted_until)
    select distinct on (invitation_id)
      invitation_id, asked_by, crisis, wanted_from, wanted_until
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, invitation_id uuid,
      asked_by text, crisis text, wanted_from date, wanted_until date)
    order by invitation_id, event_id
    on conflict (invitation_id) do update set asked_by = excluded.asked_by,
      crisis = excluded.crisis, wanted_from = excluded.wanted_from,
      wanted_until = excluded.wanted_until
    """,
)
DECIDED = Projection(
    (InvitationDecided,),
    """
    insert into invitation{s} as known (invitation_id, decision, decided_at, decided_fact)
    select distinct on (invitation_id) invitation_id, decision, occurred_at, event_id
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, invitation_id uuid,
      decision text, occurred_at timestamptz)
    order by invitation_id, occurred_at desc, event_id desc
    on conflict (invitation_id) do update set decision = excluded.decision,
      decided_at = excluded.decided_at, decided_fact = excluded.decided_fact
    where known.decided_at is null or (known.decided_at, known.decided_fact)
      < (excluded.decided_at, excluded.decided_fact)
    """,
)
DECLARED = Projection(
    (CampaignDeclared,),
    """
    insert into campaign{s}
      (campaign_id, invitation_id, name_fr, name_nl, crisis, starts_on, ends_on)
    select distinct on (campaign_id)
      campaign_id, invitation_id, name_fr, name_nl, crisis, starts_on, ends_on
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, campaign_id uuid,
      invitation_id uuid, name_fr text, name_nl text, crisis text, starts_on date, ends_on date)
    order by campaign_id, event_id
    on conflict (campaign_id) do update set invitation_id = excluded.invitation_id,
      name_fr = excluded.name_fr, name_nl = excluded.name_nl, crisis = excluded.crisis,
      starts_on = excluded.starts_on, ends_on = excluded.ends_on
    """,
)
PAUSED = Projection(
    (CampaignSuspended, CampaignResumed),
    """
    insert into campaign{s} as known (campaign_id, life, life_at, life_fact)
    select distinct on (campaign_id) campaign_id, verb, occurred_at, event_id
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, campaign_id uuid,
      verb text, occurred_at timestamptz)
    order by campaign_id, occurred_at desc, event_id desc
    on conflict (campaign_id) do update set life = excluded.life, life_at = excluded.life_at,
      life_fact = excluded.life_fact
    where known.life_at is null or (known.life_at, known.life_fact)
      < (excluded.life_at, excluded.life_fact)
    """,
)
CLOSED = Projection(
    (CampaignClosed,),
    """
    insert into campaign{s} (campaign_id, closed_at, closing_reason)
    select distinct on (campaign_id) campaign_id, occurred_at, reason
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, campaign_id uuid,
      occurred_at timestamptz, reason text)
    order by campaign_id, event_id
    on conflict (campaign_id) do update set closed_at = excluded.closed_at,
      closing_reason = excluded.closing_reason
    """,
)
TARGETED = Projection(
    (NeighbourhoodsTargeted,),
    """
    insert into campaign_zone{s} (campaign_id, zone_id)
    select distinct campaign_id, zone_id
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(campaign_id uuid, zone_ids text[]),
      unnest(zone_ids) as zone_id
    order by campaign_id, zone_id
    on conflict do nothing
    """,
)
PLANNED = Projection(
    (RaqsMatched,),
    """
    insert into plan{s} as known (campaign_id, plan_id, version, fact)
    select distinct on (campaign_id) campaign_id, plan_id, version, event_id
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, campaign_id uuid,
      plan_id uuid, version integer)
    order by campaign_id, version desc, event_id desc
    on conflict (campaign_id) do update set plan_id = excluded.plan_id,
      version = excluded.version, fact = excluded.fact
    where (known.version, known.fact) < (excluded.version, excluded.fact)
    """,
)
PLANNED_TASKS = Projection(
    (RaqsMatched,),
    """
    insert into planned_task{s} as known (task_id, campaign_id, zone_id, kind, starts_at, ends_at,
      people_wanted, people_matched, version, fact)
    select distinct on (task_id) task_id, campaign_id, zone_id, kind, starts_at, ends_at,
      people_wanted, people_matched, version, event_id
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, campaign_id uuid,
      version integer, tasks jsonb),
      jsonb_to_recordset(tasks) as t(task_id uuid, zone_id text, kind text,
        starts_at timestamptz, ends_at timestamptz, people_wanted integer, people_matched integer)
    order by task_id, version desc, event_id desc
    on conflict (task_id) do update set campaign_id = excluded.campaign_id,
      zone_id = excluded.zone_id, kind = excluded.kind, starts_at = excluded.starts_at,
      ends_at = excluded.ends_at, people_wanted = excluded.people_wanted,
      people_matched = excluded.people_matched, version = excluded.version, fact = excluded.fact
    where (known.version, known.fact) < (excluded.version, excluded.fact)
    """,
)
ANSWERED = Projection(
    (
        TaskProposed,
        TaskAccepted,
        TaskDeclined,
        TaskCountered,
        TaskExpired,
        TaskHandedBack,
        TaskWithdrawn,
    ),
    """
    insert into proposal{s} as known (proposal_id, task_id, campaign_id, zone_id, proposed,
      accepted, declined, countered, expired, handed_back, withdrawn)
    select proposal_id, min(task_id::text)::uuid, min(campaign_id::text)::uuid, min(zone_id),
      bool_or(verb = 'proposed'), bool_or(verb = 'accepted'), bool_or(verb = 'declined'),
      bool_or(verb = 'countered'), bool_or(verb = 'expired'), bool_or(verb = 'handed_back'),
      bool_or(verb = 'withdrawn')
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(verb text, proposal_id uuid,
      task_id uuid, campaign_id uuid, zone_id text)
    group by proposal_id
    order by proposal_id
    on conflict (proposal_id) do update set
      proposed = known.proposed or excluded.proposed,
      accepted = known.accepted or excluded.accepted,
      declined = known.declined or excluded.declined,
      countered = known.countered or excluded.countered,
      expired = known.expired or excluded.expired,
      handed_back = known.handed_back or excluded.handed_back,
      withdrawn = known.withdrawn or excluded.withdrawn
    """,
)
DONE = Projection(
    (TaskDone,),
    """
    insert into done_task{s} (task_id, campaign_id, zone_id, kind, done_on)
    select distinct on (task_id) task_id, campaign_id, zone_id, kind, done_on
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, task_id uuid,
      campaign_id uuid, zone_id text, kind text, done_on date)
    order by task_id, event_id
    on conflict do nothing
    """,
)
CONTRIBUTED = Projection(
    (OutcomeRecorded, OutcomeCorrected),
    """
    insert into contribution{s} as known (contribution_id, version, fact, outcome_id, task_id,
      campaign_id, zone_id, worker_id, happened_on, mission, kind, people_reached, themes,
      languages, non_take_up, relays, reason, encoded_at)
    select distinct on (contribution_id) contribution_id, version, event_id, outcome_id, task_id,
      campaign_id, zone_id, worker_id, happened_on, mission, kind, people_reached, themes,
      languages, non_take_up, relays, reason,
      min(occurred_at) over (partition by contribution_id)
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, contribution_id uuid,
      version integer, outcome_id uuid, task_id uuid, campaign_id uuid, zone_id text,
      worker_id uuid, happened_on date, mission text, kind text, people_reached integer,
      themes text[], languages text[], non_take_up text[], relays jsonb, reason text,
      occurred_at timestamptz)
    order by contribution_id, version desc, event_id desc
    on conflict (contribution_id) do update set version = excluded.version,
      fact = excluded.fact, outcome_id = excluded.outcome_id, task_id = excluded.task_id,
      campaign_id = excluded.campaign_id, zone_id = excluded.zone_id,
      worker_id = excluded.worker_id, happened_on = excluded.happened_on,
      mission = excluded.mission, kind = excluded.kind,
      people_reached = excluded.people_reached, themes = excluded.themes,
      languages = excluded.languages, non_take_up = excluded.non_take_up,
      relays = excluded.relays, reason = excluded.reason,
      encoded_at = least(known.encoded_at, excluded.encoded_at), projected_at = clock_timestamp()
    where (known.version, known.fact) < (excluded.version, excluded.fact)
    """,
)
# When a contribution first came in, also where an older version is heard after a newer one.
FIRST_CAME = Projection(
    (OutcomeRecorded, OutcomeCorrected),
    """
    update contribution{s} as known set encoded_at = first.encoded_at
    from (select contribution_id, min(occurred_at) as encoded_at
      from jsonb_to_recordset(cast(:facts as jsonb)) as f(contribution_id uuid,
        occurred_at timestamptz)
      group by contribution_id order by contribution_id) as first
    where known.contribution_id = first.contribution_id
      and first.encoded_at < known.encoded_at
    """,
)
RAISED = Projection(
    (SignalRaised,),
    """
    insert into signal{s} (signal_id, campaign_id, zone_id, worker_id, kind, theme)
    select distinct on (signal_id) signal_id, campaign_id, zone_id, worker_id, kind, theme
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, signal_id uuid,
      campaign_id uuid, zone_id text, worker_id uuid, kind text, theme text)
    order by signal_id, event_id
    on conflict (signal_id) do update set campaign_id = excluded.campaign_id,
      zone_id = excluded.zone_id, worker_id = excluded.worker_id, kind = excluded.kind,
      theme = excluded.theme
    """,
)
REPLIED = Projection(
    (SignalAnswered,),
    """
    insert into signal{s} as known (signal_id, answer, answered_at, answer_fact)
    select distinct on (signal_id) signal_id, answer, occurred_at, event_id
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(event_id uuid, signal_id uuid,
      answer text, occurred_at timestamptz)
    order by signal_id, occurred_at desc, event_id desc
    on conflict (signal_id) do update set answer = excluded.answer,
      answered_at = excluded.answered_at, answer_fact = excluded.answer_fact
    where known.answered_at is null or (known.answered_at, known.answer_fact)
      < (excluded.answered_at, excluded.answer_fact)
    """,
)
TOLD = Projection(
    (RaqNotified, NotificationFailed),
    """
    insert into notice{s} as known (delivery_id, proposal_id, channel, reached)
    select delivery_id, min(proposal_id::text)::uuid, min(channel), bool_or(verb = 'notified')
    from jsonb_to_recordset(cast(:facts as jsonb)) as f(verb text, delivery_id uuid,
      proposal_id uuid, channel text)
    group by delivery_id
    order by delivery_id
    on conflict (delivery_id) do update set reached = known.reached or excluded.reached
    """,
)

PROJECTIONS = (
    INVITED,
    DECIDED,
    DECLARED,
    PAUSED,
    CLOSED,
    TARGETED,
    PLANNED,
    PLANNED_TASKS,
    ANSWERED,
    DONE,
    CONTRIBUTED,
    FIRST_CAME,
    RAISED,
    REPLIED,
    TOLD,
)
PROJECTED: tuple[type[Event], ...] = tuple(
    dict.fromkeys(fact for projection in PROJECTIONS for fact in projection.facts)
)
PROJECTION_TABLES = (
    "invitation",
    "campaign",
    "campaign_zone",
    "plan",
    "planned_task",
    "proposal",
    "done_task",
    "contribution",
    "signal",
    "notice",
)
PROGRESS = """
insert into progress{s} as known (said_by, facts) values (:said_by, :facts)
on conflict (said_by) do update set facts = known.facts + excluded.facts
"""


async def project(tx: Tx, facts: Sequence[Event], suffix: str = "") -> None:
    """Bring the projections up to date with facts that they have not seen yet.

    Rows and statements are taken in a fixed order, so that two projections at once wait for each
    other instead of locking each other out. `suffix` names the tables of a rebuild.
    """
    told: dict[type[Event], list[str]] = defaultdict(list)
    for fact in facts:
        told[type(fact)].append(as_json(fact))
    for projection in PROJECTIONS:
        mine = [line for kind in projection.facts for line in told.get(kind, ())]
        if mine:
            await tx.execute(
                text(projection.statement.format(s=suffix)), {"facts": f"[{','.join(mine)}]"}
            )
    for said_by, count in sorted(Counter(fact.said_by for fact in facts).items()):
        await tx.execute(text(PROGRESS.format(s=suffix)), {"said_by": said_by, "facts": count})


def as_json(fact: Event) -> str:
    """Write a fact as on the wire, with the verb that its class stands for."""
    return f'{{"verb":"{fact.verb}",{fact.model_dump_json()[1:]}'
