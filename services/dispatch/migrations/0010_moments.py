"""What happened to a campaign's tasks, minute by minute: a table that only grows and names nobody.

Triggers write it, in the statement that made it so: whichever step changes a row, now or later, its
moment cannot be missing. A question that ended without a yes is one word here, whether somebody
declined, was silent or was withdrawn: what is not written cannot be read back years later.
"""

from alembic import op

from shared.db import run_script

revision = "dispatch_0010"
down_revision = "dispatch_0009"
branch_labels = None
depends_on = None

MOMENTS = """
create table moment (
  number bigint generated always as identity primary key,
  campaign_id uuid not null,
  task_id uuid,
  at timestamptz not null,
  what text not null check (what in
    ('planned','asked','told','yes','other_time','ended','wish_ended','freed','gap','filled',
     'started','done','not_done','withdrawn','recorded','corrected',
     'matched','confirmed','running','suspended','closed')),
  starts_at timestamptz,
  ends_at timestamptz,
  people_wanted integer,
  version integer,
  until_on date,
  check ((task_id is null) = (what in ('matched','confirmed','running','suspended','closed'))),
  check ((what = 'planned') = (starts_at is not null and ends_at is not null
                               and people_wanted is not null)),
  check ((what = 'matched') = (version is not null)),
  check ((what = 'confirmed') = (until_on is not null))
);
create index moment_of_campaign on moment (campaign_id, number);
create index moment_of_task on moment (task_id, number) where task_id is not null;

create function moments_only_grow() returns trigger language plpgsql as $$
begin
  raise exception 'what happened has happened' using errcode = 'check_violation';
end $$;
create trigger moments_only_grow before update or delete on moment
  for each row execute function moments_only_grow();

-- The clock that counts: the played one where there is one. A task's moments never go backwards.
create function clock_that_counts(of_task uuid) returns timestamptz language sql volatile as $$
  select greatest(
    coalesce((select instant from access.clock), statement_timestamp()),
    (select at from moment where task_id = of_task order by number desc limit 1))
$$;

create function note_about_task() returns trigger language plpgsql as $$
declare
  said text[] := '{}';
begin
  if tg_op = 'INSERT' then
    said := said || 'planned'::text;
  elsif (new.starts_at, new.ends_at, new.people_wanted)
        is distinct from (old.starts_at, old.ends_at, old.people_wanted) then
    said := said || 'planned'::text;
  end if;
  if new.gap_since is not null and (tg_op = 'INSERT' or old.gap_since is null) then
    said := said || 'gap'::text;
  elsif tg_op = 'UPDATE' and new.gap_since is null and old.gap_since is not null then
    said := said || 'filled'::text;
  end if;
  if new.started_at is not null and (tg_op = 'INSERT' or old.started_at is null) then
    said := said || 'started'::text;
  end if;
  if new.done_at is not null and (tg_op = 'INSERT' or old.done_at is null) then
    said := said || 'done'::text;
  end if;
  if new.not_done_at is not null and (tg_op = 'INSERT' or old.not_done_at is null) then
    said := said || 'not_done'::text;
  end if;
  if new.withdrawn_at is not null and (tg_op = 'INSERT' or old.withdrawn_at is null) then
    said := said || 'withdrawn'::text;
  end if;
  if cardinality(said) > 0 then
    insert into moment (campaign_id, task_id, at, what, starts_at, ends_at, people_wanted)
    select new.campaign_id, new.id, clock_that_counts(new.id), word,
      case when word = 'planned' then new.starts_at end,
      case when word = 'planned' then new.ends_at end,
      case when word = 'planned' then new.people_wanted end
    from unnest(said) with ordinality as words (word, place) order by place;
  end if;
  return null;
end $$;
create trigger note_about_task after insert or update on task
  for each row execute function note_about_task();

create function note_about_question() returns trigger language plpgsql as $$
declare
  said text;
begin
  if tg_op = 'INSERT' then
    said := 'asked';
  elsif new.state is distinct from old.state then
    said := case
      when new.state = 'accepted' then 'yes'
      when new.state = 'countered' then 'other_time'
      when old.state = 'accepted' then 'freed'
      when old.state = 'countered' then 'wish_ended'
      else 'ended' end;
  elsif new.told_at is not null and old.told_at is null and new.state = 'proposed' then
    said := 'told';
  end if;
  if said is not null then
    insert into moment (campaign_id, task_id, at, what)
    select task.campaign_id, task.id, clock_that_counts(task.id), said
    from task where task.id = new.task_id;
  end if;
  return null;
end $$;
create trigger note_about_question after insert or update on proposal
  for each row execute function note_about_question();

create function note_about_outcome() returns trigger language plpgsql as $$
begin
  insert into moment (campaign_id, task_id, at, what)
  select task.campaign_id, task.id, clock_that_counts(task.id),
    case when new.version = 1 then 'recorded' else 'corrected' end
  from contribution join task on task.id = contribution.task_id
  where contribution.id = new.contribution_id;
  return null;
end $$;
create trigger note_about_outcome after insert on contribution_version
  for each row execute function note_about_outcome();

create function note_about_plan() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.version is distinct from old.version then
    insert into moment (campaign_id, at, what, version)
    values (new.campaign_id, clock_that_counts(null), 'matched', new.version);
  end if;
  if new.confirmed_until is not null
     and (tg_op = 'INSERT' or new.confirmed_until is distinct from old.confirmed_until) then
    insert into moment (campaign_id, at, what, until_on)
    values (new.campaign_id, clock_that_counts(null), 'confirmed', new.confirmed_until);
  end if;
  return null;
end $$;
create trigger note_about_plan after insert or update on plan
  for each row execute function note_about_plan();

create function note_about_life() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.state is distinct from old.state then
    insert into moment (campaign_id, at, what)
    values (new.campaign_id, clock_that_counts(null), new.state);
  end if;
  return null;
end $$;
create trigger note_about_life after insert or update on campaign_life
  for each row execute function note_about_life();
"""

WHAT_ROWS_STILL_KNOW = """
insert into moment (campaign_id, task_id, at, what, starts_at, ends_at, people_wanted, version,
                    until_on)
select campaign_id, task_id, at, what, starts_at, ends_at, people_wanted, version, until_on from (
  select t.campaign_id, t.id as task_id,
    least(plan.matched_at, t.starts_at,
          (select min(proposed_at) from proposal where proposal.task_id = t.id)) as at,
    'planned' as what, 0 as place, t.starts_at, t.ends_at, t.people_wanted,
    null::integer as version, null::date as until_on
  from task t left join plan on plan.campaign_id = t.campaign_id
  union all
  select t.campaign_id, t.id, happened.at, happened.what, happened.place, null, null, null, null,
    null
  from task t cross join lateral (values
    ('gap', 4, t.gap_since), ('started', 5, t.started_at), ('done', 6, t.done_at),
    ('not_done', 6, t.not_done_at), ('withdrawn', 7, t.withdrawn_at)
  ) as happened (what, place, at) where happened.at is not null
  union all
  select t.campaign_id, t.id, happened.at, happened.what, happened.place, null, null, null, null,
    null
  from proposal p join task t on t.id = p.task_id cross join lateral (values
    ('asked', 1, p.proposed_at),
    ('told', 2, case when p.accepted_at is null or p.told_at <= p.accepted_at
                     then p.told_at end),
    ('yes', 3, p.accepted_at),
    ('other_time', 3, case when p.state = 'countered' then p.answered_at end),
    ('freed', 4, case when p.accepted_at is not null and p.state <> 'accepted'
                      then p.answered_at end),
    ('ended', 4, case when p.accepted_at is null and p.state in ('declined','expired','withdrawn')
                      then p.answered_at end)
  ) as happened (what, place, at) where happened.at is not null
  union all
  select t.campaign_id, t.id, v.recorded_at,
    case when v.version = 1 then 'recorded' else 'corrected' end, 6, null, null, null, null, null
  from contribution_version v join contribution c on c.id = v.contribution_id
  join task t on t.id = c.task_id
  union all
  select campaign_id, null, matched_at, 'matched', 0, null, null, null, version, null from plan
  union all
  select campaign_id, null, matched_at, 'confirmed', 1, null, null, null, null, confirmed_until
  from plan where confirmed_until is not null
  union all
  select campaign_id, null, since, state, 2, null, null, null, null, null from campaign_life
) as known order by at, place, task_id;
"""


def upgrade() -> None:
    """Create the table and its triggers, and write down what rows still know of earlier days."""
    run_script(op.get_bind(), MOMENTS)
    run_script(op.get_bind(), WHAT_ROWS_STILL_KNOW)
