"""How reports reach people: kept at the close, mailed on a schedule."""

from alembic import op

from shared.db import run_script

revision = "reporting_0008"
down_revision = "reporting_0007"
branch_labels = None
depends_on = None

KEPT = """
create table kept_report (
  campaign_id uuid not null,
  seal integer not null check (seal > 0),
  language text not null check (language in ('fr','nl')),
  report text not null,
  part text not null default '',
  form text not null check (form in ('pdf','xlsx','csv','json')),
  name text not null,
  content bytea not null,
  sha256 text generated always as (encode(sha256(content), 'hex')) stored,
  kept_at timestamptz not null,
  primary key (campaign_id, language, report, part, form)
);
comment on table kept_report is
  'a campaign''s report as it was made after its last seal: the same bytes for whoever asks';
create trigger kept_only_grows before update or delete or truncate on kept_report
  for each statement execute function refuse_ledger_change();
"""

LETTERS = """
create table report_subscription (
  subscription_id uuid primary key,
  person_id uuid not null unique,
  rhythm text not null check (rhythm in ('each_seal','monthly','at_close')),
  language text not null check (language in ('fr','nl','en')),
  address bytea not null,
  asked_at timestamptz not null,
  began_at timestamptz
);
comment on column report_subscription.address is 'sealed under the house''s secret';
comment on column report_subscription.began_at is 'when whoever reads this address said yes';
create table report_letter (
  letter_id uuid primary key,
  subscription_id uuid not null references report_subscription on delete cascade,
  campaign_id uuid,
  seal integer check (seal > 0),
  state text not null default 'due' check (state in ('due','leased','sent','failed')),
  attempts integer not null default 0,
  made_at timestamptz not null,
  next_try_at timestamptz not null,
  lease_id uuid,
  lease_until timestamptz,
  sent_at timestamptz,
  check ((campaign_id is null) = (seal is null))
);
comment on column report_letter.campaign_id is 'null: the letter that asks for a yes';
create unique index report_letter_once on report_letter (subscription_id, campaign_id, seal)
  where campaign_id is not null;
create index report_letter_waiting on report_letter (next_try_at) where state in ('due','leased');
"""


def upgrade() -> None:
    """Create the tables."""
    for script in (KEPT, LETTERS):
        run_script(op.get_bind(), script)
