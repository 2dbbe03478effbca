"""Notes that workers write for themselves: sealed, kept apart by owner, destroyed with their key.

`owner` is a keyed hash of the worker's id: the tables do not tell who writes notes, or how many. A
key opens the notes of one owner about one campaign, or of one month outside campaigns; it is itself
sealed under a key that is not in this database. Deleting it deletes what it opened, here and, for
want of the key, in every backup that comes after.

The policy is forced on the owner of the table too, and without an owner in the transaction there
is no row. The sweep sees keys and never a note; PostgreSQL deletes the notes behind it.
"""

from alembic import op

from shared.db import run_script

revision = "dispatch_0005"
down_revision = "dispatch_0004"
branch_labels = None
depends_on = None

NOTES = """
create table note_key (
  id uuid primary key,
  owner text not null check (char_length(owner) = 64),
  campaign_id uuid references campaign,
  month date,
  wrapped bytea not null,
  check ((campaign_id is null) <> (month is null))
);
create unique index note_key_of on note_key (owner, campaign_id, month) nulls not distinct;
create table note (
  id uuid primary key,
  key_id uuid not null references note_key on delete cascade,
  owner text not null,
  written_at timestamptz not null,
  sealed bytea not null
);
create index note_under on note (key_id);
alter table note enable row level security;
alter table note force row level security;
create policy own_notes on note
  using (owner = nullif(current_setting('relais.owner', true), ''))
  with check (owner = nullif(current_setting('relais.owner', true), ''));
"""


def upgrade() -> None:
    """Create the tables of notes and their keys."""
    run_script(op.get_bind(), NOTES)
