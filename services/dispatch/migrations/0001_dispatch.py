"""The house's tables, and those of dispatch: the roster, plans, consent, outcomes.

What the product promises about consent is held here too, so that no code can forget it:
a worker alone accepts, nothing starts without an accepted proposal, and nobody holds two tasks at
once or one over a commitment. `btree_gist` is not part of every PostgreSQL that we run on, hence
triggers that lock the worker's row instead of an exclusion constraint.
"""

from alembic import op

from shared.db import HOUSE_0001, run_script

revision = "dispatch_0001"
down_revision = None
branch_labels = None
depends_on = None

ROSTER = """
create table worker (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 80),
  home_zone text not null,
  host_partner text,
  weekly_min integer not null check (weekly_min between 60 and 3000),
  host_share_pct integer not null check (host_share_pct between 20 and 80),
  travel_max_min integer not null check (travel_max_min between 0 and 180),
  saved_at timestamptz not null
);
create table worker_language (
  worker_id uuid not null references worker on delete cascade,
  language text not null,
  confirmed_on date,
  primary key (worker_id, language)
);
create table worker_skill (
  worker_id uuid not null references worker on delete cascade,
  skill text not null,
  confirmed_on date,
  primary key (worker_id, skill)
);
create table worker_refuses (
  worker_id uuid not null references worker on delete cascade,
  kind text not null,
  primary key (worker_id, kind)
);
create table working_period (
  worker_id uuid not null references worker on delete cascade,
  weekday text not null check (weekday in ('mon','tue','wed','thu','fri','sat','sun')),
  starts_min integer not null check (starts_min >= 0),
  ends_min integer not null check (ends_min <= 1440),
  primary key (worker_id, weekday, starts_min),
  check (starts_min < ends_min)
);
create table host_period (
  worker_id uuid not null references worker on delete cascade,
  weekday text not null check (weekday in ('mon','tue','wed','thu','fri','sat','sun')),
  starts_min integer not null check (starts_min >= 0),
  ends_min integer not null check (ends_min <= 1440),
  primary key (worker_id, weekday, starts_min),
  check (starts_min < ends_min)
);
create table commitment (
  id uuid primary key,
  worker_id uuid not null references worker on delete cascade,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  zone_id text,
  noted_at timestamptz not null,
  check (starts_at < ends_at)
);
create index commitment_of on commitment (worker_id, starts_at);
create table absence (
  id uuid primary key,
  worker_id uuid not null references worker on delete cascade,
  from_on date not null,
  until_on date not null,
  noted_at timestamptz not null,
  check (from_on <= until_on)
);
create index absence_of on absence (worker_id, from_on);
"""

OPINIONS = """
create table consultation (
  id uuid primary key,
  invitation_id uuid not null,
  crisis text not null,
  closes_at timestamptz not null,
  accelerated boolean not null
);
create table decision (
  invitation_id uuid primary key,
  decided_at timestamptz not null
);
create table opinion (
  consultation_id uuid not null references consultation,
  worker_id uuid not null,
  version integer not null check (version > 0),
  stance text not null,
  grounds text[] not null,
  given_at timestamptz not null,
  primary key (consultation_id, worker_id)
);
"""

PLANS = """
create table campaign (
  id uuid primary key,
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  zone_ids text[] not null,
  publics text[] not null,
  languages_wanted text[] not null,
  languages_required text[] not null,
  share_max_pct integer not null check (share_max_pct between 1 and 80),
  full_time_equivalents_max double precision check (full_time_equivalents_max > 0)
);
create table campaign_name (
  campaign_id uuid primary key,
  name_fr text not null,
  name_nl text not null
);
create table campaign_life (
  campaign_id uuid primary key,
  state text not null check (state in ('running','suspended','closed')),
  since timestamptz not null
);
create table planned_action (
  campaign_id uuid not null references campaign,
  number integer not null,
  kind text not null,
  zone_ids text[] not null,
  per_zone_per_week integer not null check (per_zone_per_week > 0),
  weekdays text[] not null,
  starts_min integer not null,
  duration_min integer not null check (duration_min > 0),
  people_wanted integer not null check (people_wanted between 1 and 3),
  skill text,
  partners text[] not null,
  from_on date,
  until_on date,
  primary key (campaign_id, number)
);
create table plan (
  id uuid primary key,
  campaign_id uuid not null unique references campaign,
  version integer not null check (version > 0),
  matched_at timestamptz not null,
  confirmed_until date
);
create table task (
  id uuid primary key,
  campaign_id uuid not null references campaign,
  zone_id text not null,
  kind text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  people_wanted integer not null check (people_wanted between 1 and 3),
  weekdays text[] not null,
  skill text,
  partners text[] not null,
  unmatched_because jsonb,
  gap_since timestamptz,
  started_at timestamptz,
  done_at timestamptz,
  not_done_at timestamptz,
  not_done_because text check (not_done_because in ('nobody_accepted','no_outcome')),
  withdrawn_at timestamptz,
  check (starts_at < ends_at),
  check (not_done_at is null or done_at is null),
  check ((not_done_at is null) = (not_done_because is null))
);
create index task_of on task (campaign_id, starts_at);
create index task_undone on task (ends_at)
  where done_at is null and not_done_at is null and withdrawn_at is null;
create table assignment (  -- whom the plan suggests, before anybody is asked
  task_id uuid not null references task,
  worker_id uuid not null references worker on delete cascade,
  why jsonb not null,
  primary key (task_id, worker_id)
);
create index assignment_to on assignment (worker_id);
"""

CONSENT = """
create table proposal (
  id uuid primary key,
  task_id uuid not null references task,
  worker_id uuid references worker,
  state text not null default 'proposed' check (state in
    ('proposed','accepted','declined','countered','expired','handed_back','withdrawn')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  why jsonb not null,
  proposed_at timestamptz not null,
  answer_by timestamptz not null,
  answered_at timestamptz,
  accepted_at timestamptz,
  accepted_by uuid,
  decline_reason text,
  wished_at timestamptz,
  withdrawn_because text,
  started_at timestamptz,
  told_at timestamptz,
  not_told_because text,
  check (starts_at < ends_at),
  -- law 2: the yes is the worker's own
  check (accepted_by is not distinct from
    case when accepted_at is null then null else worker_id end),
  check (state <> 'accepted' or accepted_at is not null),
  check (started_at is null or state = 'accepted'),
  -- a person is forgotten once the answer no longer serves to fill the task
  check (worker_id is not null or state in
    ('declined','expired','countered','handed_back','withdrawn')),
  check (state <> 'countered' or wished_at is not null)
);
create unique index proposal_open on proposal (task_id, worker_id)
  where state in ('proposed','countered','accepted');
create index proposal_to on proposal (worker_id, starts_at);
create index proposal_due on proposal (answer_by) where state in ('proposed','countered');
create index proposal_known on proposal (ends_at)
  where worker_id is not null and state not in ('proposed','accepted');

create function consent_is_own() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'proposed' or new.accepted_at is not null then
      raise exception 'a proposal begins as a question' using errcode = 'check_violation';
    end if;
    return new;
  end if;
  if new.state = old.state then
    return new;
  end if;
  if not ((old.state = 'proposed' and new.state in
             ('accepted','declined','countered','expired','withdrawn'))
       or (old.state = 'countered' and new.state in ('declined','expired','withdrawn'))
       or (old.state = 'accepted' and new.state in ('handed_back','withdrawn'))) then
    raise exception 'a proposal cannot go from % to %', old.state, new.state
      using errcode = 'check_violation';
  end if;
  if new.state = 'accepted' then
    perform 1 from worker where id = new.worker_id for no key update;
    if exists (select 1 from proposal other
               where other.worker_id = new.worker_id and other.state = 'accepted'
                 and other.id <> new.id
                 and other.starts_at < new.ends_at and new.starts_at < other.ends_at) then
      raise exception 'two tasks at once' using errcode = 'exclusion_violation';
    end if;
    if exists (select 1 from commitment own
               where own.worker_id = new.worker_id
                 and own.starts_at < new.ends_at and new.starts_at < own.ends_at) then
      raise exception 'a task over a commitment' using errcode = 'exclusion_violation';
    end if;
    if exists (select 1 from host_period host,
                 lateral (select new.starts_at at time zone 'Europe/Brussels' as begins,
                                 new.ends_at at time zone 'Europe/Brussels' as ends) wall
               where host.worker_id = new.worker_id
                 and host.weekday = (array['mon','tue','wed','thu','fri','sat','sun'])
                                      [extract(isodow from wall.begins)::int]
                 and date_trunc('day', wall.begins) + make_interval(mins => host.starts_min)
                       < wall.ends
                 and wall.begins
                       < date_trunc('day', wall.begins) + make_interval(mins => host.ends_min)
              ) then
      raise exception 'a task in the host partner''s time' using errcode = 'exclusion_violation';
    end if;
  end if;
  return new;
end $$;
create trigger consent_is_own before insert or update on proposal
  for each row execute function consent_is_own();

create function work_needs_a_yes() returns trigger language plpgsql as $$
begin
  if (new.started_at is not null or new.done_at is not null)
     and (tg_op = 'INSERT' or old.started_at is null and old.done_at is null)
     and not exists (select 1 from proposal where task_id = new.id and state = 'accepted') then
    raise exception 'no task starts without a yes' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger work_needs_a_yes before insert or update on task
  for each row execute function work_needs_a_yes();
"""

OUTCOMES = """
create table contribution (
  id uuid primary key,
  outcome_id uuid not null,
  task_id uuid not null references task,
  worker_id uuid not null references worker,
  version integer not null check (version > 0),
  unique (task_id, worker_id)
);
create table contribution_version (
  contribution_id uuid not null references contribution,
  version integer not null check (version > 0),
  happened_on date not null,
  people_reached integer not null check (people_reached between 0 and 5000),
  themes text[] not null,
  languages text[] not null,
  non_take_up text[] not null,
  relays jsonb not null,
  reason text,
  fingerprint text not null,
  repeats integer not null default 0,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (contribution_id, version),
  unique (contribution_id, fingerprint)
);
create function own_work_only() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from proposal where task_id = new.task_id
                   and worker_id = new.worker_id and state = 'accepted') then
    raise exception 'an outcome needs that worker''s own yes' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger own_work_only before insert on contribution
  for each row execute function own_work_only();
create table signal (
  id uuid primary key,
  campaign_id uuid,
  zone_id text not null,
  worker_id uuid not null,
  kind text not null,
  theme text not null,
  raised_at timestamptz not null
);
"""


def upgrade() -> None:
    """Create the schema's tables."""
    for script in (HOUSE_0001, ROSTER, OPINIONS, PLANS, CONSENT, OUTCOMES):
        run_script(op.get_bind(), script)
