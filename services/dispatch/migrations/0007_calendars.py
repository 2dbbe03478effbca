"""Busy times that came with a calendar file, and each worker's own feed.

Of a file only begins and ends are kept, as commitments that name the import they came with. Of a
feed's address only the hash is kept; what the feed last said of each task is kept until the day
after the task, so that a calendar is told of a cancellation instead of losing an event.
"""

from alembic import op

from shared.db import run_script

revision = "dispatch_0007"
down_revision = "dispatch_0011"
branch_labels = None
depends_on = None

BUSY = """
create table busy_import (
  id uuid primary key,
  worker_id uuid not null references worker on delete cascade,
  imported_at timestamptz not null,
  known_until timestamptz not null
);
create index busy_import_of on busy_import (worker_id);
alter table commitment add column import_id uuid references busy_import on delete cascade;
create index commitment_imported on commitment (import_id) where import_id is not null;
"""

FEED = """
create table calendar_feed (
  worker_id uuid primary key references worker on delete cascade,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  made_at timestamptz not null
);
create table feed_event (
  proposal_id uuid primary key,
  worker_id uuid not null references worker on delete cascade,
  kind text not null,
  zone_id text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  cancelled boolean not null,
  sequence integer not null check (sequence >= 0),
  changed_at timestamptz not null
);
create index feed_event_of on feed_event (worker_id, starts_at);
"""


def upgrade() -> None:
    """Create both."""
    run_script(op.get_bind(), BUSY)
    run_script(op.get_bind(), FEED)
