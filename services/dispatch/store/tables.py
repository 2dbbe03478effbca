"""The tables of the schema `dispatch`, as queries see them; the migrations hold the laws."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
Moment = DateTime(timezone=True)

worker = Table(
    "worker",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("home_zone", Text),
    Column("host_partner", Text),
    Column("weekly_min", Integer),
    Column("host_share_pct", Integer),
    Column("travel_max_min", Integer),
    Column("saved_at", Moment),
)
worker_language = Table(
    "worker_language",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("confirmed_on", Date),
)
worker_skill = Table(
    "worker_skill",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("skill", Text, primary_key=True),
    Column("confirmed_on", Date),
)
worker_refuses = Table(
    "worker_refuses",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
)
working_period = Table(
    "working_period",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("weekday", Text, primary_key=True),
    Column("starts_min", Integer, primary_key=True),
    Column("ends_min", Integer),
)
host_period = Table(
    "host_period",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("weekday", Text, primary_key=True),
    Column("starts_min", Integer, primary_key=True),
    Column("ends_min", Integer),
)
team_meeting = Table(  # one row, or none
    "team_meeting",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default="true"),
    Column("weekday", Text),
    Column("starts_min", Integer),
    Column("ends_min", Integer),
    Column("saved_at", Moment),
)
partner_remark = Table(
    "partner_remark",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("said", Text),
    Column("made_at", Moment),
)
commitment = Table(
    "commitment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("worker_id", Uuid),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("zone_id", Text),
    Column("noted_at", Moment),
    Column("import_id", Uuid),
)
absence = Table(
    "absence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("worker_id", Uuid),
    Column("from_on", Date),
    Column("until_on", Date),
    Column("noted_at", Moment),
)
consultation = Table(
    "consultation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("invitation_id", Uuid),
    Column("crisis", Text),
    Column("closes_at", Moment),
    Column("accelerated", Boolean),
)
decision = Table(
    "decision",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("decided_at", Moment),
)
opinion = Table(
    "opinion",
    metadata,
    Column("consultation_id", Uuid, primary_key=True),
    Column("worker_id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("stance", Text),
    Column("grounds", ARRAY(Text)),
    Column("given_at", Moment),
)
campaign = Table(
    "campaign",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("zone_ids", ARRAY(Text)),
    Column("publics", ARRAY(Text)),
    Column("languages_wanted", ARRAY(Text)),
    Column("languages_required", ARRAY(Text)),
    Column("share_max_pct", Integer),
    Column("full_time_equivalents_max", Double),
)
campaign_name = Table(
    "campaign_name",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("name_fr", Text),
    Column("name_nl", Text),
)
campaign_life = Table(
    "campaign_life",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("state", Text),
    Column("since", Moment),
)
planned_action = Table(
    "planned_action",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text),
    Column("zone_ids", ARRAY(Text)),
    Column("per_zone_per_week", Integer),
    Column("weekdays", ARRAY(Text)),
    Column("starts_min", Integer),
    Column("duration_min", Integer),
    Column("people_wanted", Integer),
    Column("skill", Text),
    Column("partners", ARRAY(Text)),
    Column("from_on", Date),
    Column("until_on", Date),
)
plan = Table(
    "plan",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("version", Integer),
    Column("matched_at", Moment),
    Column("confirmed_until", Date),
)
task = Table(
    "task",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("zone_id", Text),
    Column("kind", Text),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("people_wanted", Integer),
    Column("weekdays", ARRAY(Text)),
    Column("skill", Text),
    Column("partners", ARRAY(Text)),
    Column("unmatched_because", JSONB(none_as_null=True)),
    Column("left_open", Boolean),
    Column("gap_since", Moment),
    Column("started_at", Moment),
    Column("done_at", Moment),
    Column("not_done_at", Moment),
    Column("not_done_because", Text),
    Column("withdrawn_at", Moment),
)
assignment = Table(
    "assignment",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("worker_id", Uuid, primary_key=True),
    Column("why", JSONB),
    Column("kept", Boolean),
)
proposal = Table(
    "proposal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid),
    Column("worker_id", Uuid),
    Column("state", Text),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("why", JSONB),
    Column("proposed_at", Moment),
    Column("answer_by", Moment),
    Column("answered_at", Moment),
    Column("accepted_at", Moment),
    Column("accepted_by", Uuid),
    Column("decline_reason", Text),
    Column("wished_at", Moment),
    Column("withdrawn_because", Text),
    Column("started_at", Moment),
    Column("told_at", Moment),
    Column("told_by", Text),
    Column("not_told_because", Text),
    Column("raised_hand", Boolean),
)
late_yes = Table(
    "late_yes",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("worker_id", Uuid, primary_key=True),
    Column("said_at", Moment),
)
contribution = Table(
    "contribution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("outcome_id", Uuid),
    Column("task_id", Uuid),
    Column("worker_id", Uuid),
    Column("version", Integer),
)
contribution_version = Table(
    "contribution_version",
    metadata,
    Column("contribution_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("happened_on", Date),
    Column("people_reached", Integer),
    Column("themes", ARRAY(Text)),
    Column("languages", ARRAY(Text)),
    Column("non_take_up", ARRAY(Text)),
    Column("relays", JSONB),
    Column("reason", Text),
    Column("fingerprint", Text),
    Column("repeats", Integer),
    Column("recorded_at", Moment),
)
signal = Table(
    "signal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("zone_id", Text),
    Column("worker_id", Uuid),
    Column("kind", Text),
    Column("theme", Text),
    Column("raised_at", Moment),
    Column("answer", Text),
    Column("answered_at", Moment),
)
note_key = Table(
    "note_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner", Text),
    Column("campaign_id", Uuid),
    Column("month", Date),
    Column("wrapped", LargeBinary),
)
note = Table(
    "note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key_id", Uuid),
    Column("owner", Text),
    Column("written_at", Moment),
    Column("sealed", LargeBinary),
)
moment = Table(  # triggers write it, in the statement that made it so; it only grows
    "moment",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("campaign_id", Uuid),
    Column("task_id", Uuid),
    Column("at", Moment),
    Column("what", Text),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("people_wanted", Integer),
    Column("version", Integer),
    Column("until_on", Date),
)
operation = Table(
    "operation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text),
    Column("taken_at", Moment),
)
actor = Table(
    "actor",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("category", Text),
    Column("zone_ids", ARRAY(Text)),
    Column("street", Text),
    Column("postal_code", Text),
    Column("city", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("website", Text),
    Column("languages", ARRAY(Text)),
    Column("hours", Text),
    Column("saturation", Text),
    Column("reported_on", Date),
    Column("saved_at", Moment),
)
actor_merged = Table(
    "actor_merged",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("into_id", Uuid),
    Column("merged_at", Moment),
)
actor_import = Table(
    "actor_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("layout", Text),
    Column("content", LargeBinary),
    Column("made_at", Moment),
)
leaflet = Table(
    "leaflet",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("title", Text),
    Column("language", Text),
    Column("link", Text),
    Column("media_type", Text),
    Column("content", LargeBinary),
    Column("saved_at", Moment),
)
phrase = Table(
    "phrase",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid),
    Column("fr", Text),
    Column("saved_at", Moment),
    Column("place", BigInteger, Identity()),
)
phrase_said = Table(
    "phrase_said",
    metadata,
    Column("phrase_id", Uuid, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("said", Text),
)
busy_import = Table(
    "busy_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("worker_id", Uuid),
    Column("imported_at", Moment),
    Column("known_until", Moment),
)
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary),
    Column("made_at", Moment),
)
feed_event = Table(
    "feed_event",
    metadata,
    Column("proposal_id", Uuid, primary_key=True),
    Column("worker_id", Uuid),
    Column("kind", Text),
    Column("zone_id", Text),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("cancelled", Boolean),
    Column("sequence", Integer),
    Column("changed_at", Moment),
)
