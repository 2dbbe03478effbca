"""When a waiver was given, which nobody takes back once used; and what each seal was made from."""

from alembic import op

from shared.db import run_script

revision = "reporting_0007"
down_revision = "reporting_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep when a waiver was given, and which facts a seal was made from.

    A waiver can be taken back, which leaves nothing of it, until something of its campaign is
    published. `ledger_seal` names the facts that were waiting when a seal was made: with the policy
    and the key, that is all it takes to make the same seal again.
    """
    run_script(
        op.get_bind(),
        """
        alter table ledger_waiver add column given_at timestamptz;
        update ledger_waiver set given_at = given_on at time zone 'Europe/Brussels';
        alter table ledger_waiver alter column given_at set not null, drop column given_on;
        create function refuse_used_waiver() returns trigger language plpgsql as $$
          begin
            if exists (select from ledger_block b join ledger_policy p using (ledger_id)
                       where p.campaign_id = old.campaign_id) then
              raise exception 'this campaign is published: its waivers stay';
            end if;
            return old;
          end $$;
        create trigger waiver_stays_when_used before delete on ledger_waiver
          for each row execute function refuse_used_waiver();
        create trigger waiver_is_never_changed before update or truncate on ledger_waiver
          for each statement execute function refuse_ledger_change();
        create table ledger_seal (
          ledger_id text not null,
          seq integer not null check (seq > 0),
          day date not null,
          closes boolean not null,
          sealed_at timestamptz not null,
          facts uuid[] not null,
          waivers uuid[] not null,
          primary key (ledger_id, seq)
        );
        comment on table ledger_seal is
          'the facts that waited when a seal was made, so that it can be made again; the sealer''s';
        create trigger seal_only_grows before update or delete or truncate on ledger_seal
          for each statement execute function refuse_ledger_change();
        """,
    )
