"""What phones sent already, so that nothing takes effect twice however often it is sent.

Neither column says who sent what: both are hashes over an id that only the phone knows. A table of
sendings would otherwise tell who declined, long after that is forgotten elsewhere.
"""

from alembic import op

from shared.db import run_script

revision = "dispatch_0002"
down_revision = "dispatch_0001"
branch_labels = None
depends_on = None

OPERATIONS = """
create table operation (
  key text primary key,
  fingerprint text not null,
  taken_at timestamptz not null
);
create index operation_age on operation (taken_at);
"""


def upgrade() -> None:
    """Create the table of what was taken."""
    run_script(op.get_bind(), OPERATIONS)
