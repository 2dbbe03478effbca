"""The house's tables, and the first of intake."""

from alembic import op

from shared.db import HOUSE_0001, run_script

revision = "intake_0001"
down_revision = None
branch_labels = None
depends_on = None

INTAKE_0001 = """
create table given_id (
  id uuid primary key,
  kind text not null,
  digest bytea not null,
  given_at timestamptz not null
);

create table territory (
  version integer generated always as identity primary key,
  pack jsonb not null,
  digest bytea not null,
  loaded_at timestamptz not null,
  loaded_by uuid
);

create table invitation (
  id uuid primary key,
  asked_by text not null check (asked_by in ('funder','municipality','partner','coordination')),
  requester text not null,
  crisis text not null,
  wanted text not null,
  publics text[] not null check (cardinality(publics) > 0),
  wanted_from date not null,
  wanted_until date not null,
  place text not null,
  zone_ids text[] not null,
  received_at timestamptz not null,
  received_by uuid,
  check (wanted_until >= wanted_from)
);

create table alert_draft (
  id uuid primary key,
  version integer not null check (version > 0),
  mark text not null check (mark in ('real','exercise','test')),
  state text not null check (state in ('open','cancelled','invited')),
  named_by jsonb not null,
  content jsonb not null,
  follows uuid references alert_draft,
  invitation_id uuid unique references invitation,
  received_at timestamptz not null,
  changed_at timestamptz not null,
  check ((state = 'invited') = (invitation_id is not null)),
  check (state <> 'invited' or mark = 'real')
);

create table judgement (
  invitation_id uuid not null references invitation,
  version integer not null check (version > 0),
  charter text not null,
  arguments text not null,
  saved_at timestamptz not null,
  saved_by uuid,
  primary key (invitation_id, version)
);
create table judgement_answer (
  invitation_id uuid not null,
  version integer not null,
  kind text not null check (kind in ('boundary','law')),
  question text not null,
  respected boolean,
  sentence text not null,
  primary key (invitation_id, version, kind, question),
  foreign key (invitation_id, version) references judgement
);

create table consultation (
  id uuid primary key,
  invitation_id uuid not null unique references invitation,
  opens_at timestamptz not null,
  closes_at timestamptz not null,
  accelerated_because text not null,
  opened_by uuid,
  check (closes_at > opens_at),
  check (closes_at - opens_at >= interval '3 days' or length(trim(accelerated_because)) >= 10)
);
create table opinion (
  id uuid primary key,
  consultation_id uuid not null references consultation,
  worker_id uuid not null,
  version integer not null check (version > 0),
  stance text not null check (stance in ('for','with_conditions','against','no_opinion')),
  grounds text[] not null,
  given_at timestamptz not null,
  unique (consultation_id, worker_id)
);
create table reply (
  opinion_id uuid primary key references opinion,
  words text not null,
  replied_at timestamptz not null,
  replied_by uuid
);

create table decision (
  id uuid primary key,
  invitation_id uuid not null unique references invitation,
  decision text not null check (decision in ('accept','adjust','refuse')),
  reason text not null check (length(trim(reason)) >= 10),
  changes text[] not null,
  charter text not null,
  judgement_version integer,
  accelerated boolean not null,
  decided_at timestamptz not null,
  decided_by uuid,
  unique (id, invitation_id),
  foreign key (invitation_id, judgement_version) references judgement,
  check (decision = 'refuse' or judgement_version is not null),
  check (decision <> 'adjust' or cardinality(changes) > 0)
);

create table campaign (
  id uuid primary key,
  invitation_id uuid not null unique,
  decision_id uuid not null,
  name_fr text not null check (length(trim(name_fr)) between 3 and 80),
  name_nl text not null check (length(trim(name_nl)) between 3 and 80),
  crisis text not null,
  starts_on date not null,
  ends_on date not null,
  state text not null check (state in ('declared','running','suspended','closed')),
  publics text[] not null check (cardinality(publics) > 0),
  languages_wanted text[] not null,
  languages_required text[] not null,
  actions jsonb not null check (jsonb_array_length(actions) > 0),
  partners text[] not null,
  share_max_pct integer not null check (share_max_pct between 1 and 80),
  full_time_equivalents_max double precision check (full_time_equivalents_max > 0),
  zones_reason text not null check (length(trim(zones_reason)) >= 10),
  declared_at timestamptz not null,
  declared_by uuid,
  targeted_at timestamptz,
  closed_at timestamptz,
  closing_reason text check (closing_reason in ('reached_its_end','ended_early')),
  foreign key (decision_id, invitation_id) references decision (id, invitation_id),
  constraint campaign_has_an_end check (ends_on >= starts_on),
  constraint campaign_lasts_26_weeks_at_most check (ends_on - starts_on < 182),
  check ((state = 'closed') = (closed_at is not null)),
  check ((closed_at is null) = (closing_reason is null))
);
create index campaign_alive on campaign (starts_on, ends_on) where state <> 'closed';

create table campaign_zone (
  campaign_id uuid not null references campaign deferrable initially deferred,
  zone_id text not null,
  primary key (campaign_id, zone_id)
);
create table campaign_contradiction (
  campaign_id uuid not null references campaign deferrable initially deferred,
  zone_id text not null,
  reason text not null check (length(trim(reason)) >= 10),
  primary key (campaign_id, zone_id)
);
create table campaign_move (
  id bigint generated always as identity primary key,
  campaign_id uuid not null references campaign,
  move text not null check (move in ('start','suspend','resume','close')),
  reason text not null,
  moved_at timestamptz not null,
  moved_by uuid
);
create table need_index_run (
  campaign_id uuid primary key references campaign deferrable initially deferred,
  territory_version integer not null references territory,
  crisis text not null,
  preset text not null,
  weights jsonb not null,
  justification text not null,
  first_k integer not null check (first_k > 0),
  seed bigint not null,
  made_at timestamptz not null,
  expires_on date not null
);

create table signal (
  id uuid primary key,
  campaign_id uuid,
  zone_id text not null,
  worker_id uuid not null,
  kind text not null,
  theme text not null,
  raised_at timestamptz not null
);
create index signal_of_campaign on signal (campaign_id, raised_at);
create table signal_answer (
  signal_id uuid not null references signal,
  number integer not null check (number > 0),
  answer text not null check (answer in ('noted','acted_upon','carried_upwards','cannot_act')),
  words text not null,
  answered_at timestamptz not null,
  answered_by uuid,
  primary key (signal_id, number)
);

-- What no path may get round: a campaign stands on an accepted invitation whose charter was
-- answered in full, and it has neighbourhoods. Checked at the commit, when all rows are there.
create function campaign_is_lawful() returns trigger language plpgsql
set search_path from current as $$
declare
  subject campaign%rowtype;
  answered integer;
begin
  if tg_table_name = 'campaign' then
    select * into subject from campaign where id = new.id;
  else
    select * into subject from campaign where id = old.campaign_id;
  end if;
  if not found then
    return null;
  end if;
  if not exists (select 1 from campaign_zone where campaign_id = subject.id) then
    raise exception 'campaign without neighbourhoods'
      using errcode = 'check_violation', constraint = 'campaign_has_neighbourhoods';
  end if;
  select count(*) into answered
  from decision d
  join judgement_answer a
    on a.invitation_id = d.invitation_id and a.version = d.judgement_version
  where d.id = subject.decision_id and d.decision in ('accept', 'adjust')
    and a.respected and length(trim(a.sentence)) >= 10
    and (a.kind, a.question) in (
      ('boundary', 'ethics'), ('boundary', 'target_public'), ('boundary', 'added_value'),
      ('boundary', 'partnership'), ('boundary', 'working_zone'),
      ('boundary', 'goals_and_missions'), ('law', 'one_off'), ('law', 'limited_in_time'),
      ('law', 'neighbourhood_scale'), ('law', 'no_interference'));
  if answered <> 10 then
    raise exception 'campaign without an answered charter'
      using errcode = 'check_violation', constraint = 'campaign_has_an_answered_charter';
  end if;
  return null;
end $$;
create constraint trigger campaign_is_lawful after insert or update on campaign
  deferrable initially deferred for each row execute function campaign_is_lawful();
create constraint trigger campaign_keeps_neighbourhoods after delete on campaign_zone
  deferrable initially deferred for each row execute function campaign_is_lawful();

-- An extension is a new invitation, and what is closed stays closed.
create function campaign_is_never_extended() returns trigger language plpgsql
set search_path from current as $$
begin
  if new.ends_on > old.ends_on then
    raise exception 'a campaign is never extended'
      using errcode = 'check_violation', constraint = 'campaign_is_never_extended';
  end if;
  if old.state = 'closed' and new.state <> 'closed' then
    raise exception 'a closed campaign stays closed'
      using errcode = 'check_violation', constraint = 'campaign_stays_closed';
  end if;
  return new;
end $$;
create trigger campaign_is_never_extended before update on campaign
  for each row execute function campaign_is_never_extended();
"""


def upgrade() -> None:
    """Create the schema's tables."""
    run_script(op.get_bind(), HOUSE_0001)
    run_script(op.get_bind(), INTAKE_0001)
